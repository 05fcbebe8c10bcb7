//! The service manager of Windows; elsewhere there is none of its kind.

#[cfg(not(windows))]
pub(super) use elsewhere::{install, run, standing, start, stop, uninstall};
#[cfg(windows)]
pub(super) use on_windows::{install, run, standing, start, stop, uninstall};

#[cfg(windows)]
mod on_windows {
    use std::ffi::OsString;
    use std::io;
    use std::path::Path;

    use leasehold_core::Code;
    use leasehold_service::ask_to_stop;
    use leasehold_windows::event_log::{self, Level};
    use leasehold_windows::service::{self, NewService, State};
    use leasehold_windows::{access, access_list};

    use super::super::{EVENT_SOURCE, Folder, Program, Use, no_service};
    use crate::failure::Failure;
    use crate::system;

    pub(in super::super) fn install(
        program: &Program,
        folders: &[Folder],
        account: OsString,
        arguments: Vec<OsString>,
    ) -> Result<(), Failure> {
        let own = std::env::current_exe().map_err(|error| Failure::file(Path::new("leasehold.exe"), &error))?;
        let failed = |error: io::Error| refused(program.name, &error);
        event_log::register(EVENT_SOURCE).map_err(failed)?;
        let new = NewService {
            name: program.name,
            title: program.title,
            description: program.description,
            program: own,
            arguments,
            account: account.clone(),
        };
        service::install(&new).map_err(failed)?;
        // The account is there only once the service is.
        let given = folders.iter().try_for_each(|folder| give(folder, &account.to_string_lossy()));
        given.inspect_err(|_| drop(service::uninstall(program.name)))
    }

    /// Makes the folder where there is none, and lets the service in.
    fn give(folder: &Folder, account: &str) -> Result<(), Failure> {
        let path = &folder.path;
        // The same folder has names in other letters and short ones; and a link in it may lead out.
        let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let own = leasehold_files::machine_folder()
            .is_some_and(|machine| path.starts_with(&machine) || real(path).starts_with(real(&machine)));
        // Its owner could change it at any time.
        if own && path.exists() && !access::is_administrators(path) {
            let message = format!("{}: an ordinary user has made this folder", path.display());
            return Err(Failure::failed(Code::ServiceRefused, message)
                .hint("look at what is in it, move it away, and install the service again"));
        }
        let list = match folder.used_as {
            Use::State => access_list::of_service_folder,
            Use::SharedState => access_list::of_shared_folder,
            Use::Settings => access_list::of_settings_folder,
        };
        access::give_folder(path, account, list).map_err(|error| Failure::file(path, &error))
    }

    pub(in super::super) fn uninstall(name: &str) -> Result<(), Failure> {
        standing(name)?;
        service::uninstall(name).map_err(|error| refused(name, &error))
    }

    pub(in super::super) fn start(name: &str) -> Result<(), Failure> {
        standing(name)?;
        service::start(name).map_err(|error| refused(name, &error))
    }

    pub(in super::super) fn stop(name: &str) -> Result<(), Failure> {
        standing(name)?;
        service::stop(name).map_err(|error| refused(name, &error))
    }

    pub(in super::super) fn standing(name: &str) -> Result<(&'static str, Option<u32>), Failure> {
        let found = service::standing(name).map_err(|error| refused(name, &error))?;
        let missing =
            || no_service(name, "it is not installed").hint("install it with the same command: `… service install`");
        let (state, process) = found.ok_or_else(missing)?;
        let word = match state {
            State::Running => "running",
            State::Stopped => "stopped",
            State::Changing => "changing",
        };
        Ok((word, process))
    }

    pub(in super::super) fn run(
        name: &'static str,
        serve: impl FnOnce() -> Result<(), Failure> + Send + 'static,
    ) -> Result<(), Failure> {
        let log = |level, event, text: &str| drop(event_log::report(EVENT_SOURCE, level, event, text));
        let work = move || {
            log(Level::Information, event_log::STARTED, &format!("{name} starts"));
            serve().map_err(|failure| {
                let text = format!("{name}: {}\r\n{}\r\n[{}]", failure.message(), failure.advice(), failure.code());
                log(Level::Error, event_log::FAILED, &text);
            })?;
            log(Level::Information, event_log::STOPPED, &format!("{name} has stopped"));
            Ok(())
        };
        service::run(name, work, ask_to_stop).map_err(|error| refused(name, &error))
    }

    fn refused(name: &str, error: &io::Error) -> Failure {
        Failure::failed(Code::ServiceRefused, format!("service {name}: {}", system::words(error)))
    }
}

#[cfg(not(windows))]
mod elsewhere {
    use std::ffi::OsString;

    use super::super::{Folder, Program, no_service};
    use crate::failure::Failure;

    pub(in super::super) fn install(
        program: &Program,
        _folders: &[Folder],
        _account: OsString,
        _arguments: Vec<OsString>,
    ) -> Result<(), Failure> {
        Err(none(program.name))
    }

    pub(in super::super) fn uninstall(name: &str) -> Result<(), Failure> {
        Err(none(name))
    }

    pub(in super::super) fn start(name: &str) -> Result<(), Failure> {
        Err(none(name))
    }

    pub(in super::super) fn stop(name: &str) -> Result<(), Failure> {
        Err(none(name))
    }

    pub(in super::super) fn standing(name: &str) -> Result<(&'static str, Option<u32>), Failure> {
        Err(none(name))
    }

    pub(in super::super) fn run(
        name: &'static str,
        _serve: impl FnOnce() -> Result<(), Failure> + Send + 'static,
    ) -> Result<(), Failure> {
        Err(none(name))
    }

    fn none(name: &str) -> Failure {
        no_service(name, "this system is not Windows")
            .hint("let systemd run it: docs/systemd.md has units for the host, the authority and the agent")
    }
}
