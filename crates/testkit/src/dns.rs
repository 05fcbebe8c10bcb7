//! Real name servers for one test: BIND 9 (Debian's `bind9`) and Knot (`knot`), on a loopback port of the system's
//! choosing, in a folder of their own. They end with the test.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::need::find;
use crate::wait;

/// What a name server is to serve.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Its zones.
    pub zones: Vec<Zone>,
    /// The keys that it knows.
    pub keys: Vec<SharedKey>,
    /// Where BIND asks about all other names; without one it knows nothing but its zones.
    pub forwarder: Option<SocketAddr>,
}

/// A zone with the name server `ns`, and a minute for which it may be remembered that there is nothing.
#[derive(Clone, Debug)]
pub struct Zone {
    /// Its name.
    pub name: String,
    /// More lines of its file.
    pub records: String,
    /// The key that may change its SRV records, and nothing else.
    pub writer: Option<String>,
}

/// A key that a server shares with others.
#[derive(Clone, Debug)]
pub struct SharedKey {
    /// Its name.
    pub name: String,
    /// How it signs: `hmac-sha256`.
    pub algorithm: String,
    /// The secret in base64.
    pub secret: String,
}

/// A running name server.
#[derive(Debug)]
pub struct NameServer {
    address: SocketAddr,
    child: Child,
    log: Arc<Mutex<String>>,
    _folder: TempDir,
}

impl Zone {
    /// A zone that no client may change.
    pub fn new(name: &str, records: &str) -> Self {
        Self { name: name.to_owned(), records: records.to_owned(), writer: None }
    }

    fn file(&self) -> String {
        let head = "$TTL 3600\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A 127.0.0.1\n";
        format!("$ORIGIN {}.\n{head}{}\n", self.name, self.records)
    }
}

impl SharedKey {
    /// The key file, in BIND's form.
    pub fn file(&self) -> String {
        let Self { name, algorithm, secret } = self;
        format!("key \"{name}\" {{\n\talgorithm {algorithm};\n\tsecret \"{secret}\";\n}};\n")
    }
}

impl NameServer {
    /// Starts BIND 9, and waits until it answers.
    ///
    /// # Panics
    /// Where it is not installed or does not start.
    pub fn bind(setup: &Setup) -> Self {
        Self::start("named", &["-g", "-c"], "bind9", &|folder, port| bind_configuration(setup, folder, port))
    }

    /// Starts Knot, and waits until it answers.
    ///
    /// # Panics
    /// Where it is not installed or does not start.
    pub fn knot(setup: &Setup) -> Self {
        Self::start("knotd", &["-c"], "knot", &|folder, port| knot_configuration(setup, folder, port))
    }

    /// Where it answers, by UDP and TCP.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it has said so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops it at once.
    pub fn stop(self) {
        drop(self);
    }

    fn start(program: &str, arguments: &[&str], package: &str, configuration: &dyn Fn(&Path, u16) -> String) -> Self {
        let mut told = String::new();
        // Another process may take the port before the server does.
        for _ in 0..8 {
            let folder = TempDir::new().expect("a folder");
            let address = free_address();
            let file = folder.path().join("server.conf");
            fs::write(&file, configuration(folder.path(), address.port())).expect("a configuration");
            let mut command = Command::new(find(program).unwrap_or_else(|| PathBuf::from(program)));
            command.args(arguments).arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
            let spawned = command.spawn();
            let mut child = spawned.unwrap_or_else(|error| panic!("{program}: {error}; install the package {package}"));
            let (log, ready) = watch(&mut child);
            let server = Self { address, child, log, _folder: folder };
            let started = ready.recv_timeout(Duration::from_mins(1)).unwrap_or(Started::No);
            if started == Started::Yes && server.answers() {
                return server;
            }
            told = server.log();
        }
        panic!("{program} does not start:\n{told}");
    }

    fn answers(&self) -> bool {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        socket.connect(self.address).expect("a loopback address");
        socket.set_read_timeout(Some(Duration::from_millis(200))).expect("a time");
        // The root's SOA: whatever the answer, there is one.
        let question = b"\x4c\x48\0\0\0\x01\0\0\0\0\0\0\0\0\x06\0\x01";
        wait::until(|| socket.send(question).is_ok() && socket.recv(&mut [0; 512]).is_ok())
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.child.kill().expect("our own process");
        self.child.wait().expect("our own process");
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Started {
    Yes,
    No,
}

/// Keeps what the server says, and tells when it has started or ended.
fn watch(child: &mut Child) -> (Arc<Mutex<String>>, Receiver<Started>) {
    let log = Arc::new(Mutex::new(String::new()));
    let (tell, ready) = channel();
    let (said, stderr) = (Arc::clone(&log), child.stderr.take().expect("a pipe"));
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            let started = line.ends_with(" running") || line.contains("server started");
            let failed = line.contains("address in use") || line.contains("address already in use");
            let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
            writeln!(said, "{line}").expect("a string takes all");
            if started || failed {
                // The first word was heard: no reader is left.
                let _ = tell.send(if failed { Started::No } else { Started::Yes });
            }
        }
        let _ = tell.send(Started::No);
    });
    (log, ready)
}

/// A loopback address that is free for UDP and TCP.
fn free_address() -> SocketAddr {
    let free = || {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
        let address = socket.local_addr().ok()?;
        TcpListener::bind(address).ok().map(|_| address)
    };
    (0..100).find_map(|_| free()).expect("a free port")
}

fn zone_files(setup: &Setup, folder: &Path) {
    for zone in &setup.zones {
        fs::write(folder.join(&zone.name), zone.file()).expect("a zone file");
    }
}

fn bind_configuration(setup: &Setup, folder: &Path, port: u16) -> String {
    zone_files(setup, folder);
    let forward = setup.forwarder.map_or("recursion no;".to_owned(), |to| {
        format!("recursion yes; forward only; forwarders {{ {} port {}; }};", to.ip(), to.port())
    });
    let mut text = format!(
        "options {{ directory \"{}\"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};\n\
         pid-file none; session-keyfile none; dnssec-validation no; notify no; minimal-responses no;\n\
         empty-zones-enable no; {forward} }};\ncontrols {{ }};\n",
        folder.display()
    );
    text.extend(setup.keys.iter().map(SharedKey::file));
    for Zone { name, writer, .. } in &setup.zones {
        let policy = writer.as_ref().map(|key| format!("update-policy {{ grant {key} zonesub SRV; }};"));
        let policy = policy.unwrap_or_default();
        writeln!(text, "zone \"{name}\" {{ type primary; file \"{name}\"; {policy} }};").expect("a string takes all");
    }
    text
}

fn knot_configuration(setup: &Setup, folder: &Path, port: u16) -> String {
    zone_files(setup, folder);
    // Without it every update fails.
    fs::create_dir(folder.join("db")).expect("a folder for the journal");
    let folder = folder.display();
    let mut text = format!(
        "server:\n  rundir: {folder}\n  listen: 127.0.0.1@{port}\ndatabase:\n  storage: {folder}/db\n\
         log:\n  - target: stderr\n    any: info\n"
    );
    let mut put = |line: String| writeln!(text, "{line}").expect("a string takes all");
    put("key:".to_owned());
    for SharedKey { name, algorithm, secret } in &setup.keys {
        put(format!("  - id: {name}\n    algorithm: {algorithm}\n    secret: {secret}"));
    }
    put("acl:".to_owned());
    for key in setup.zones.iter().filter_map(|zone| zone.writer.as_ref()) {
        put(format!("  - id: {key}-writes\n    key: {key}\n    action: update\n    update-type: [SRV]"));
    }
    put("zone:".to_owned());
    for Zone { name, writer, .. } in &setup.zones {
        let writes = writer.as_ref().map(|key| format!("{key}-writes")).unwrap_or_default();
        put(format!("  - domain: {name}\n    storage: {folder}\n    file: {name}\n    acl: [{writes}]"));
    }
    text
}
