//! A cluster of two PostgreSQL servers under Patroni, as `cluster.sh` runs it, on a machine of the test's own.

use std::env;
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::process::contained;

/// Runs `test` again where its network, mounts and processes are its own; whether this is that run.
pub(crate) fn alone(test: &str) -> bool {
    if env::var_os(INSIDE).is_some() {
        return true;
    }
    if is_missing(&[Need::Cluster]) {
        return false;
    }
    // One cluster at a time: each is three servers' work.
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut command = contained("unshare");
    // The shell is the first process there, and takes the ends of those whose parents are gone.
    command.args(["--net", "--mount-proc", "--pid", "--fork", "--kill-child", "bash", "-c", "\"$@\"; exit $?", "bash"]);
    command.arg(env::current_exe().expect("this program")).args(["--exact", test, "--nocapture"]).env(INSIDE, "1");
    command.envs(PASSED_ON.iter().filter_map(|name| Some((name, env::var_os(name)?))));
    let output = command.output().expect("unshare (util-linux)");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
    println!("{printed}");
    false
}

/// The cluster; it ends with the machine.
pub(crate) struct Cluster {
    script: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// Where the proxy leads to the server that leads.
    pub(crate) url: String,
}

/// What is done to the server that leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It loses its power.
    Kill,
    /// Its cable is pulled.
    Cut,
    /// The other is told to lead.
    Switch,
}

impl Cluster {
    /// Starts it in `folder` and waits until both servers are in step.
    pub(crate) fn start(folder: &Path) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/high_availability/cluster.sh");
        let mut command = Command::new("bash");
        command.arg(script).arg(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut script = command.spawn().expect("bash");
        let (orders, answers) = (script.stdin.take().expect("a pipe"), script.stdout.take().expect("a pipe"));
        let mut cluster = Self { script, orders, answers: BufReader::new(answers), url: String::new() };
        let ready = cluster.heard();
        let address = ready.strip_prefix("ready ").unwrap_or_else(|| panic!("{ready}"));
        cluster.url = format!("postgres://leasehold@{address}/leasehold");
        cluster
    }

    /// Does it to the server that leads; which one that was.
    pub(crate) fn strike(&mut self, fault: Fault) -> String {
        let leader = self.leader().expect("one leads");
        match fault {
            Fault::Kill => self.order(&format!("kill {leader}")),
            Fault::Cut => self.order(&format!("cut {leader}")),
            Fault::Switch => self.order("switch"),
        };
        leader
    }

    /// Takes the fault away again.
    pub(crate) fn mend(&mut self, fault: Fault, server: &str) {
        match fault {
            Fault::Kill => drop(self.order(&format!("start {server}"))),
            Fault::Cut => drop(self.order(&format!("join {server}"))),
            Fault::Switch => {}
        }
    }

    /// The server that leads.
    pub(crate) fn leader(&mut self) -> Option<String> {
        Some(self.order("leader")).filter(|leader| leader != "-")
    }

    /// Whether one leads and the other follows it synchronously.
    pub(crate) fn is_healthy(&mut self) -> bool {
        self.order("healthy") == "yes"
    }

    fn order(&mut self, line: &str) -> String {
        writeln!(self.orders, "{line}").expect("the script runs");
        let heard = self.heard();
        heard.strip_prefix("done").unwrap_or_else(|| panic!("{line}: {heard}")).trim().to_owned()
    }

    fn heard(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.script.kill();
        let _ = self.script.wait();
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Kill => "killed",
            Self::Cut => "cut off",
            Self::Switch => "switched",
        })
    }
}

static TURN: Mutex<()> = Mutex::new(());
pub(crate) const ROUNDS: &str = "LEASEHOLD_FAILOVERS";
const INSIDE: &str = "LEASEHOLD_TEST_CLUSTER";
const PASSED_ON: [&str; 2] = [ROUNDS, "RUST_BACKTRACE"];
