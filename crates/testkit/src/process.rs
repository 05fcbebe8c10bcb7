//! Programs that tests start, away from everything that the user of this machine has: no test reads or writes a default folder.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
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
