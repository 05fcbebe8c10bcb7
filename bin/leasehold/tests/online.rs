//! A vendor's authority that serves, and hosts and machines that ask it: whole processes on real sockets.

mod support;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use leasehold_core::ProductKey;
use leasehold_testkit::http::post;
use leasehold_testkit::responder::{Outgoing, Responder};
use serde_json::{Value, json};
use support::{Host, Machine, program};
use tempfile::TempDir;

/// A folder with a vendor in it, and room for hosts and machines.
struct VendorFolder(TempDir);

impl VendorFolder {
    fn new() -> Self {
        let vendor = Self(tempfile::tempdir().expect("a folder"));
        fs::write(vendor.path("pass"), "correct horse battery staple\n").expect("a file");
        vendor.done(&["vendor", "init", "--name", "Acme", "--passphrase-file", "pass"]);
        let product =
            ["vendor", "product", "add", "acme-cad", "--title", "CAD", "--family", "acme", "--threshold", "1"];
        vendor.done(&[&product[..], &["--number", "4711"]].concat());
        vendor.done(&["vendor", "manifest", "acme-cad", "-o", "cad.lh", "--passphrase-file", "pass"]);
        vendor
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// `leasehold …` in this folder, with nothing from the environment.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = program();
        command.args(words).current_dir(self.0.path()).env("LEASEHOLD_STATE", self.path("state"));
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().expect("the program runs")
    }

    #[track_caller]
    fn done(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    #[track_caller]
    fn json(&self, words: &[&str]) -> Value {
        serde_json::from_str(&self.done(&[words, &["--json"]].concat())).expect("JSON")
    }

    /// It ends with this status and code, says what to do, and prints no data; what it says.
    #[track_caller]
    fn fails(&self, words: &[&str], status: i32, code: &str) -> String {
        failed(&self.run(&[words, &["--json"]].concat()), status, code)
    }

    /// A new product key in a file of this name.
    fn issue(&self, name: &str, words: &[&str]) -> ProductKey {
        let key = self.done(&[&["vendor", "key", "issue", "--family", "acme"], words].concat());
        fs::write(self.path(name), &key).expect("a file");
        key.trim().parse().expect("a product key")
    }

    /// `vendor serve` with these options.
    fn serve(&self, words: &[&str]) -> Host {
        let listen = ["--json", "vendor", "serve", "--listen", "127.0.0.1:0", "--admin-listen", "none"];
        let serve = [&listen[..], &["--passphrase-file", "pass"]].concat();
        Host::spawn(self.command(&[&serve[..], words].concat()))
    }
}

/// To activate the host of the folder `host`.
fn activation<'w>(url: &'w str, key: &'w str) -> [&'w str; 8] {
    ["host", "activate", "--data", "host", "--authority", url, "--key-file", key]
}

#[track_caller]
fn failed(output: &Output, status: i32, code: &str) -> String {
    let told = String::from_utf8_lossy(&output.stderr);
    let error: Value = serde_json::from_str(told.lines().last().unwrap_or_default()).expect("an error in JSON");
    let text = |name: &str| error["error"][name].as_str().unwrap_or_default().to_owned();
    assert_eq!((output.status.code(), text("code").as_str()), (Some(status), code), "{told}");
    assert!(!text("hint").is_empty() && output.stdout.is_empty(), "{told}");
    text("message")
}

#[test]
fn a_host_is_activated_serves_and_is_renewed_with_what_the_vendor_changed() {
    let vendor = VendorFolder::new();
    vendor.issue("key", &["--kind", "host"]);
    let authority = vendor.serve(&[]);
    let url = format!("http://{}", authority.address);
    let root = fs::read_to_string(vendor.path("vendor/root.pub")).expect("the root");
    let activate =
        ["host", "activate", "--data", "host", "--key-file", "key", "--authority", &url, "--root", root.trim()];
    let first = vendor.json(&activate);
    assert_eq!(
        (&first["vendor"], &first["host_ordinal"], &first["authority"]),
        (&json!("Acme"), &json!(1), &json!(url))
    );
    assert_eq!(vendor.json(&activate)["activation_ordinal"], 1, "asked again: nothing more is used up");

    let host = Host::spawn(vendor.command(&["--json", "host", "serve", "--listen", "127.0.0.1:0", "--data", "host"]));
    let granted = post(&host.address, "/v1/leases", &Machine::new(1).request()).expect("an answer");
    assert_eq!(granted.0, 200);
    vendor.done(&["vendor", "product", "add", "acme-cam", "--title", "CAM", "--family", "acme"]);
    let renewed = vendor.json(&["host", "renew", "--data", "host"]);
    assert_eq!(
        renewed["changes"].as_array().and_then(|all| all.iter().find(|one| one["what"] == "products")),
        Some(
            &json!({ "what": "products", "family": "acme", "before": ["acme-cad"], "after": ["acme-cad", "acme-cam"] })
        )
    );
    let status = vendor.json(&["host", "status", "--data", "host"]);
    assert_eq!((&status["authority"], &status["renewal"]["failure"]), (&json!(url), &Value::Null));
    assert!(status["renewal"]["next"].as_u64() > status["issued"].as_u64());
    authority.stop();
    vendor.fails(&["host", "renew", "--data", "host"], 2, "authority-unreachable");
    let status = vendor.json(&["host", "status", "--data", "host"]);
    assert_eq!(status["renewal"]["failure"]["code"], "authority-unreachable");
    let words = ["host", "doctor", "--data", "host", "--server", "127.0.0.1:1", "--listen", &host.address];
    let doctor = vendor.run(&words);
    let told = String::from_utf8(doctor.stdout).expect("text");
    assert!(told.contains("[authority-unreachable]") && told.contains("[not-renewed]"), "{told}");
    let renewal = told.lines().filter(|line| line.contains("authority-unreachable") || line.contains("not-renewed"));
    assert!(renewal.filter(|line| line.starts_with("failure")).count() == 0, "it still serves: {told}");
    let granted = post(&host.address, "/v1/leases", &Machine::new(2).request()).expect("an answer");
    assert_eq!(granted.0, 200, "it serves to its certificate's end");
    host.stop();
    let used = vendor.json(&["vendor", "key", "list"]);
    assert_eq!((&used[0]["places_taken"], &used[0]["hosts"][0]["activations"]), (&json!(1), &json!(1)));
}

#[test]
fn each_no_of_an_authority_is_told_and_loses_nothing() {
    let vendor = VendorFolder::new();
    vendor.issue("key", &["--kind", "host"]);
    vendor.issue("multiple", &["--kind", "multiple", "--machines", "1"]);
    let strange = VendorFolder::new().issue("strange", &["--kind", "host"]).to_string();
    fs::write(vendor.path("strange"), &strange).expect("a file");
    let mut typed = strange.clone();
    typed.replace_range(8..9, if &typed[8..9] == "Z" { "X" } else { "Z" });
    fs::write(vendor.path("typed"), typed).expect("a file");
    let authority = vendor.serve(&["--key-limit", "3"]);
    let url = format!("http://{}", authority.address);
    let fails = |key, status, code| vendor.fails(&activation(&url, key), status, code);
    fails("typed", 1, "not-a-product-key");
    fails("multiple", 1, "wrong-kind-of-key");
    fails("missing", 2, "file");
    assert!(!vendor.path("host").exists(), "nothing was made");
    fails("strange", 1, "unknown-key");
    vendor.json(&activation(&url, "key"));
    fails("strange", 1, "unknown-key");
    // Three are free, and three more a minute.
    let renew = ["host", "renew", "--data", "host"];
    vendor.json(&renew);
    assert!((0..100).any(|_| !vendor.run(&renew).status.success()), "the limit is reached");
    let told = vendor.fails(&renew, 1, "too-many-requests");
    assert!(told.contains("it may be asked again in"), "{told}");
    let before = fs::read(vendor.path("host/host.lh")).expect("a certificate");
    // A host that serves is no authority.
    let host = Host::start(&vendor.path("host"));
    let wrong = format!("http://{}", host.address);
    vendor.fails(&["host", "renew", "--data", "host", "--authority", &wrong], 2, "not-an-authority");
    host.stop();
    vendor.fails(&["host", "activate", "--data", "new", "--key-file", "key"], 2, "no-authority");
    vendor.fails(&["host", "renew", "--data", "new"], 2, "not-initialised");
    assert_eq!(fs::read(vendor.path("host/host.lh")).expect("a certificate"), before);
    assert_eq!(vendor.json(&["host", "status", "--data", "host"])["authority"], url, "the right one is remembered");
}

#[test]
fn tls_with_an_authority_of_ones_own_and_proxies_that_refuse() {
    let vendor = VendorFolder::new();
    vendor.issue("key", &["--kind", "host"]);
    let own = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
    fs::write(vendor.path("tls.pem"), own.cert.pem()).expect("a file");
    fs::write(vendor.path("tls.key"), own.signing_key.serialize_pem()).expect("a file");
    let authority = vendor.serve(&["--tls-cert", "tls.pem", "--tls-key", "tls.key"]);
    let url = format!("https://{}", authority.address);
    let activate = activation(&url, "key");
    vendor.fails(&activate, 2, "untrusted-authority");
    vendor.fails(&[&activate[..], &["--ca", "pass"]].concat(), 2, "file");
    vendor.json(&[&activate[..], &["--ca", "tls.pem"]].concat());
    vendor.json(&["host", "renew", "--data", "host"]);
    let plain = url.replace("https", "http");
    vendor.fails(&["host", "renew", "--data", "host", "--authority", &plain], 2, "not-an-authority");

    let proxy = Responder::start(|_| Outgoing::empty(403));
    let mut command =
        vendor.command(&["host", "renew", "--data", "host", "--authority", "https://vendor.invalid", "--json"]);
    command.env("HTTPS_PROXY", format!("http://me:secret@{}", proxy.address()));
    let told = failed(&command.output().expect("the program runs"), 2, "proxy-refused");
    assert!(told.contains(&proxy.address().to_string()) && !told.contains("secret"), "{told}");
    assert_eq!(proxy.seen()[0].method, "CONNECT");
}

#[test]
fn a_machine_is_activated_with_a_multiple_key_online_and_by_file() {
    let vendor = VendorFolder::new();
    vendor.issue("key", &["--kind", "multiple", "--machines", "1"]);
    vendor.issue("host-key", &["--kind", "host"]);
    let authority = vendor.serve(&[]);
    let url = format!("http://{}", authority.address);
    let activate = ["client", "activate", "--manifest", "cad.lh", "--multiple-key", "--authority", &url, "--key-file"];
    vendor.fails(&[&activate[..], &["host-key"]].concat(), 1, "wrong-kind-of-key");
    let status = vendor.json(&[&activate[..], &["key"]].concat());
    assert_eq!((&status["standing"], &status["until"]), (&json!("licensed"), &Value::Null));
    assert_eq!((&status["method"], &status["authority"]), (&json!("multiple-key"), &json!(url)));
    assert_eq!(vendor.json(&["client", "renew"])["standing"], "licensed");
    assert_eq!(vendor.run(&["doctor", "--no-dns"]).status.code(), Some(0));
    assert_eq!(vendor.json(&["client", "release"])["released"], "place-kept");
    vendor.json(&["client", "generalize"]);

    let about = vendor.json(&["client", "request", "--key-file", "key", "-o", "request.lh"]);
    assert_eq!(about["product"], "acme-cad");
    let approve = ["vendor", "approve", "request.lh", "--passphrase-file", "pass", "-o", "lease.txt"];
    assert_eq!(vendor.json(&approve)["activation_ordinal"], 2, "a new device key of the same machine");
    authority.stop();
    assert_eq!(vendor.json(&["client", "install", "lease.txt"])["standing"], "licensed");
    vendor.fails(&["client", "install", "pass"], 1, "malformed");
    assert_eq!(vendor.json(&["client", "renew"])["standing"], "licensed", "there is no host to ask, nor need");
    vendor.fails(&[&activate[..], &["key"]].concat(), 2, "authority-unreachable");
    assert_eq!(vendor.json(&["client", "status"])["standing"], "licensed");
    let used = vendor.json(&["vendor", "key", "list"]);
    assert_eq!(used[0]["places_taken"], 1, "one machine, however often it asks");
}
