//! A vendor's folder, in which its commands are run as people and scripts run them.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use leasehold_core::{ProductKey, PublicKey};
use leasehold_testkit::process::contained;
use serde_json::Value;
use tempfile::TempDir;

/// A folder with a passphrase file in which commands are run.
pub(crate) struct VendorFolder(TempDir);

/// How a command ended.
pub(crate) struct Ended {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) talk: String,
}

impl VendorFolder {
    pub(crate) fn empty() -> Self {
        let vendor = Self(tempfile::tempdir().expect("a folder"));
        fs::write(vendor.path("pass"), "correct horse battery staple\n").expect("a file");
        vendor
    }

    /// With the vendor Acme and its product `acme-cad`.
    pub(crate) fn open() -> Self {
        let vendor = Self::empty();
        vendor.run(&["init", "--name", "Acme", "--passphrase-file", "pass"]).done();
        vendor.run(&["product", "add", "acme-cad", "--title", "Acme CAD", "--family", "acme"]).done();
        vendor
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn run(&self, words: &[&str]) -> Ended {
        self.run_with(words, b"")
    }

    pub(crate) fn run_with(&self, words: &[&str], input: &[u8]) -> Ended {
        let mut command = contained(env!("CARGO_BIN_EXE_leasehold"));
        command.arg("vendor").args(words).current_dir(self.folder());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        // It may end without reading.
        let _ = child.stdin.take().expect("it is piped").write_all(input);
        Ended::of(&child.wait_with_output().expect("the program ends"))
    }

    pub(crate) fn json(&self, words: &[&str]) -> Value {
        let words: Vec<&str> = words.iter().copied().chain(["--json"]).collect();
        serde_json::from_str(&self.run(&words).done()).expect("JSON")
    }

    pub(crate) fn issue(&self, words: &[&str]) -> ProductKey {
        let words: Vec<&str> = ["key", "issue", "--family", "acme"].iter().chain(words).copied().collect();
        self.run(&words).done().trim().parse().expect("a product key")
    }

    /// Approves the request in the file `name`.
    pub(crate) fn approve(&self, name: &str) -> Ended {
        self.run(&["approve", name, "--passphrase-file", "pass"])
    }

    pub(crate) fn root(&self) -> PublicKey {
        let text = fs::read_to_string(self.path("vendor/root.pub")).expect("the root");
        text.trim().parse().expect("a public key")
    }
}

impl Ended {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            status: output.status.code().expect("it is not killed"),
            out: String::from_utf8(output.stdout.clone()).expect("text"),
            talk: String::from_utf8(output.stderr.clone()).expect("text"),
        }
    }

    #[track_caller]
    pub(crate) fn done(self) -> String {
        assert_eq!(self.status, 0, "{}", self.talk);
        self.out
    }

    /// It ended with this status and code, said what to do, and printed no data.
    #[track_caller]
    pub(crate) fn fails(&self, status: i32, code: &str) {
        assert_eq!(self.status, status, "{}{}", self.out, self.talk);
        assert!(self.talk.contains(&format!("[{code}]\n")), "{}", self.talk);
        assert!(self.talk.contains("\nhint: "), "{}", self.talk);
        assert_eq!(self.out, "");
    }
}
