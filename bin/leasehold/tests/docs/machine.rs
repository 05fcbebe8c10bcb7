//! A machine of a page's own: its network, its name, `/var/lib` and the home are empty, and no other process sees them.

use std::env;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use leasehold_testkit::ldap;
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::process::{contained, folder};

use crate::page::Page;
use crate::terminal::Terminal;

/// The machine on which a page is typed.
pub(crate) struct Machine {
    /// Servers that run on beside what is typed.
    serving: Vec<Terminal>,
    /// A directory, which ends where its input does.
    directory: Option<(Child, ChildStdin)>,
    passphrase_file: bool,
}

impl Machine {
    /// Runs `test` again on a machine of its own, where there can be one; the machine in that run.
    pub(crate) fn alone(test: &str) -> Option<Self> {
        if env::var_os(INSIDE).is_some() {
            return Some(Self { serving: Vec::new(), directory: None, passphrase_file: false });
        }
        if is_missing(&[Need::NetworkNamespace, Need::PrivateMount]) {
            return None;
        }
        let mut command = contained("unshare");
        // With its processes: none of them outlives it.
        command.args(["--map-root-user", "--net", "--uts", "--mount-proc", "--pid", "--fork", "sh", "-c", MACHINE]);
        command.arg(env::current_exe().expect("this program")).arg(test).env(INSIDE, "1");
        command.envs(env::var_os(WRITE).map(|value| (WRITE, value)));
        let output = command.output().expect("unshare (util-linux)");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
        None
    }

    /// Does what a page needs to have been done.
    pub(crate) fn prepare(&mut self, needs: &[String]) {
        self.passphrase_file = !needs.is_empty();
        for need in needs {
            if need == OPENLDAP {
                self.directory = Some(openldap());
                continue;
            }
            if need == FIRST_DAY {
                let page = Page::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/start.md"));
                page.steps.iter().for_each(|step| drop(self.run(&step.command)));
                continue;
            }
            let (_, script) =
                PREPARATIONS.iter().find(|(name, _)| name == need).unwrap_or_else(|| panic!("{need}: not known"));
            for command in script.lines() {
                let printed = self.run(command);
                assert!(!printed.contains("error: "), "{need}: {command}: {printed}");
            }
        }
    }

    /// Types a command. One that serves goes on beside those that follow.
    pub(crate) fn run(&mut self, command: &str) -> String {
        let mut shell = contained("setsid");
        shell.args(["--ctty", "--wait", "sh", "-c", command]);
        self.set_up(&mut shell);
        let mut terminal = Terminal::start(shell);
        let (printed, ended) = terminal.follow(|asked| asked.contains("passphrase").then_some(PASSPHRASE));
        if !ended {
            self.serving.push(terminal);
        }
        printed
    }

    fn set_up(&self, shell: &mut Command) {
        let program = Path::new(env!("CARGO_BIN_EXE_leasehold")).parent().expect("a folder");
        let searched = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([program.to_owned()].into_iter().chain(env::split_paths(&searched)));
        shell.env("PATH", path.expect("folders")).env("NO_COLOR", "1").env("TERM", "xterm");
        // Here the defaults are this machine's own.
        shell.env_remove("LEASEHOLD_HOST_DATA").env_remove("LEASEHOLD_STATE").env_remove("LEASEHOLD_ADMIN_LISTEN");
        shell.env("FIXTURES", Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/office/data/fixtures"));
        if self.passphrase_file {
            let file = folder().join("pass");
            let mut options = File::options();
            let mut open = options.write(true).create(true).truncate(true).mode(0o600).open(&file).expect("a file");
            writeln!(open, "{PASSPHRASE}").expect("it can be written");
            shell.env("LEASEHOLD_PASSPHRASE_FILE", file);
        }
    }
}

/// `OpenLDAP`, which serves on beside what is typed, with its authority's certificate and the password of all users in the folder.
fn openldap() -> (Child, ChildStdin) {
    let folder = folder();
    let script = folder.join("start-slapd.sh");
    fs::write(&script, ldap::slapd_script()).expect("a script");
    fs::create_dir(folder.join("ldap")).expect("a folder");
    let mut bash = contained("bash");
    bash.arg(script).arg(folder.join("ldap")).arg(ldap::schema()).env("PASSWORD", ldap::PASSWORD);
    let mut bash = bash.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("bash");
    let mut said = String::new();
    BufReader::new(bash.stdout.take().expect("a pipe")).read_line(&mut said).expect("what it says");
    assert_eq!(said, "ready\n");
    for name in ["ca.pem", "password"] {
        fs::copy(folder.join("ldap").join(name), folder.join(name)).expect("a copy");
    }
    let alive = bash.stdin.take().expect("a pipe");
    (bash, alive)
}

/// What a page names that goes on where that of the first day ends.
const FIRST_DAY: &str = "the first day";
/// What a page names for it.
pub(crate) const OPENLDAP: &str = "openldap";
const INSIDE: &str = "LEASEHOLD_TEST_MACHINE";
const WRITE: &str = "LEASEHOLD_WRITE_DOCS";
const PASSPHRASE: &str = "correct horse battery staple";
const MACHINE: &str = "ip link set lo up && mount -t tmpfs -o size=64g tmpfs /var/lib && mount -t tmpfs -o size=64g tmpfs \"$TMPDIR\" && \
     hostname server1 && exec \"$0\" --exact \"$1\"";
/// What pages name, each after those that it builds on.
const PREPARATIONS: &[(&str, &str)] = &[
    (
        "vendor",
        "leasehold vendor init --name 'Acme Engineering'
leasehold vendor product add acme-cad --title 'Acme CAD' --family acme
leasehold vendor manifest acme-cad -o acme-cad.lh
leasehold vendor key issue --family acme --kind host --customer 'Example AG' -o host.key.txt",
    ),
    (
        "host",
        "leasehold host request --key-file host.key.txt -o request.txt
leasehold vendor approve request.txt -o answer.txt
leasehold host install answer.txt",
    ),
    ("serving", "leasehold host serve"),
    (
        "collected",
        "mkdir -p collected
cp $FIXTURES/ospp/dstatus_kms_licensed_override.txt collected/PC-001.txt
cp $FIXTURES/ospp/synthetic/dstatus_oot_grace.txt collected/PC-002.txt
cp $FIXTURES/vnextdiag/synthetic/user_licensed.txt collected/PC-003.txt
cp $FIXTURES/slmgr/synthetic/dlv_kms_host_count3.txt collected/KMS01.txt
echo 'call the suppliers' > collected/notes.txt",
    ),
    ("a deployment file", "cp $FIXTURES/odt/bad_ltsc_channel.xml office.xml"),
    (
        "machines",
        "for n in 1 2 3 4 5; do leasehold client activate --manifest acme-cad.lh --host localhost --made-up-machine $n; done >/dev/null 2>&1",
    ),
];
