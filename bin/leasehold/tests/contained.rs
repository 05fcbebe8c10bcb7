//! Tests leave the machine that they run on as it was: each program that they start has its defaults in the test's own folder.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::{env, fs};

use leasehold_testkit::process::{contained, folder, listing};

#[test]
fn commands_without_any_folder_named_touch_no_folder_of_the_machine() {
    let before = everything_by_default();
    let done = |words: &str| {
        let output = contained(env!("CARGO_BIN_EXE_leasehold")).args(words.split(' ')).output().expect("a process");
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    fs::write(folder().join("pass"), "correct horse battery staple\n").expect("a file");
    for words in [
        "vendor init --name Acme --passphrase-file pass",
        "vendor product add acme-cad --title CAD --family acme",
        "vendor manifest acme-cad -o cad.lh --passphrase-file pass",
        "vendor key issue --family acme --kind host -o key.txt",
        "host request --key-file key.txt -o request.txt",
        "vendor approve request.txt -o answer.txt --passphrase-file pass",
        "host install answer.txt",
        "host status",
        "host backup .",
        "quickstart --once",
    ] {
        let (success, talk) = done(words);
        assert!(success, "{words}: {talk}");
    }
    // What these find depends on the machine; where they look does not.
    let asked = "--zone corp.test --server 127.0.0.1:1";
    for words in [&format!("host doctor {asked}"), &format!("host dns show {asked}"), "client status --manifest cad.lh"]
    {
        done(words);
    }
    assert!(folder().join("machine/host/host.lh").is_file() && folder().join("vendor/root.pub").is_file());
    assert_eq!(everything_by_default(), before);
}

#[test]
fn every_test_starts_programs_of_ours_in_a_folder_of_its_own() {
    let bin = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let ours = [bin.join("leasehold/tests"), bin.join("leasehold-bench/tests")];
    for path in ours.iter().flat_map(|folder| sources(folder)) {
        let text = fs::read_to_string(&path).expect("a source");
        for forbidden in [concat!("Command::new(env", "!(\"CARGO_BIN_EXE"), concat!("env_", "clear()")] {
            assert!(!text.contains(forbidden), "{}: {forbidden}: use leasehold_testkit::process", path.display());
        }
    }
}

/// What looks for hosts or records by name says where: else it would ask the name servers of the machine that the tests run on.
#[test]
fn no_command_of_a_test_asks_the_machines_name_servers() {
    const ASK: [&str; 7] = [
        "host doctor --",
        "host dns show --",
        "client activate --",
        "client renew --",
        "client release --",
        "client borrow --",
        "office doctor --",
    ];
    const SAID: [&str; 5] = ["--no-dns", "--server", "--dns-server", "--multiple-key", "--help"];
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    // Pages are typed on a machine without a way out, and the domain's machines ask its own controller alone.
    let apart = [tests.join("docs"), tests.join("directory/samba.rs"), tests.join("contained.rs")];
    for path in sources(&tests).iter().filter(|path| !apart.iter().any(|apart| path.starts_with(apart))) {
        for line in fs::read_to_string(path).expect("a source").lines() {
            let words = line.replace("\", \"", " ");
            let asks = ASK.iter().any(|command| words.contains(command));
            let said = SAID.iter().any(|option| words.contains(option));
            assert!(!asks || said, "{}: {line}: name the name server, or --no-dns", path.display());
        }
    }
}

/// The variables are any user's to set; `leasehold_windows::folder` asks the system.
#[test]
fn no_folder_of_windows_is_taken_from_the_environment() {
    const NAMES: [&str; 7] =
        ["ProgramData", "AllUsersProfile", "LocalAppData", "AppData", "UserProfile", "SystemRoot", "WinDir"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let all = sources(&root.join("crates")).into_iter().chain(sources(&root.join("bin")));
    let shipped = |path: &PathBuf| {
        path.components().any(|part| part.as_os_str() == "src") && !path.starts_with(root.join("crates/testkit"))
    };
    for path in all.filter(shipped) {
        let text = fs::read_to_string(&path).expect("a source").to_lowercase();
        for name in NAMES {
            assert!(!text.contains(&format!("\"{}\"", name.to_lowercase())), "{}: {name}", path.display());
        }
    }
}

/// What lies in every folder that a program takes where none is named.
fn everything_by_default() -> Vec<String> {
    let home = env::var_os("HOME").map(PathBuf::from);
    let state = env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let state = state.or_else(|| Some(home.as_ref()?.join(".local/state")));
    let folders = [
        Some(PathBuf::from("/var/lib/leasehold")),
        Some(PathBuf::from("/Library/Application Support/leasehold")),
        home.map(|home| home.join("Library/Application Support/leasehold")),
        state.map(|state| state.join("leasehold")),
        Some(PathBuf::from("vendor")),
        Some(PathBuf::from("leasehold-quickstart")),
    ];
    folders.into_iter().flatten().flat_map(|folder| listing(&folder)).collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let rust = files.into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs"));
    rust.chain(folders.iter().flat_map(|folder| sources(folder))).collect()
}
