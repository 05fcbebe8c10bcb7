//! A real `OpenID` Connect provider (`oidc-provider` on Node.js), with a user who fills in its pages.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use leasehold_core::Timestamp;
use serde_json::{Value, json};

use crate::http::send;

/// A provider that serves on loopback; it ends with the test.
#[derive(Debug)]
pub struct Oidc {
    child: Child,
    /// Open as long as the provider is to live, also where the test is killed.
    _alive: ChildStdin,
    /// Its name.
    pub issuer: String,
    /// Where the test tells it what happens.
    control: String,
    /// The time when it started, by its clock.
    pub started: Timestamp,
}

impl Oidc {
    /// Starts a provider with the client `leasehold`, whose users are all in the group `cad-users`.
    ///
    /// # Panics
    /// Where Node.js or the registry's package is not there.
    pub fn start() -> Self {
        Self::start_as("127.0.0.1")
    }

    /// The same by another name of this machine: to a browser, `localhost` is another site than `127.0.0.1`.
    ///
    /// # Panics
    /// As [`Self::start`].
    pub fn start_as(name: &str) -> Self {
        Self::spawn(Command::new("node").args(["provider.mjs", name]))
    }

    /// The same, which users reach by TLS alone, as `localhost`: with this certificate and key, issued by `authority` (PEM files).
    ///
    /// # Panics
    /// As [`Self::start`].
    pub fn start_with_tls(certificate: &Path, key: &Path, authority: &Path) -> Self {
        // Its user at a browser trusts the organisation's own authority.
        let mut command = Command::new("node");
        command.env("NODE_EXTRA_CA_CERTS", authority).args(["provider.mjs", "localhost"]).args([certificate, key]);
        Self::spawn(&mut command)
    }

    fn spawn(command: &mut Command) -> Self {
        command.current_dir(installed()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn().expect("Node.js");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let said: Value = serde_json::from_str(&line).expect("what it says");
        let alive = child.stdin.take().expect("a pipe");
        let text = |name: &str| said[name].as_str().expect("a text").to_owned();
        let started = Timestamp::from_unix(said["now"].as_u64().expect("a time"));
        Self { child, _alive: alive, issuer: text("issuer"), control: text("control"), started }
    }

    /// Has something happen in the organisation; what came of it.
    ///
    /// # Panics
    /// Where the provider does not do it.
    pub fn act(&self, what: &str, details: &Value) -> Value {
        let reply = send(&self.control, &format!("POST /test/{what}"), &[], details.to_string().as_bytes());
        let reply = reply.expect("an answer");
        assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
        reply.json()["result"].clone()
    }

    /// A user signs in at `url`, with the code where one is asked for.
    pub fn sign_in(&self, user: &str, url: &str, code: Option<&str>) {
        self.act("user", &json!({ "url": url, "login": user, "code": code }));
    }

    /// A user signs in at `url`; where the provider leads the browser then.
    ///
    /// # Panics
    /// Where it leads nowhere.
    pub fn leave(&self, user: &str, url: &str) -> String {
        let left = self.act("leave", &json!({ "url": url, "login": user }));
        left.as_str().unwrap_or_else(|| panic!("the provider leads nowhere: {left}")).to_owned()
    }

    /// A user is in these groups from now on.
    pub fn set_groups(&self, user: &str, groups: &[&str]) {
        self.act("groups", &json!({ "login": user, "groups": groups }));
    }
}

impl Drop for Oidc {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The folder with the provider and its packages, installed once as its lock file says.
fn installed() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("oidc");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/setup/oidc-provider");
    fs::create_dir_all(&folder).expect("a folder");
    let lock = fs::File::create(folder.join("lock")).expect("a file");
    lock.lock().expect("one installs at a time");
    let read = |path: &Path| fs::read(path).unwrap_or_default();
    let is_new = read(&own.join("package-lock.json")) != read(&folder.join("installed"));
    for name in ["package.json", "package-lock.json", "provider.mjs"] {
        if read(&own.join(name)) != read(&folder.join(name)) {
            fs::copy(own.join(name), folder.join(name)).expect("a copy");
        }
    }
    if is_new {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]).current_dir(&folder);
        assert!(npm.status().expect("npm").success(), "npm ci in {}", folder.display());
        fs::copy(own.join("package-lock.json"), folder.join("installed")).expect("a copy");
    }
    folder
}
