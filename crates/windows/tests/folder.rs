//! Folders of the system, in a process whose environment says something else.

#![cfg(windows)]

use std::env;
use std::path::PathBuf;
use std::process::Command;

use leasehold_windows::folder;

#[test]
fn folders_are_the_systems_whatever_the_environment_says() {
    if env::var_os(INSIDE).is_some() {
        println!("{:?}", folders());
        return;
    }
    let true_ones = folders();
    assert!(true_ones.iter().all(|folder| folder.is_absolute()), "{true_ones:?}");
    assert!(folder::system().is_some_and(|system| system.join("rundll32.exe").is_file()));
    let elsewhere = tempfile::tempdir().unwrap();
    let mut again = Command::new(env::current_exe().unwrap());
    again.args(["--exact", "folders_are_the_systems_whatever_the_environment_says", "--nocapture"]);
    for name in ["ProgramData", "ALLUSERSPROFILE", "APPDATA", "LOCALAPPDATA", "windir"] {
        again.env(name, elsewhere.path());
    }
    let told = again.env(INSIDE, "1").output().unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(told.contains(&format!("{true_ones:?}")), "{true_ones:?} {told}");
}

fn folders() -> Vec<PathBuf> {
    [folder::program_data(), folder::local_app_data(), folder::system()].map(Option::unwrap).into()
}

const INSIDE: &str = "LEASEHOLD_INSIDE";
