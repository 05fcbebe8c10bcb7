//! Real directories, each in network, mount and process namespaces of its own: Active Directory by Samba, and `OpenLDAP`.
//!
//! What speaks with one is started inside ([`LdapServer::command`]). A server ends with the process that started it, whatever
//! becomes of that.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use tempfile::TempDir;

use crate::process::{Caretaker, contained};

/// A directory that runs.
#[derive(Debug)]
pub struct LdapServer {
    folder: PathBuf,
    caretaker: Caretaker,
    /// The first process inside: all others end with it.
    inside: u32,
    outside: Child,
    /// Closed where this process ends: the first process inside then ends too.
    _alive: ChildStdin,
}

impl LdapServer {
    /// A domain controller of `corp.example` (`dc1.corp.example`), set up in a few seconds: an administrator, the user `reader`, a
    /// machine `PC1$` with a keytab. Passwords: [`PASSWORD`].
    ///
    /// # Panics
    /// Where it cannot be started.
    pub fn samba() -> Self {
        Self::start(&[COMMON, include_str!("ldap/samba.sh")].concat(), &[])
    }

    /// `OpenLDAP` at `ldap.example.org` with the schema of `contrib`: the base `dc=example,dc=org` for users alone, `dc=open` for all,
    /// and `dc=moved`, which refers elsewhere. Passwords: [`PASSWORD`].
    ///
    /// # Panics
    /// Where it cannot be started.
    pub fn slapd() -> Self {
        Self::start(&slapd_script(), &[schema().as_os_str()])
    }

    fn start(script: &str, arguments: &[&OsStr]) -> Self {
        let folder = TempDir::with_prefix("leasehold-directory-").expect("a folder").keep();
        let caretaker = Caretaker::of(&folder, "");
        let path = folder.join("start.sh");
        fs::write(&path, script).expect("a script");
        let mut outside = contained("unshare");
        outside.args(["--net", "--mount", "--pid", "--fork", "--mount-proc", "bash"]).arg(path).arg(&folder);
        outside.args(arguments).env("PASSWORD", PASSWORD);
        let log = fs::File::create(folder.join("start.log")).expect("a log");
        outside.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        let mut outside = outside.spawn().expect("unshare");
        let alive = outside.stdin.take().expect("a pipe");
        let mut said = String::new();
        let stdout = outside.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut said).expect("what it says");
        assert!(said == "ready\n", "{}", told(&folder));
        let inside = child_of(outside.id()).expect("a process inside");
        Self { folder, caretaker, inside, outside, _alive: alive }
    }

    /// `program` inside, in `folder`, with what it needs to find the server: it is [`contained`] otherwise.
    pub fn command(&self, program: impl AsRef<OsStr>, folder: &Path) -> Command {
        let mut command = contained("nsenter");
        command.args(["--target", &self.inside.to_string(), "--net", "--mount", "--pid"]);
        command.arg(format!("--wdns={}", folder.display())).arg("--").arg(program);
        command.env("KRB5_CONFIG", self.file("krb5.conf")).env("LDAPTLS_CACERT", self.file("ca.pem"));
        command
    }

    /// What `program` prints inside.
    ///
    /// # Panics
    /// Where it fails.
    pub fn run(&self, program: &str, arguments: &[&str]) -> String {
        let output =
            self.command(program, &self.folder).args(arguments).stdin(Stdio::null()).output().expect("a process");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}: {error}\n{}", told(&self.folder));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// A file of the server's: `ca.pem`, `password`, and of Samba `pc1.keytab` and `krb5.conf`.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

impl Drop for LdapServer {
    fn drop(&mut self) {
        drop(self.outside.kill());
        drop(Command::new("kill").args(["-KILL", &self.inside.to_string()]).stderr(Stdio::null()).status());
        drop(self.outside.wait());
        self.caretaker.clean_up();
    }
}

/// What starts `OpenLDAP`: a script for bash that takes the folder and [`schema`], and serves until its standard input ends.
pub fn slapd_script() -> String {
    [COMMON, include_str!("ldap/slapd.sh")].concat()
}

/// The schema that is shipped.
pub fn schema() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contrib/openldap/leasehold.schema")
}

/// The first child of a process.
fn child_of(parent: u32) -> Option<u32> {
    let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).ok()?;
    children.split_whitespace().next()?.parse().ok()
}

/// The end of what was logged.
fn told(folder: &Path) -> String {
    let logs = ["start.log", "provision.log", "server.log"].map(|name| {
        let mut text = String::new();
        drop(fs::File::open(folder.join(name)).and_then(|mut file| file.read_to_string(&mut text)));
        let last: Vec<&str> = text.lines().rev().take(12).collect();
        format!("{name}:\n{}\n", last.into_iter().rev().collect::<Vec<_>>().join("\n"))
    });
    logs.concat()
}

const COMMON: &str = include_str!("ldap/common.sh");
/// The password of every user there.
pub const PASSWORD: &str = "Sesame-0pen";
