//! `leasehold client agent`: it renews for all products, and asks for applications that have no network.
#![cfg(unix)]

mod support;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::process::{contained, offline};
use leasehold_testkit::wait;
use serde_json::{Value, json};
use support::program;
use tempfile::TempDir;

#[test]
fn two_applications_without_a_network_are_activated_through_the_agent() {
    let host = TestHost::start();
    let agent = Agent::start(&host, &[]);
    for application in ["one", "two"] {
        let offline = host.client("activate", application).output().expect("it runs");
        assert!(!offline.status.success(), "no agent, no host: {offline:?}");
        let told = json_of(agent.known_to(host.client("activate", application)));
        assert_eq!(told["standing"], "licensed", "{told}");
        assert_eq!(told["features"], json!(["simulation"]));
        let renewed = json_of(agent.known_to(host.client("renew", application)));
        assert_eq!(renewed["standing"], "licensed", "{renewed}");
    }
    let devices = ["one", "two"].map(|application| json_of(host.client("status", application))["device"].clone());
    assert_ne!(devices[0], devices[1], "each has a key and a lease of its own");
    let released = json_of(agent.known_to(host.client("release", "one")));
    assert!(released["host"].is_string(), "{released}");
}

#[test]
fn an_application_without_a_network_borrows_through_the_agent_and_its_renewals_keep_it() {
    const DAY: u64 = 86_400;
    let host = TestHost::with(&["--validity", "7d", "--renewal", "15min", "--retry", "1min", "--ordinary-lease", "1h"]);
    let agent = Agent::start(&host, &[]);
    let lasts = |told: &Value| told["expires"].as_u64().expect("an end") - told["issued"].as_u64().expect("a time");
    let first = json_of(agent.known_to(host.client("activate", "one")));
    assert_eq!(lasts(&first), 3_600, "{first}");
    let mut borrow = host.client("borrow", "one");
    borrow.args(["--for", "3d"]);
    let borrowed = json_of(agent.known_to(borrow));
    assert!(lasts(&borrowed).abs_diff(3 * DAY) < 600, "{borrowed}");
    let renewed = json_of(agent.known_to(host.client("renew", "one")));
    assert_eq!(renewed["expires"], borrowed["expires"]);
    // As an application that may not write the state has the agent do.
    let call = json!({
        "call": "activate", "vendor": agent.vendor(), "product": "acme-cad", "until": borrowed["expires"],
    });
    let told = agent.call(&call);
    assert!(told == json!({ "activated": {} }) || told["not-activated"]["code"] == "busy", "{told}");
}

#[test]
fn through_an_agent_that_knows_no_borrowing_an_application_is_activated_and_told_that_its_lease_is_shorter() {
    let host = TestHost::with(&["--validity", "7d", "--renewal", "15min", "--retry", "1min", "--ordinary-lease", "1h"]);
    let agent = Agent::start(&host, &[]);
    let (socket, calls) = agent.as_an_earlier_release();
    let told_of_until = |name: &str| {
        let own = calls.try_iter().filter(|call| call["call"] == name);
        own.map(|call| has_until(&call)).collect::<Vec<_>>()
    };
    let borrows = |mut borrow: Command| {
        let output = borrow.env("LEASEHOLD_AGENT", &socket).output().expect("it runs");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains("borrowed-less") && told.contains("for 1 h and not for the 3 d asked for"), "{told}");
    };
    let mut borrow = host.client("borrow", "one");
    borrow.args(["--for", "3d"]);
    borrows(borrow);
    let status = json_of(host.client("status", "one"));
    assert_eq!(status["standing"], "licensed", "{status}");
    // First as one speaks with an agent of today, then as with one of before.
    assert_eq!(told_of_until("send"), [true, false]);
    if rustix::process::geteuid().is_root() {
        fs::set_permissions(&socket, fs::Permissions::from_mode(0o666)).expect("others may ask");
        let mut borrow = agent.as_another_user("borrow");
        borrow.args(["--for", "3d"]);
        borrows(borrow);
        assert_eq!(told_of_until("activate"), [true, false]);
    }
}

#[test]
fn what_the_agent_says_is_shown_by_the_doctor_and_a_product_that_it_lacks_is_told() {
    let host = TestHost::start();
    let agent = Agent::start(&host, &[]);
    let findings = |agent: &Agent| {
        let told = json_of(agent.known_to(host.doctor("one")));
        let checks = told["checks"].as_array().expect("checks").clone();
        checks.into_iter().find(|check| check["name"] == "agent").expect("a check of the agent")
    };
    agent.renews(1);
    let check = findings(&agent);
    assert_eq!(check["outcome"], "ok", "{check}");
    assert!(check["detail"].as_str().expect("a text").contains("licensed"), "{check}");
    fs::remove_file(agent.products().join("acme-cad.lh")).expect("the manifest is removed");
    agent.reload();
    agent.renews(0);
    let check = findings(&agent);
    assert_eq!(check["code"], "agent-lacks-product", "{check}");
    // What has no network, and no agent that knows it, says so.
    let told = json_of(agent.known_to(host.client("activate", "one")));
    assert_eq!(told["code"], "no-host", "{told}");
    let socket = agent.socket();
    let _folder = agent.kill();
    assert!(socket.exists(), "what was killed leaves its socket");
    let mut left = host.doctor("one");
    left.env("LEASEHOLD_AGENT", &socket);
    let told = json_of(left);
    let codes: Vec<_> = told["checks"].as_array().expect("checks").iter().map(|check| check["code"].clone()).collect();
    assert!(codes.contains(&json!("agent-silent")), "{codes:?}");
}

#[test]
fn a_manifest_is_noticed_when_it_comes_and_when_it_goes_and_one_that_is_damaged_stops_no_other() {
    let host = TestHost::start();
    let agent = Agent::empty(&host, &[]);
    assert_eq!(agent.call(&json!({ "call": "products" })), json!({ "products": [] }));
    fs::write(agent.products().join("damaged.lh"), "junk").expect("a file");
    fs::write(agent.products().join("readme.txt"), "no manifest").expect("a file");
    agent.install(&host);
    agent.reload();
    agent.renews(1);
    let states = agent.states();
    let damaged = states.iter().find(|state| state["vendor"].is_null()).expect("the damaged one is told");
    assert_eq!((states.len(), &damaged["problem"]["code"]), (2, &json!("malformed")), "{states:?}");
    fs::remove_file(agent.products().join("acme-cad.lh")).expect("the manifest is removed");
    agent.reload();
    agent.renews(0);
}

#[test]
fn an_application_that_may_not_write_the_machines_state_has_the_agent_ask() {
    let host = TestHost::start();
    let agent = Agent::start(&host, &[]);
    agent.renews(1);
    if rustix::process::geteuid().is_root() {
        let told = json_of(agent.known_to(agent.as_another_user("activate")));
        assert_eq!(told["standing"], "licensed", "{told}");
    }
}

#[test]
fn what_is_asked_wrongly_is_answered_and_nothing_else_is_carried() {
    let host = TestHost::start();
    let agent = Agent::start(&host, &[]);
    let vendor = agent.vendor();
    for (call, code) in [
        (json!("hello"), "usage"),
        (json!({ "call": "stop" }), "usage"),
        (json!({ "call": "hosts", "vendor": "x", "product": "acme-cad" }), "usage"),
        (json!({ "call": "hosts", "vendor": vendor, "product": "other" }), "agent-lacks-product"),
        (send(&vendor, &host.address(), "/v1/sign-in", ""), "not-found"),
        (send(&vendor, &host.address(), "/v1/leases", "%"), "malformed"),
        (send(&vendor, &host.address(), "/v1/leases", "AAAA"), "malformed"),
    ] {
        assert_eq!(agent.call(&call)["error"]["code"], code, "{call}");
    }
    let fetch = |host: &str, path: &str| json!({ "call": "fetch", "vendor": vendor, "product": "acme-cad", "host": host, "path": path, "held": null });
    assert_eq!(agent.call(&fetch("127.0.0.1:1", "/v1/host"))["unanswered"]["code"], "no-host");
    assert_eq!(agent.call(&fetch(&host.address(), "/metrics"))["error"]["code"], "not-found");
    assert_eq!(agent.call(&fetch(&host.address(), "/v1/host"))["reply"]["status"], 200);
    let mut stream = UnixStream::connect(agent.socket()).expect("the socket");
    stream.write_all(&vec![b' '; 30_000]).expect("it is read");
    assert_eq!(line_of(&stream)["error"]["code"], "usage", "a line has an end");
    let many: Vec<UnixStream> = (0..40).map(|_| UnixStream::connect(agent.socket()).expect("the socket")).collect();
    assert_eq!(line_of(many.last().expect("the last"))["error"]["code"], "busy", "one user does not take all places");
    drop(many);
}

#[test]
fn it_tells_the_service_manager_that_it_serves_lives_and_ends_and_leaves_no_socket() {
    let host = TestHost::start();
    let folder = tempfile::tempdir().expect("a folder");
    let manager = UnixDatagram::bind(folder.path().join("notify")).expect("a socket");
    manager.set_read_timeout(Some(Duration::from_mins(1))).expect("a limit");
    let notify = folder.path().join("notify").display().to_string();
    // It is not asked before the manager listens, who hears every sign of life.
    let agent = Agent::empty(&host, &[("NOTIFY_SOCKET", notify.as_str()), ("WATCHDOG_USEC", "30000")]);
    let mut told = String::new();
    let mut hears = |what: &str| {
        (0..MESSAGES).any(|_| {
            let mut message = [0; 4_096];
            let length = manager.recv(&mut message).expect("a message within a minute");
            told = String::from_utf8_lossy(&message[..length]).into_owned();
            told.lines().any(|line| line == what)
        })
    };
    assert!(hears("READY=1") && hears("WATCHDOG=1"));
    let socket = agent.socket();
    // It is heard before its end is waited for: what it says waits for a manager that listens.
    agent.signal("-TERM");
    assert!(hears("STOPPING=1"));
    let _folder = agent.ended();
    assert!(!socket.exists());
}

#[test]
fn a_second_agent_at_the_same_socket_says_that_there_is_one() {
    let host = TestHost::start();
    let agent = Agent::start(&host, &[]);
    let second = agent.command(&host).output().expect("it runs");
    assert_eq!(second.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&second.stderr).contains("address-in-use"), "{second:?}");
}

fn send(vendor: &str, host: &str, path: &str, document: &str) -> Value {
    json!({ "call": "send", "vendor": vendor, "product": "acme-cad", "host": host, "path": path, "document": document })
}

fn has_until(call: &Value) -> bool {
    call.get("until").is_some()
}

/// What a command prints: its data, or its error.
fn json_of(mut command: Command) -> Value {
    let output = command.output().expect("it runs");
    let text = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    let text = String::from_utf8(text).expect("text");
    let last = text.lines().last().unwrap_or_default();
    let told: Value =
        serde_json::from_str(&text).or_else(|_| serde_json::from_str(last)).unwrap_or_else(|_| panic!("{text}"));
    told.get("error").unwrap_or(&told).clone()
}

/// The answer to one call at this socket.
fn asked_at(socket: &Path, call: &Value) -> Value {
    let mut stream = UnixStream::connect(socket).expect("the socket");
    stream.write_all(format!("{call}\n").as_bytes()).expect("it is read");
    line_of(&stream)
}

fn line_of(stream: &UnixStream) -> Value {
    stream.set_read_timeout(Some(Duration::from_mins(1))).expect("a limit");
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).expect("an answer");
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

fn copy_environment(from: &Command, to: &mut Command) {
    for (name, value) in from.get_envs() {
        match value {
            Some(value) => to.env(name, value),
            None => to.env_remove(name),
        };
    }
}

/// A command of a client that looks for no host and, where it has no rights of its own, asks over no network.
fn client_of(command: &str, manifest: &Path, state: &Path) -> Command {
    let without_network = !is_missing(&[Need::NetworkNamespace]);
    let mut client = if without_network { offline(env!("CARGO_BIN_EXE_leasehold")) } else { program() };
    client.args(["--json", "client", command, "--manifest"]).arg(manifest).arg("--state").arg(state);
    if command != "status" {
        client.arg("--no-dns");
    }
    client.env("LEASEHOLD_INSTANCE", "the machine").env("LEASEHOLD_DIRECTORY", "off");
    client
}

/// `leasehold testhost`, and clients of it that reach no host by themselves.
struct TestHost {
    _child: Killed,
    told: Value,
    folder: TempDir,
}

impl TestHost {
    fn start() -> Self {
        Self::with(&[])
    }

    /// With these options more.
    fn with(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = program();
        command.args(["--json", "testhost", "--features", "simulation", "--dir"]).arg(folder.path().join("testhost"));
        command.args(options);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        Self { _child: Killed(child), told: serde_json::from_str(&line).expect("JSON"), folder }
    }

    fn address(&self) -> String {
        self.told["address"].as_str().expect("an address").to_owned()
    }

    fn manifest(&self) -> PathBuf {
        self.told["manifest"].as_str().expect("a path").into()
    }

    /// A command of the application of this name, which finds no host.
    fn client(&self, command: &str, application: &str) -> Command {
        let mut client = client_of(command, &self.manifest(), &self.folder.path().join(application));
        client.env("LEASEHOLD_INSTANCE", application);
        client
    }

    fn doctor(&self, application: &str) -> Command {
        let mut doctor = program();
        doctor.args(["--json", "doctor", "--no-dns", "--manifest"]).arg(self.manifest());
        doctor.arg("--state").arg(self.folder.path().join(application));
        doctor.env("LEASEHOLD_INSTANCE", application).env("LEASEHOLD_DIRECTORY", "off");
        doctor
    }
}

/// An agent that runs.
struct Agent {
    child: Killed,
    /// Open, so that it may speak.
    _stdout: BufReader<ChildStdout>,
    folder: TempDir,
    vendor: String,
}

impl Agent {
    /// With the host's product.
    fn start(host: &TestHost, environment: &[(&str, &str)]) -> Self {
        let agent = Self::empty(host, environment);
        agent.install(host);
        agent.reload();
        agent.renews(1);
        agent
    }

    fn empty(host: &TestHost, environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("products")).expect("a folder");
        let mut command = Self::command_in(folder.path(), host);
        command.envs(environment.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it runs");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        let told: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(told["address"], json!(folder.path().join("agent.sock")));
        let vendor = json_of(host.client("status", "anyone"))["vendor"].as_str().expect("the vendor").to_owned();
        Self { child: Killed(child), _stdout: stdout, folder, vendor }
    }

    fn command(&self, host: &TestHost) -> Command {
        Self::command_in(self.folder.path(), host)
    }

    fn command_in(folder: &Path, host: &TestHost) -> Command {
        let mut command = contained(env!("CARGO_BIN_EXE_leasehold"));
        command.args(["--json", "client", "agent", "--no-dns", "--host", &host.address()]);
        command.arg("--products").arg(folder.join("products"));
        command.arg("--socket").arg(folder.join("agent.sock"));
        command.arg("--state").arg(folder.join("state"));
        command.env("LEASEHOLD_INSTANCE", "the machine").env("LEASEHOLD_DIRECTORY", "off");
        command
    }

    fn install(&self, host: &TestHost) {
        fs::copy(host.manifest(), self.products().join("acme-cad.lh")).expect("a manifest");
    }

    fn products(&self) -> PathBuf {
        self.folder.path().join("products")
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("agent.sock")
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    fn vendor(&self) -> String {
        self.vendor.clone()
    }

    /// A command of a user who sees the agent's state and may not change it.
    fn as_another_user(&self, command: &str) -> Command {
        let manifest = self.products().join("acme-cad.lh");
        for (path, mode) in [(self.folder.path(), 0o755), (&manifest, 0o644), (&self.socket(), 0o666)] {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("others may enter");
        }
        let own = client_of(command, &manifest, &self.state());
        let mut other = Command::new("setpriv");
        other.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(own.get_program()).args(own.get_args());
        copy_environment(&own, &mut other);
        other
    }

    /// A command of an application that knows this agent.
    fn known_to(&self, mut command: Command) -> Command {
        command.env("LEASEHOLD_AGENT", self.socket());
        command
    }

    /// A socket at which it speaks as an agent of a release before borrowing, which refuses a time as it refuses any member that it does not
    /// know; and what was asked there.
    fn as_an_earlier_release(&self) -> (PathBuf, Receiver<Value>) {
        let (earlier, socket) = (self.folder.path().join("earlier.sock"), self.socket());
        let listener = UnixListener::bind(&earlier).expect("a socket");
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let call = line_of(&stream);
                let unknown = "unknown field `until`, expected one of `vendor`, `product`, `host`, `path`, `document`";
                let answer = if has_until(&call) {
                    json!({ "error": { "code": "usage", "message": unknown } })
                } else {
                    asked_at(&socket, &call)
                };
                tell.send(call).expect("the test still runs");
                stream.write_all(format!("{answer}\n").as_bytes()).expect("it is read");
            }
        });
        (earlier, told)
    }

    /// Its answer to one call.
    fn call(&self, call: &Value) -> Value {
        asked_at(&self.socket(), call)
    }

    fn states(&self) -> Vec<Value> {
        self.call(&json!({ "call": "products" }))["products"].as_array().expect("a list").clone()
    }

    /// Waits until so many products are licensed by it, and none is not.
    fn renews(&self, count: usize) {
        let done = || {
            let states = self.states();
            let own: Vec<_> = states.iter().filter(|state| !state["vendor"].is_null()).collect();
            own.len() == count && own.iter().all(|state| state["standing"] == "licensed")
        };
        assert!(wait::until(done), "{:?}", self.states());
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().expect("kill").success());
    }

    /// SIGHUP: it looks into its folder.
    fn reload(&self) {
        self.signal("-HUP");
    }

    /// SIGKILL: no last words.
    fn kill(self) -> TempDir {
        self.signal("-KILL");
        let Self { mut child, folder, .. } = self;
        child.wait().expect("its end");
        folder
    }

    /// Waits for its end, which must be a good one.
    fn ended(self) -> TempDir {
        let Self { mut child, folder, .. } = self;
        assert!(child.wait().expect("its end").success());
        folder
    }
}

/// More than come in two minutes, one every 15 milliseconds.
const MESSAGES: u32 = 8_000;

/// A process that is killed when it is dropped.
struct Killed(Child);

impl Killed {
    fn id(&self) -> u32 {
        self.0.id()
    }

    fn wait(&mut self) -> std::io::Result<std::process::ExitStatus> {
        self.0.wait()
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
