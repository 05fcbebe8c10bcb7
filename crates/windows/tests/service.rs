//! This program, put there as a service of the system: it starts, stops when it is asked to, and goes.

fn main() {
    #[cfg(windows)]
    on_windows::main();
}

#[cfg(windows)]
mod on_windows {
    use std::env;
    use std::sync::mpsc;

    use leasehold_windows::event_log::{self, Level};
    use leasehold_windows::service::{self, NewService, State};

    const NAME: &str = "LeaseholdTest";

    /// Not libtest's: the system starts this same program as the service.
    pub(crate) fn main() {
        if env::args().any(|argument| argument == "--as-service") {
            serve();
        } else if !env::args().any(|argument| argument == "--list") {
            a_service_is_put_there_started_stopped_and_taken_away();
            events_are_written_and_their_source_is_known_and_forgotten();
            println!("test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
        }
    }

    fn serve() {
        let (send, receive) = mpsc::channel();
        let work = move || receive.recv().map_err(drop);
        service::run(NAME, work, move || send.send(()).expect("the work goes on")).expect("the system has started it");
    }

    fn a_service_is_put_there_started_stopped_and_taken_away() {
        drop(service::uninstall(NAME));
        assert_eq!(service::standing(NAME).expect("an answer"), None);
        let new = NewService {
            name: NAME,
            title: "Leasehold test",
            description: "Made by a test, and taken away by it.",
            program: env::current_exe().expect("this program"),
            arguments: vec!["--as-service".into()],
            account: "LocalSystem".into(),
        };
        service::install(&new).expect("an administrator runs the test");
        assert!(service::install(&new).is_err(), "there is one of that name");
        assert_eq!(service::standing(NAME).expect("an answer").map(|found| found.0), Some(State::Stopped));
        service::start(NAME).expect("it starts");
        let (state, process) = service::standing(NAME).expect("an answer").expect("it is there");
        assert_eq!(state, State::Running);
        assert!(process.is_some());
        service::stop(NAME).expect("it stops");
        assert_eq!(service::standing(NAME).expect("an answer").map(|found| found.0), Some(State::Stopped));
        service::start(NAME).expect("it starts again");
        service::uninstall(NAME).expect("it is stopped and goes");
        assert_eq!(service::standing(NAME).expect("an answer"), None);
    }

    fn events_are_written_and_their_source_is_known_and_forgotten() {
        event_log::register(NAME).expect("an administrator runs the test");
        event_log::report(NAME, Level::Information, 1, "a test wrote this").expect("an event");
        event_log::forget(NAME).expect("an administrator runs the test");
        assert!(event_log::forget(NAME).is_err());
    }
}
