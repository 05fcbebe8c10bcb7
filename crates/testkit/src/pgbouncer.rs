//! A real `PgBouncer` (Debian's `pgbouncer`) before a PostgreSQL server of a test; it ends with the test's thread, also where that is killed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::need::find;
use crate::postgres::{Postgres, USER, free_port, give, server_user, signalled};

/// A pooler. It lets everyone in, as the superuser of the server behind it.
#[derive(Debug)]
pub struct Pgbouncer {
    folder: TempDir,
    server: String,
    port: u16,
    child: Child,
    said: Receiver<String>,
}

impl Pgbouncer {
    /// Starts one before `server`, in a `pool_mode` and with more lines of its configuration.
    ///
    /// # Panics
    /// Where it is not installed or does not start.
    pub fn before(server: &Postgres, mode: &str, settings: &[&str]) -> Self {
        let folder = TempDir::with_prefix("leasehold-pgbouncer-").expect("a folder");
        give(folder.path());
        // Another process may take the port before the pooler does.
        for _ in 0..8 {
            let port = free_port();
            configure(&folder, &server.address(), port, mode, settings);
            let mut child = command(&folder).spawn().expect("pgbouncer");
            let said = listen(&mut child);
            if wait_for(&said, "process up:") {
                return Self { folder, server: server.address(), port, child, said };
            }
            let _ = child.kill();
            child.wait().expect("our own process");
        }
        panic!("pgbouncer does not start");
    }

    /// Where `database` is, by way of the pooler.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// Sets it to another `pool_mode`; connections stay.
    ///
    /// # Panics
    /// Where it does not run any more.
    pub fn set_mode(&self, mode: &str) {
        configure(&self.folder, &self.server, self.port, mode, &[]);
        signalled(&self.child, "-HUP");
        assert!(wait_for(&self.said, "re-reading config"), "it does not read its configuration again");
    }
}

impl Drop for Pgbouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn configure(folder: &TempDir, server: &str, port: u16, mode: &str, settings: &[&str]) {
    let (host, server_port) = server.rsplit_once(':').expect("an address");
    let text = format!(
        "[databases]\n* = host={host} port={server_port} user={USER}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
         unix_socket_dir =\nauth_type = any\npool_mode = {mode}\n{}\n",
        settings.join("\n")
    );
    let path = folder.path().join("pgbouncer.ini");
    fs::write(&path, text).expect("a file");
    give(&path);
}

/// The program, by a user of its own where this one is root, which it refuses to be run by.
fn command(folder: &TempDir) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]);
    if server_user().is_some() {
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
    }
    command.arg("--").arg(find("pgbouncer").expect("pgbouncer is installed")).arg(folder.path().join("pgbouncer.ini"));
    command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn listen(child: &mut Child) -> Receiver<String> {
    let (tell, said) = channel();
    let stderr = child.stderr.take().expect("a pipe");
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            // Read on where no one listens any more: it would stop at a full pipe.
            let _ = tell.send(line);
        }
    });
    said
}

fn wait_for(said: &Receiver<String>, words: &str) -> bool {
    std::iter::from_fn(|| said.recv_timeout(Duration::from_mins(1)).ok()).any(|line| line.contains(words))
}
