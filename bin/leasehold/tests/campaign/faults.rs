//! The faults: a small library before the C library of the host under test, and bits that flip in its files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::{Host, program};

/// The library, and the folder whose files tell it what to do.
pub(crate) struct Faults(TempDir);

impl Faults {
    pub(crate) fn build() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/campaign/faults.c");
        let mut command = Command::new("cc");
        command.args(["-shared", "-fPIC", "-O1", "-o"]).arg(folder.path().join("faults.so")).arg(source).arg("-ldl");
        assert!(command.status().expect("a C compiler").success(), "faults.c does not compile");
        Self(folder)
    }

    /// A host on `data` to which faults can be done; what it says where it does not start.
    pub(crate) fn host(&self, data: &Path) -> Result<Host, String> {
        let mut command = program();
        command.args(["--json", "host", "serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        command.env("LD_PRELOAD", self.0.path().join("faults.so")).env("FAULTS", self.0.path()).env("DATA", data);
        Host::try_spawn(command)
    }

    pub(crate) fn writes_fail(&self, errno: u32) {
        self.tell("errno", &errno.to_string());
    }

    pub(crate) fn clock(&self, seconds: i64) {
        self.tell("clock", &seconds.to_string());
    }

    /// All is as it should be.
    pub(crate) fn end(&self) {
        self.tell("errno", "0");
        self.tell("clock", "0");
    }

    fn tell(&self, name: &str, value: &str) {
        fs::write(self.0.path().join(name), value).expect("a file");
    }
}

/// What is wrong with the store by `store check`.
pub(crate) fn check(data: &Path) -> Result<(), String> {
    let output = program().args(["store", "check"]).arg(data).output().expect("a process");
    let talk = [output.stdout, output.stderr].concat();
    let talk = String::from_utf8_lossy(&talk).into_owned();
    assert!(!talk.contains("panicked") && output.status.code().is_some_and(|status| status <= 2), "{talk}");
    if output.status.success() { Ok(()) } else { Err(talk) }
}

/// Flips one bit in the store's files; whether there was one to flip.
pub(crate) fn flip_a_bit(data: &Path, random: &mut Random) -> bool {
    let files: Vec<PathBuf> = ["leasehold.db", "leasehold.db-wal"].map(|name| data.join(name)).into();
    let files: Vec<PathBuf> = files.into_iter().filter(|path| fs::metadata(path).is_ok_and(|m| m.len() > 0)).collect();
    let Some(path) = files.get(random.below(files.len().max(1))) else { return false };
    let mut bytes = fs::read(path).expect("a file");
    let at = random.below(bytes.len());
    bytes[at] ^= 1 << random.below(8);
    fs::write(path, bytes).expect("a file");
    true
}

/// Numbers that look random and come again with their seed (splitmix64).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).expect("below a usize")
    }
}
