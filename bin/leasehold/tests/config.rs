//! `leasehold host check-config` finds what `host serve` would, key by key, and changes nothing.

mod common;

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use common::{Run, leasehold};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use tempfile::TempDir;

struct Scene {
    folder: TempDir,
}

impl Scene {
    fn new() -> Self {
        Self { folder: TempDir::new().expect("a folder") }
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("a file");
        path.to_str().expect("text").to_owned()
    }

    /// What is found in this configuration.
    fn check(&self, text: &str) -> Run {
        self.check_with(text, &[])
    }

    fn check_with(&self, text: &str, more: &[&str]) -> Run {
        let file = self.write("host.toml", text);
        let data = self.folder.path().join("data");
        let words = ["host", "check-config", file.as_str(), "--data", data.to_str().expect("text")];
        leasehold(&[&words[..], more].concat(), b"")
    }

    /// Certificate and key for `name` until `year`.
    fn site(&self, name: &str, year: i32) -> String {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new([name.to_owned()]).expect("a name");
        (params.not_before, params.not_after) = (date_time_ymd(2001, 1, 1), date_time_ymd(year, 1, 1));
        let certificate = self.write("site.crt", &params.self_signed(&key).expect("a certificate").pem());
        format!("tls_cert = {certificate:?}\ntls_key = {:?}\n", self.write("site.key", &key.serialize_pem()))
    }
}

const FREE: &str = "listen = \"127.0.0.1:0\"\n";

#[test]
fn a_good_configuration_is_good_and_nothing_is_made() {
    let scene = Scene::new();
    // As `copy a+b c` of Windows ends it.
    let copied = scene.check(&format!("{FREE}\u{1a}"));
    assert_eq!(copied.status, 0, "{copied:?}");
    let run = scene.check(FREE);
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.stderr.ends_with("host.toml: good\n"), "{}", run.stderr);
    assert!(!scene.folder.path().join("data").exists());
    let json = scene.check_with(FREE, &["--json"]).json();
    assert_eq!((&json["good"], &json["listen"]), (&true.into(), &"127.0.0.1:0".into()), "{json}");
}

#[test]
fn each_key_that_would_fail_is_named_with_its_code() {
    let scene = Scene::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("a port");
    let empty = scene.write("empty.pem", "");
    let site = scene.site("host.example", 2999);
    scene.write("other.key", &KeyPair::generate().expect("a key").serialize_pem());
    let swapped = site.replace("site.key", "other.key");
    let missing = "/nonexistent/file";
    let dns = |more: &str| format!("{FREE}[dns]\nzones = [\"corp.example\"]\ntarget = \"h.corp.example\"\n{more}");
    for (text, code) in [
        (format!("listen = \"{port}\""), "address-in-use"),
        ("listen = \"192.0.2.1:16880\"".to_owned(), "address-unknown"),
        (format!("{FREE}tls_cert = \"{missing}\"\ntls_key = \"{missing}\""), "file-unreadable"),
        (format!("{FREE}tls_cert = {empty:?}\ntls_key = {empty:?}"), "certificate-missing"),
        (format!("{FREE}{swapped}"), "private-key-mismatch"),
        (format!("{FREE}store = \"mysql://x\""), "usage"),
        (format!("{FREE}store = \"postgres://u@127.0.0.1:1/x\""), "store-unavailable"),
        (format!("{FREE}authority_ca = \"{missing}\""), "file-unreadable"),
        (format!("{FREE}authority_ca = {empty:?}"), "certificate-missing"),
        (format!("{FREE}[dns]\nzones = []"), "bad-configuration"),
        (format!("{FREE}[dns]\nweight = 5"), "bad-configuration"),
        (dns(&format!("tsig_key_file = \"{missing}\"")), "file"),
        (dns(&format!("servers = [\"127.0.0.1\"]\ntsig_key_file = {empty:?}")), "not-a-dns-key"),
    ] {
        let run = scene.check(&text);
        assert_eq!(run.status, 1, "{text}: {run:?}");
        assert!(run.stderr.contains(&format!("[{code}]")), "{text}: {}", run.stderr);
        assert_eq!(scene.check_with(&text, &["--syntax"]).status, 0, "{text}: its keys and values are well");
    }
}

#[test]
fn a_tls_certificate_that_clients_refuse_is_told_of_before_it_is_used() {
    let scene = Scene::new();
    let dns = "[dns]\nzones = [\"corp.example\"]\ntarget = \"h.corp.example\"\nservers = [\"127.0.0.1\"]\n";
    let ended = scene.check(&format!("{FREE}{}{dns}", scene.site("h.corp.example", 2002)));
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(ended.stderr.contains("[tls-certificate-ended]"), "{}", ended.stderr);
    let other = scene.check(&format!("{FREE}{}{dns}", scene.site("other.example", 2999)));
    assert_eq!(other.status, 0, "a warning: {other:?}");
    assert!(other.stdout.contains("it is for other.example"), "{}", other.stdout);
    assert!(other.stdout.contains("[tls-certificate-other-name]"), "{}", other.stdout);
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_none_is_told_of() {
    let scene = Scene::new();
    scene.write("data", "a file");
    let run = scene.check(FREE);
    assert_eq!(run.status, 1, "{run:?}");
    assert!(run.stderr.contains("[folder-not-writable]"), "{}", run.stderr);
}

#[test]
fn the_sample_has_every_key_and_each_of_its_examples_can_be_read() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/host.toml");
    let checked = leasehold(&["host", "check-config", "--syntax", sample.to_str().expect("text")], b"");
    assert_eq!(checked.status, 0, "{}", checked.stderr);
    let scene = Scene::new();
    let text = fs::read_to_string(&sample).expect("the sample");
    let key = |line: &str| line.starts_with('[') || line.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '));
    let bare = |line: &str| line.strip_prefix("# ").filter(|line| key(line)).unwrap_or(line).to_owned();
    let all: Vec<String> = text.lines().map(bare).collect();
    let run = scene.check_with(&all.join("\n"), &["--syntax"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    for (from, to, told) in [
        ("weight = 10", "wieght = 10", "unknown key wieght, did you mean weight?"),
        ("mdns = false", "mnds = false", "unknown key mnds, did you mean mdns?"),
        ("\"10.0.0.53\"", "\"ns1\"", "a name server is given by its address"),
        ("\"lease1.corp.example\"", "\"10.0.0.1\"", "names a host, not an address"),
        ("tls_cert = ", "# tls_cert = ", "one of tls_cert and tls_key is missing"),
    ] {
        let run = scene.check(&all.join("\n").replacen(from, to, 1));
        assert_eq!(run.status, 2, "{to}");
        assert!(run.stderr.contains(told) && run.stderr.contains("[bad-configuration]"), "{}", run.stderr);
    }
}
