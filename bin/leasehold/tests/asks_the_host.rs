//! Commands on the machine of a host that serves have it act, and its audit names who gave them.
#![cfg(unix)]

mod support;

use std::fs;
use std::path::Path;
use std::process::Output;

use leasehold_core::Policy;
use leasehold_testkit::wait;
use serde_json::Value;
use support::{Host, Vendor, program};
use tempfile::TempDir;

struct Scene {
    folder: TempDir,
    _host: Host,
}

impl Scene {
    /// A host with this configuration.
    fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Vendor::new().activate(&folder.path().join("host"), Policy::default());
        fs::write(folder.path().join("host.toml"), format!("listen = \"127.0.0.1:0\"\n{config}")).expect("a file");
        let mut command = program();
        command.args(["--json", "host", "serve", "--config", "host.toml", "--data", "host"]);
        let host = Host::spawn({
            command.current_dir(folder.path());
            command
        });
        let socket = folder.path().join("host/admin.sock");
        assert!(wait::until(|| socket.exists()), "the host's socket");
        Self { folder, _host: host }
    }

    fn run(&self, words: &str) -> Output {
        program().args(words.split(' ')).current_dir(self.folder.path()).output().expect("it runs")
    }

    /// What was done last, and by whom.
    fn audited(&self) -> Option<(String, String)> {
        let path: &Path = &self.folder.path().join("host/audit.jsonl");
        let text = fs::read_to_string(path).unwrap_or_default();
        let last: Value = serde_json::from_str(text.lines().last()?).expect("JSON");
        let text = |member: &str| last[member].as_str().expect("a text").to_owned();
        Some((text("action"), text("actor")))
    }
}

#[track_caller]
fn is(output: &Output, code: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains(code), "{said}");
}

#[test]
fn a_renewal_is_the_hosts_unless_options_say_how() {
    let scene = Scene::new("authority = \"127.0.0.1:1\"\n");
    is(&scene.run("host renew --data host --authority 127.0.0.1:2"), "127.0.0.1:2");
    assert_eq!(scene.audited(), None);
    is(&scene.run("host renew --data host --as ann"), "authority-unreachable");
    assert_eq!(scene.audited(), Some(("certificate-renewed".to_owned(), "cli:ann".to_owned())));
}

#[test]
fn a_host_without_an_authority_leaves_a_renewal_to_the_command() {
    let scene = Scene::new("");
    is(&scene.run("host renew --data host"), "no-authority");
}

#[test]
fn a_record_is_published_by_the_host_unless_options_say_how() {
    let dns = "[dns]\nzones = [\"corp.test\"]\ntarget = \"lease1.corp.test\"\nservers = [\"127.0.0.1:1\"]\n";
    let scene = Scene::new(dns);
    let by_itself = scene.run("host dns publish --data host --config host.toml");
    assert!(String::from_utf8_lossy(&by_itself.stdout).contains("lease1.corp.test"));
    assert_eq!(scene.audited(), None);
    is(&scene.run("host dns publish --data host --as ann"), "zone corp.test");
    assert_eq!(scene.audited(), Some(("dns-published".to_owned(), "cli:ann".to_owned())));
}

#[test]
fn commands_that_read_the_store_find_the_database_that_a_configuration_names() {
    let folder = tempfile::tempdir().expect("a folder");
    Vendor::new().activate(&folder.path().join("host"), Policy::default());
    fs::write(folder.path().join("host.toml"), "store = \"postgres://u@127.0.0.1:1/db\"\n").expect("a file");
    for words in ["clients", "events", "clients end 00000000", "clients forget 00000000"] {
        let words = format!("host {words} --data host --config host.toml");
        let output = program().args(words.split(' ')).current_dir(folder.path()).output().expect("it runs");
        is(&output, "127.0.0.1:1");
    }
}
