//! Programs that tests start, away from everything that the user of this machine has: no test reads or writes a default folder.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
#[cfg(unix)]
use std::process::{Child, Stdio};
use std::{env, fs};

use tempfile::TempDir;

/// `program`, to be run in the test's own folder: home, state, data, configuration and temporary files lie there, and no variable of
/// this process reaches it but those by which programs are found.
///
/// The folder is the test's thread's own and goes with it. Set variables and the folder it runs in afterwards, never clear them all.
///
/// # Panics
/// Where no folder can be made.
pub fn contained(program: impl AsRef<OsStr>) -> Command {
    let folder = folder();
    let mut command = Command::new(program);
    command.env_clear().current_dir(&folder);
    command.envs(PASSED_ON.iter().filter_map(|name| Some((name, env::var_os(name)?))));
    // Hosts that tests start beside each other have no port in common.
    command.env("LEASEHOLD_ADMIN_LISTEN", "none");
    // An agent of the machine is not asked.
    command.env("LEASEHOLD_AGENT", "off");
    command.envs(IN_FOLDER.iter().map(|(name, below)| (name, folder.join(below))));
    command
}

/// As [`contained`], on a network without a link: no question leaves it, neither to the machine's name servers nor elsewhere.
///
/// # Panics
/// As [`contained`]. Ask for [`crate::need::Need::NetworkNamespace`] before.
pub fn offline(program: impl AsRef<OsStr>) -> Command {
    let mut command = contained("unshare");
    command.args(["--map-root-user", "--net"]).arg(program);
    command
}

/// The test's own folder, in which [`contained`] programs run and have their home.
///
/// # Panics
/// Where it cannot be made.
pub fn folder() -> PathBuf {
    FOLDER.with(|folder| folder.path().to_owned())
}

/// A process that removes a folder once this process has ended, however that came about; servers that all tests of a program share are
/// never dropped.
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct Caretaker(Child);

#[cfg(unix)]
impl Caretaker {
    /// Of `folder`, which is `$0` in `before`: what a shell does before the folder goes.
    pub(crate) fn of(folder: &Path, before: &str) -> Self {
        // What ends there may still write.
        let script = format!(
            "read _\n{before}\nfor _ in $(seq 100); do rm -rf \"$0\"; [ -e \"$0\" ] || exit 0; sleep 0.1; done"
        );
        let mut command = Command::new("sh");
        command.args(["-c", &script]).arg(folder).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // Out of reach of a Ctrl-C that ends the test.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Self(command.spawn().expect("sh"))
    }

    /// Does so now.
    pub(crate) fn clean_up(&mut self) {
        drop(self.0.stdin.take());
        drop(self.0.wait());
    }
}

/// Every file below `folder` with what tells whether it was changed; nothing where there is no folder.
///
/// # Panics
/// Where one cannot be read.
pub fn listing(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let entry = entry.expect("an entry");
        let path = entry.path();
        let about = entry.metadata().expect("what is known of it");
        found.push(format!("{} {} {:?}", path.display(), about.len(), about.modified().expect("a time")));
        if about.is_dir() {
            found.extend(listing(&path));
        }
    }
    found.sort();
    found
}

/// By these programs are found and started, at another time than now where `scripts/moments` says so.
const PASSED_ON: &[&str] = &[
    "PATH",
    "PATHEXT",
    "SystemRoot",
    "SystemDrive",
    "ComSpec",
    "LLVM_PROFILE_FILE",
    "LD_PRELOAD",
    "FAKETIME",
    "FAKETIME_DONT_FAKE_MONOTONIC",
    "NO_FAKE_STAT",
];

/// What names a place of the user's or a default of Leasehold's, and where that is instead.
const IN_FOLDER: &[(&str, &str)] = &[
    ("HOME", "home"),
    ("USERPROFILE", "home"),
    ("XDG_CACHE_HOME", "home/.cache"),
    ("XDG_CONFIG_HOME", "home/.config"),
    ("XDG_DATA_HOME", "home/.local/share"),
    ("XDG_STATE_HOME", "home/.local/state"),
    ("XDG_RUNTIME_DIR", "run"),
    ("TMPDIR", "tmp"),
    ("TEMP", "tmp"),
    ("TMP", "tmp"),
    ("LEASEHOLD_HOST_DATA", "machine/host"),
    ("LEASEHOLD_STATE", "machine/client"),
];

thread_local! {
    static FOLDER: TempDir = make();
}

fn make() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["home", "run", "tmp"] {
        fs::create_dir(folder.path().join(name)).expect("a folder");
    }
    folder
}
