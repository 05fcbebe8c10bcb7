//! What a test needs of the machine it runs on. Where that is missing the test is skipped with a printed reason, so that `cargo test`
//! works anywhere; `scripts/test`, which installs everything first, sets [`DEMAND`], and a missing thing is a failure.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Something that a test needs and that not every machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The name server BIND 9.
    Bind,
    /// The name server Knot.
    Knot,
    /// The programs of a PostgreSQL server.
    Postgres,
    /// The web server nginx.
    Nginx,
    /// The proxy `HAProxy`.
    Haproxy,
    /// The command `openssl`.
    OpenSsl,
    /// The right to make network namespaces, with a link of their own in them.
    NetworkNamespace,
    /// The right to mount a small disk where no other process sees it.
    PrivateMount,
    /// A device that is always full.
    FullDevice,
    /// The loopback address of IPv6.
    Ipv6,
    /// The schema fuzzer schemathesis, and openapi-python-client, which makes clients.
    ApiTools,
    /// The browser Chromium.
    Browser,
    /// Samba as a domain controller, and the right to run it in namespaces of its own.
    Samba,
    /// `OpenLDAP`, and the same right.
    OpenLdap,
    /// Node.js with playwright-core, which drives a browser, and axe-core.
    BrowserTools,
    /// Node.js with its package manager npm.
    Node,
    /// Prometheus's tool `promtool`.
    Promtool,
    /// Python 3.
    Python,
    /// A `PostgreSQL` cluster: Patroni with etcd and `HAProxy`, and the right to give each server a network of its own.
    Cluster,
    /// The connection pooler `PgBouncer`, before a server of [`Need::Postgres`].
    Pgbouncer,
    /// The command `tar`.
    Tar,
    /// Cargo, which a Windows that is played on Linux cannot start.
    Cargo,
}

/// Whether any of `needs` is missing. Says so on standard error, with the name of the test, for the test to return then.
///
/// # Panics
/// Where something is missing and [`DEMAND`] is set.
pub fn is_missing(needs: &[Need]) -> bool {
    let Some((need, why)) = needs.iter().find_map(|need| Some((need, need.missing()?))) else { return false };
    assert!(env::var_os(DEMAND).is_none(), "{need:?} is missing: {why}; scripts/setup installs it");
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    // Not by `eprintln!`, which libtest keeps to itself where a test passes.
    writeln!(io::stderr(), "skipped {test}: {why}").expect("standard error can be written");
    true
}

/// The variable that makes a missing thing a failure.
pub const DEMAND: &str = "LEASEHOLD_TEST_DEMAND";

impl Need {
    /// Why it is missing, if it is; looked up once.
    fn missing(self) -> Option<&'static str> {
        static FOUND: [OnceLock<Option<&'static str>>; 22] = [const { OnceLock::new() }; 22];
        *FOUND[self as usize].get_or_init(|| self.look())
    }

    fn look(self) -> Option<&'static str> {
        let without = |there: bool, why| if there { None } else { Some(why) };
        match self {
            Self::Bind => without(find("named").is_some(), "BIND 9 (named) is not installed"),
            Self::Knot => without(find("knotd").is_some(), "Knot (knotd) is not installed"),
            Self::Postgres => without(find_postgres("initdb").is_some(), "PostgreSQL (initdb) is not installed")
                .or_else(|| without(postgres_can_run(), "root needs a user postgres to run PostgreSQL as")),
            Self::Nginx => without(find("nginx").is_some(), "nginx is not installed"),
            Self::Haproxy => without(find("haproxy").is_some(), "HAProxy is not installed"),
            Self::OpenSsl => without(find("openssl").is_some(), "openssl is not installed"),
            Self::NetworkNamespace => {
                let link = "ip link set lo up && ip link add link0 type veth peer name link1";
                without(runs("unshare", &["--map-root-user", "--net", "sh", "-c", link]), "no network namespaces here")
            }
            Self::PrivateMount => {
                let mount = "mount -t tmpfs -o size=1m tmpfs /mnt";
                without(runs("unshare", &["--map-root-user", "--mount", "sh", "-c", mount]), "no private mounts here")
            }
            Self::FullDevice => without(cfg!(unix) && Path::new("/dev/full").exists(), "there is no /dev/full"),
            Self::Browser => without(find("chromium").is_some(), "Chromium is not installed"),
            Self::Samba => without(find("samba").is_some(), "Samba (samba-ad-dc) is not installed")
                .or_else(|| without(find("samba-tool").is_some(), "samba-tool (samba-ad-provision) is not installed"))
                .or_else(|| without(find("ldbadd").is_some(), "ldbadd (ldb-tools) is not installed"))
                .or_else(has_no_ldap_tools)
                .or_else(is_not_root),
            Self::OpenLdap => without(find("slapd").is_some(), "OpenLDAP (slapd) is not installed")
                .or_else(has_no_ldap_tools)
                .or_else(is_not_root),
            Self::BrowserTools => {
                let there = find("node").is_some() && browser_tools().join("node_modules/playwright-core").is_dir();
                without(there, "Node.js with playwright-core and axe-core is not installed")
            }
            Self::Node => {
                without(find("node").is_some() && find("npm").is_some(), "Node.js (node, npm) is not installed")
            }
            Self::Promtool => without(find("promtool").is_some(), "promtool (prometheus) is not installed"),
            Self::Python => without(find("python3").is_some(), "Python (python3) is not installed"),
            Self::Cluster => ["patroni", "etcd", "haproxy", "curl", "nsenter"]
                .iter()
                .any(|program| find(program).is_none())
                .then_some("patroni, etcd-server, haproxy, curl or nsenter are not installed")
                .or_else(|| Self::Postgres.look())
                .or_else(is_not_root),
            Self::Pgbouncer => {
                let there = find("pgbouncer").is_some() && find("setpriv").is_some();
                without(there, "PgBouncer (pgbouncer) or setpriv is not installed").or_else(|| Self::Postgres.look())
            }
            Self::Tar => without(find("tar").is_some(), "tar is not installed"),
            Self::Cargo => without(find("cargo").is_some(), "cargo is not in the path"),
            Self::Ipv6 => {
                let there = std::net::UdpSocket::bind((std::net::Ipv6Addr::LOCALHOST, 0)).is_ok();
                without(there, "there is no IPv6 here")
            }
            Self::ApiTools => {
                let there = ["schemathesis", "openapi-python-client"].iter().all(|tool| find_api_tool(tool).is_some());
                without(there, "schemathesis and openapi-python-client are not installed")
            }
        }
    }
}

/// Where a program is, in `PATH` or where servers are installed.
pub fn find(program: &str) -> Option<PathBuf> {
    let searched = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&searched).chain(["/usr/sbin", "/sbin", "/usr/local/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(in_file(program))).find(|path| path.is_file())
}

/// The name of the file that a program is in. Where Windows is played on Linux, that system's programs are there and are none.
fn in_file(program: &str) -> String {
    format!("{program}{}", env::consts::EXE_SUFFIX)
}

/// Where a tool for APIs is: where `scripts/setup` installs it, else in `PATH`.
pub fn find_api_tool(program: &str) -> Option<PathBuf> {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/setup/api-tools/bin").join(program);
    Some(installed).filter(|path| path.is_file()).or_else(|| find(program))
}

/// Where the packages that drive a browser are: as `LEASEHOLD_NODE_MODULES` says, else where `scripts/setup` installs them.
pub fn browser_tools() -> PathBuf {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/setup/browser-tools");
    env::var_os("LEASEHOLD_NODE_MODULES").map_or(installed, PathBuf::from)
}

/// Where a program of PostgreSQL's server is: the newest version that the system has, else in `PATH`.
pub fn find_postgres(program: &str) -> Option<PathBuf> {
    let version = |path: &Path| path.file_name().map(OsStr::to_string_lossy)?.parse::<u32>().ok();
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    let newest = installed.map(|entry| entry.path()).max_by_key(|path| version(path));
    let packaged = newest.map(|version| version.join("bin").join(in_file(program))).filter(|path| path.is_file());
    packaged.or_else(|| find(program))
}

fn has_no_ldap_tools() -> Option<&'static str> {
    let tools = ["ldapadd", "ldapsearch", "openssl", "nsenter"];
    tools.iter().any(|tool| find(tool).is_none()).then_some("ldap-utils, openssl or nsenter are not installed")
}

/// Servers of directories and of clusters take fixed ports and the names of machines: they need namespaces of their own.
fn is_not_root() -> Option<&'static str> {
    let allowed = runs("unshare", &["--net", "--mount", "--pid", "--fork", "--mount-proc", "true"]);
    (!allowed).then_some("servers of directories and clusters are run by root alone")
}

/// The server refuses to be run by root.
fn postgres_can_run() -> bool {
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    !root || (runs("id", &["-u", "postgres"]) && find("setpriv").is_some())
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
