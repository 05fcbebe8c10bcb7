//! Servers under a service manager: what they tell it, and the socket that they take from it.
#![cfg(target_os = "linux")]

mod support;

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use leasehold_testkit::http::get;
use leasehold_testkit::process::contained;
use support::{Host, program};
use tempfile::TempDir;

/// A service manager that listens.
struct Manager {
    folder: TempDir,
    socket: UnixDatagram,
}

impl Manager {
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let socket = UnixDatagram::bind(folder.path().join("notify")).expect("a socket");
        socket.set_read_timeout(Some(Duration::from_mins(1))).expect("a limit");
        Self { folder, socket }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// A command that knows of this manager.
    fn watch(&self, mut command: Command) -> Host {
        Host::spawn({
            command.env("NOTIFY_SOCKET", self.path("notify"));
            command
        })
    }

    /// What it is told next.
    fn told(&self) -> Vec<String> {
        let mut message = [0; 4_096];
        let length = self.socket.recv(&mut message).expect("a message within a minute");
        String::from_utf8_lossy(&message[..length]).lines().map(str::to_owned).collect()
    }

    /// Whether it is told this before long, with what was told before: signs of life come every 15 milliseconds meanwhile.
    fn hears(&self, what: &str) -> bool {
        (0..MESSAGES).any(|_| self.told().iter().any(|line| line == what))
    }
}

fn serve(data: &str) -> Command {
    let mut command = program();
    command.args(["--json", "host", "serve", "--listen", "127.0.0.1:0", "--admin-listen", "none", "--data", data]);
    command
}

#[test]
fn a_host_says_when_it_serves_reads_its_files_again_lives_and_ends() {
    let manager = Manager::new();
    let mut command = serve(&manager.path("data"));
    // In microseconds. A watchdog of another process says nothing to this one.
    command.env("WATCHDOG_USEC", "30000");
    let host = manager.watch(command);
    let first = manager.told();
    assert_eq!(first[0], "READY=1");
    assert!(first[1].starts_with("STATUS=serving at http://127.0.0.1:"), "{first:?}");
    assert!(manager.hears("WATCHDOG=1") && manager.hears("WATCHDOG=1"));
    host.reload();
    assert!(manager.hears("RELOADING=1") && manager.hears("READY=1"));
    // It is heard before its end is waited for: where the manager does not listen, signs of life fill the queue, and it waits.
    host.ask_to_stop();
    assert!(manager.hears("STOPPING=1"));
    host.ended();
}

#[test]
fn an_authority_says_when_it_serves() {
    let manager = Manager::new();
    let made = program()
        .current_dir(manager.folder.path())
        .args(["quickstart", "--once", "--dir", ".", "--clients", "1"])
        .output()
        .expect("the program");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut command = program();
    command.current_dir(manager.folder.path()).args(["--json", "vendor", "serve", "--listen", "127.0.0.1:0"]);
    command.args(["--admin-listen", "none", "--passphrase-file", "vendor/passphrase"]);
    let authority = manager.watch(command);
    assert_eq!(manager.told()[0], "READY=1");
    authority.stop();
    assert!(manager.hears("STOPPING=1"));
}

/// `command` with `socket` as its descriptor 3, as service managers hand sockets over.
fn with_descriptor(command: &Command, socket: OwnedFd) -> Command {
    let mut shell = contained("sh");
    shell.args(["-c", "exec \"$0\" \"$@\" 3<&0 </dev/null"]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell.env("LISTEN_FDS", "1").stdin(Stdio::from(socket));
    shell
}

#[test]
fn a_host_serves_at_the_socket_that_it_is_given() {
    let manager = Manager::new();
    let socket = TcpListener::bind("127.0.0.1:0").expect("a socket");
    let address = socket.local_addr().expect("an address").to_string();
    let host = manager.watch(with_descriptor(&serve(&manager.path("data")), socket.into()));
    assert_eq!(host.address, address);
    assert_eq!(get(&address, "/healthz").expect("an answer").0, 200);
}

#[test]
fn what_is_no_listening_socket_is_refused_with_words() {
    let manager = Manager::new();
    let file = std::fs::File::create(Path::new(&manager.path("file"))).expect("a file");
    let output = with_descriptor(&serve(&manager.path("data")), file.into()).output().expect("the program");
    let talk = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{talk}");
    assert!(talk.contains("socket of the service manager"), "{talk}");
}

/// More than come in two minutes.
const MESSAGES: u32 = 8_000;
