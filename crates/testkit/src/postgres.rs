//! Real PostgreSQL servers (Debian's `postgresql`) in folders of their own, at loopback ports of the system's choosing.
//! They end with the test, also where it is killed: a caretaker waits for its end and cleans up.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::need::find_postgres;
use crate::process::Caretaker;

/// A PostgreSQL server. Its superuser [`USER`] needs no password; all others need theirs.
#[derive(Debug)]
pub struct Postgres {
    folder: PathBuf,
    port: u16,
    child: Option<Child>,
    room: Room,
    log: Arc<Mutex<String>>,
    databases: AtomicU32,
    caretaker: Caretaker,
}

impl Postgres {
    /// The one server of this test program, for tests that leave it running.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(&[]))
    }

    /// A server of its own, with these lines in its configuration.
    ///
    /// # Panics
    /// Where PostgreSQL is not installed or does not start.
    pub fn start(settings: &[&str]) -> Self {
        Self::start_with(settings, &[])
    }

    /// A server of its own that has a disk of a few megabytes besides its own, seen by it alone.
    ///
    /// # Panics
    /// Where PostgreSQL is not installed or does not start.
    pub fn with_little_room() -> Self {
        Self::begun(&[], &[], Room::Little)
    }

    /// The name of a new, empty database on the little disk.
    pub fn fresh_name_with_little_room(&self) -> String {
        let name = format!("little{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let place = self.folder.join("little");
        self.query("postgres", &format!("CREATE TABLESPACE {name} LOCATION '{}'", place.display()));
        self.query("postgres", &format!("CREATE DATABASE {name} TABLESPACE {name}"));
        name
    }

    /// A server of its own, with these lines in its configuration and these files in its folder.
    ///
    /// # Panics
    /// Where PostgreSQL is not installed or does not start.
    pub fn start_with(settings: &[&str], files: &[(&str, &str)]) -> Self {
        Self::begun(settings, files, Room::Enough)
    }

    fn begun(settings: &[&str], files: &[(&str, &str)], room: Room) -> Self {
        let folder = TempDir::with_prefix("leasehold-postgres-").expect("a folder").keep();
        give(&folder);
        let caretaker = Caretaker::of(&folder, END_SERVER);
        let mut initdb = server_program("initdb");
        initdb.args(["--no-sync", "--locale=C", "--encoding=UTF8", "--auth=scram-sha-256", "--username", USER]);
        initdb.arg("--pwfile").arg(written(&folder, "password", "superuser")).arg("--pgdata").arg(folder.join("data"));
        let output = initdb.stdin(Stdio::null()).output().expect("initdb");
        assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
        let hba = format!(
            "local all {USER} trust\nhost all {USER} 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        );
        written(&folder, "data/pg_hba.conf", &hba);
        for (name, content) in files {
            written(&folder, &format!("data/{name}"), content);
        }
        let mut text = fs::read_to_string(folder.join("data/postgresql.conf")).expect("a configuration");
        writeln!(
            text,
            "listen_addresses = '127.0.0.1'\nunix_socket_directories = '{}'\nlog_destination = stderr\n\
             logging_collector = off\nfsync = off\nshared_buffers = 32MB\nmax_connections = 60",
            folder.display()
        )
        .expect("a string takes all");
        settings.iter().for_each(|line| writeln!(text, "{line}").expect("a string takes all"));
        written(&folder, "data/postgresql.conf", &text);
        let log = Arc::new(Mutex::new(String::new()));
        let little = folder.join("little");
        fs::create_dir(&little).expect("a folder");
        give(&little);
        let mut server = Self { folder, port: 0, child: None, room, log, databases: AtomicU32::new(0), caretaker };
        // Another process may take the port before the server does.
        assert!((0..8).any(|_| server.begin(free_port())), "postgres does not start:\n{}", server.log());
        server
    }

    /// Where a new, empty database is, over TCP.
    pub fn fresh(&self) -> String {
        self.url(&self.fresh_name())
    }

    /// The name of a new, empty database.
    pub fn fresh_name(&self) -> String {
        let name = format!("fresh{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.query("postgres", &format!("CREATE DATABASE {name}"));
        name
    }

    /// Where `database` is, over TCP, for the superuser.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@{}/{database}", self.address())
    }

    /// Where `database` is, over the server's socket.
    pub fn socket_url(&self, database: &str) -> String {
        let folder = self.folder.display();
        format!("postgres:///{database}?user={USER}&host={folder}&port={}", self.port)
    }

    /// The address it listens at.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Its folder, where its user may write.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the superuser is answered, a row a line.
    ///
    /// # Panics
    /// Where the server refuses it.
    pub fn query(&self, database: &str, sql: &str) -> String {
        let mut psql = Command::new(program("psql"));
        psql.args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-U", USER, "-d", database, "-c", sql]);
        psql.arg("-h").arg(&self.folder).args(["-p", &self.port.to_string()]);
        let output = psql.stdin(Stdio::null()).output().expect("psql");
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim_end().to_owned()
    }

    /// What it has said so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends it at once, without last words, as a crash would.
    ///
    /// # Panics
    /// Where it does not run.
    pub fn crash(&mut self) {
        self.end("-QUIT");
    }

    /// Ends it in good order; connections are cut off.
    ///
    /// # Panics
    /// Where it does not run.
    pub fn stop(&mut self) {
        self.end("-INT");
    }

    /// Starts it again after it has ended, at the same port.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn start_again(&mut self) {
        let port = self.port;
        assert!(self.begin(port), "postgres does not start again:\n{}", self.log());
    }

    fn begin(&mut self, port: u16) -> bool {
        self.port = port;
        let mut command = match self.room {
            Room::Enough => server_program("postgres"),
            Room::Little => on_a_little_disk(&server_program("postgres"), &self.folder.join("little")),
        };
        command.arg("-D").arg(self.folder.join("data")).args(["-p", &port.to_string()]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("postgres");
        let ready = watch(&mut child, &self.log);
        let started = ready.recv_timeout(Duration::from_mins(2)).unwrap_or(Started::No) == Started::Yes;
        if started {
            self.child = Some(child);
        } else {
            child.kill().expect("our own process");
            child.wait().expect("our own process");
        }
        started
    }

    fn end(&mut self, signal: &str) {
        let mut child = self.child.take().expect("it runs");
        signalled(&child, signal);
        child.wait().expect("our own process");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            signalled(&child, "-QUIT");
            let _ = child.wait();
        }
        self.caretaker.clean_up();
    }
}

/// What the server may fill besides its own folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Room {
    Enough,
    Little,
}

#[derive(Debug, PartialEq, Eq)]
enum Started {
    Yes,
    No,
}

/// Ends the server that runs in the folder `$0`.
const END_SERVER: &str = "pid=$(head -n 1 \"$0/data/postmaster.pid\" 2>/dev/null)
    while [ -n \"$pid\" ] && [ \"$(readlink \"/proc/$pid/cwd\")\" = \"$0/data\" ]; do kill -QUIT \"$pid\"; sleep 0.1; done";

/// Keeps what the server says, and tells when it has started or ended.
fn watch(child: &mut Child, log: &Arc<Mutex<String>>) -> Receiver<Started> {
    let (tell, ready): (Sender<Started>, _) = channel();
    let (said, stderr) = (Arc::clone(log), child.stderr.take().expect("a pipe"));
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            let started = line.ends_with("database system is ready to accept connections");
            writeln!(said.lock().unwrap_or_else(PoisonError::into_inner), "{line}").expect("a string takes all");
            if started {
                // The first word was heard: no reader is left.
                let _ = tell.send(Started::Yes);
            }
        }
        let _ = tell.send(Started::No);
    });
    ready
}

pub(crate) fn signalled(child: &Child, signal: &str) {
    let status = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill");
    assert!(status.success(), "our own process");
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

/// A file of the server's.
fn written(folder: &Path, name: &str, content: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, content).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("a mode");
    give(&path);
    path
}

/// A program of the server's: as root, by its own user, since it refuses to be run by root.
fn server_program(name: &str) -> Command {
    let program = program(name);
    if server_user().is_none() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(program).current_dir("/");
    command
}

/// `command` with a disk of 12 megabytes mounted at `folder`, which no other process sees.
fn on_a_little_disk(command: &Command, folder: &Path) -> Command {
    const MOUNT: &str = "mount -t tmpfs -o \"$1\" tmpfs \"$2\" && shift 2 && exec";
    // As another user than root: a namespace where it may mount, and one within where the server is not root.
    let (inside, owner, then) = server_user()
        .map_or((&["--map-root-user", "--mount"][..], String::new(), USERS), |user| {
            (&["--mount"][..], format!("uid={},gid={},", user.0, user.1), "\"$@\"")
        });
    let mut unshare = Command::new("unshare");
    unshare.args(inside);
    unshare.args(["sh", "-c", &format!("{MOUNT} {then}"), "sh", &format!("{owner}size=12m,mode=0700")]).arg(folder);
    unshare.arg(command.get_program()).args(command.get_args()).current_dir("/");
    unshare
}

pub(crate) fn give(path: &Path) {
    if let Some((user, group)) = server_user() {
        chown(path, Some(user), Some(group)).expect("root may give it away");
    }
}

/// The user `postgres` and its group, where this process is root.
pub(crate) fn server_user() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().expect("id");
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        text.parse::<u32>().unwrap_or_else(|_| panic!("id {arguments:?}: {text}; {MISSING}"))
    };
    (id(&["-u"]) == 0).then(|| (id(&["-u", "postgres"]), id(&["-g", "postgres"])))
}

fn program(name: &str) -> PathBuf {
    find_postgres(name).unwrap_or_else(|| panic!("{name}: not found; {MISSING}"))
}

/// The superuser.
pub const USER: &str = "leasehold";
const USERS: &str = "unshare --user --map-user=65534 \"$@\"";
const MISSING: &str = "install the package postgresql";
