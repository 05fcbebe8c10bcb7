//! `leasehold client` without a host: wrong input, wrong places, no host there. Each has its code, its exit status and a
//! next step, and changes nothing.
#![expect(clippy::unwrap_used, reason = "where nothing is, the test has failed")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use leasehold_core::standing::Mode;
use leasehold_core::{Component, KeyKind, ProductKey, Span};
use leasehold_testkit::ClosedPort;
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::process::{contained, offline};
use leasehold_testkit::responder::{Outgoing, Responder};
use leasehold_testkit::vendor::Vendor;
use leasehold_wire::{Request, request};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with a manifest and room for state.
struct ClientFolder {
    folder: TempDir,
}

impl ClientFolder {
    fn new() -> Self {
        let folder = Self { folder: tempfile::tempdir().unwrap() };
        // A grace so long that no test sees its end, whatever the clock.
        folder.write("cad.lh", vendor().manifest_with(|manifest| manifest.initial_grace = Span::days(100_000)));
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// The state of the vendor.
    fn state(&self, name: &str) -> PathBuf {
        self.path("state").join(vendor().id().to_string()).join(name)
    }

    /// `leasehold client …` in this folder with its state there, and nothing else from the environment.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = contained(env!("CARGO_BIN_EXE_leasehold"));
        command.arg("client").args(words).current_dir(self.folder.path());
        command.env("LEASEHOLD_STATE", self.path("state"));
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }
}

fn vendor() -> Vendor {
    Vendor::from_seed(7)
}

/// The exit status, code and message of a command with `--json` that has failed: it has a hint and printed no data.
fn failed(output: &Output) -> (i32, String, String) {
    let printed = String::from_utf8_lossy(&output.stderr);
    let error: Value = serde_json::from_str(&printed).unwrap_or_else(|_| panic!("an error in JSON: {printed}"));
    let text = |name: &str| error["error"][name].as_str().unwrap_or_default().to_owned();
    assert!(output.stdout.is_empty());
    assert!(!text("hint").is_empty(), "{error}");
    (output.status.code().unwrap(), text("code"), text("message"))
}

fn assert_fails(output: &Output, exit: i32, code: &str) -> String {
    let (status, found, message) = failed(output);
    assert_eq!((status, found.as_str()), (exit, code), "{message}");
    message
}

fn data(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn an_address_where_nothing_listens_is_named() {
    let folder = ClientFolder::new();
    let closed = ClosedPort::new();
    let address = closed.address().to_string();
    let asked = folder.run(&["activate", "--no-dns", "--json", "--manifest", "cad.lh", "--host", &address]);
    assert_eq!(assert_fails(&asked, 2, "host-unreachable"), format!("host {address}: connection refused"));
    let status = data(&folder.run(&["status", "--json"]));
    assert_eq!((&status["standing"], &status["lease"]), (&json!("unactivated"), &Value::Null));
    assert_eq!(status["last_failure"]["code"], "host-unreachable");
    assert!(status["next_attempt"].as_u64() > status["time"].as_u64());
    let message = assert_fails(&folder.run(&["renew", "--no-dns", "--json", "--host", &address]), 1, "no-lease");
    assert!(message.ends_with(&format!(": host {address}: connection refused [host-unreachable]")), "{message}");
}

#[test]
fn renewing_after_a_refusal_says_what_was_refused_and_when_and_what_to_do() {
    let folder = ClientFolder::new();
    let renew = ["renew", "--no-dns", "--json"];
    folder.run(&["status", "--manifest", "cad.lh"]);
    let message = assert_fails(&folder.run(&renew), 1, "no-lease");
    assert_eq!(message, "acme-cad: there is no lease here");
    let host = Responder::start(|_| {
        let (kind, title) = ("urn:leasehold:problem:threshold-not-met", "too few");
        Outgoing::problem((409, json!({ "type": kind, "title": title, "count": 3, "required": 5, "retry": 7200 })))
    });
    let address = host.address().to_string();
    assert_fails(&folder.run(&["activate", "--no-dns", "--json", "--host", &address]), 1, "threshold-not-met");
    let renewed = folder.run(&renew);
    let message = assert_fails(&renewed, 1, "no-lease");
    let (what, when) = message.split_once("; the last attempt to get one: ").unwrap();
    assert_eq!(what, "acme-cad: there is no lease here");
    let (time, refusal) = when.split_once("): ").unwrap();
    assert!(
        time.contains(" UTC (") && refusal == "3 of 5 machines have asked [threshold-not-met], not proven",
        "{when}"
    );
    let printed = String::from_utf8(renewed.stderr).unwrap();
    assert!(printed.contains("`leasehold client activate` asks again now; or wait until "), "{printed}");
    let status = data(&folder.run(&["status", "--json"]));
    assert!(status["last_attempt"].as_u64() <= status["time"].as_u64(), "{status}");
}

#[test]
fn a_proxy_that_is_gone_is_blamed_and_not_the_host() {
    let folder = ClientFolder::new();
    let closed = ClosedPort::new();
    let dead = closed.address().to_string();
    let ask = |variables: &[(&str, &str)], host: &str| {
        let words = ["activate", "--no-dns", "--json", "--manifest", "cad.lh", "--host", host];
        folder.command(&words).envs(variables.iter().copied()).output().unwrap()
    };
    let proxied = [("HTTP_PROXY", dead.as_str())];
    let message = assert_fails(&ask(&proxied, "lease.corp.test"), 2, "proxy-unreachable");
    // Windows knows a variable in any case, and the name that is tried first is told.
    let name = if cfg!(windows) { "http_proxy" } else { "HTTP_PROXY" };
    let told = format!("host lease.corp.test:16880: the proxy {dead} ({name}) does not answer: connection refused");
    assert_eq!(message, told);
    assert_fails(&ask(&[("https_proxy", &dead)], "https://lease.corp.test"), 2, "proxy-unreachable");
    // A name that no proxy looks up is asked of the machine's name servers: there are none here.
    let patterns = ["corp.test", ".corp.test", "*.corp.test", "*", "a.test,lease.corp.test"];
    for no_proxy in patterns.iter().filter(|_| !is_missing(&[Need::NetworkNamespace])) {
        let mut command = offline(env!("CARGO_BIN_EXE_leasehold"));
        command.args(["client", "activate", "--no-dns", "--json", "--manifest", "cad.lh", "--host", "lease.corp.test"]);
        command.current_dir(folder.folder.path()).env("LEASEHOLD_STATE", folder.path("state"));
        let output = command.envs([proxied[0], ("NO_PROXY", no_proxy)]).output().unwrap();
        assert_fails(&output, 2, "name-not-found");
    }
    let host = Responder::start(|_| Outgoing::empty(404));
    assert_fails(&ask(&proxied, &host.address().to_string()), 2, "not-a-host");
}

/// What a client in this environment has asked a host with these words.
fn asked(words: &[&str], variables: &[(&str, &str)]) -> Request {
    let folder = ClientFolder::new();
    let host = Responder::start(|_| Outgoing::empty(404));
    let address = host.address().to_string();
    let words = [&["activate", "--no-dns", "--json", "--manifest", "cad.lh", "--host", &address], words].concat();
    let output = folder.command(&words).envs(variables.iter().copied()).output().unwrap();
    assert_fails(&output, 2, "not-a-host");
    request::open(&host.seen()[0].body).unwrap()
}

#[test]
fn a_host_gets_the_machines_name_unless_it_is_withheld() {
    assert_eq!(asked(&[], &[]).host_name, leasehold_client::host_name());
    assert_eq!(asked(&["--no-host-name"], &[]).host_name, None);
}

#[test]
fn an_instance_is_recognised_by_its_id_alone() {
    let of = |id| asked(&[], &[("LEASEHOLD_INSTANCE", id)]).fingerprint;
    assert_eq!(of("cad-1"), of("cad-1"));
    assert_ne!(of("cad-1"), of("cad-2"));
    let components: Vec<_> = of("cad-1").iter().map(|(component, _)| component).collect();
    assert_eq!(components, [Component::MachineId]);
    let folder = ClientFolder::new();
    let words = ["status", "--json", "--manifest", "cad.lh"];
    let output = folder.command(&words).env("LEASEHOLD_INSTANCE", "a\nb").output().unwrap();
    assert!(assert_fails(&output, 2, "usage").starts_with("LEASEHOLD_INSTANCE: an id has"));
}

#[test]
fn an_authority_without_a_scheme_is_spoken_with_as_it_serves() {
    let folder = ClientFolder::new();
    let key = ProductKey::secret(KeyKind::Multiple, 7.try_into().unwrap(), [3; 9]).to_string();
    leasehold_files::create(&folder.path("key"), key.as_bytes(), leasehold_files::Readers::Owner).unwrap();
    let web = Responder::start(|_| Outgoing::empty(404));
    let address = web.address().to_string();
    let ask = |authority: &str| {
        let words = [
            "activate",
            "--json",
            "--manifest",
            "cad.lh",
            "--multiple-key",
            "--key-file",
            "key",
            "--authority",
            authority,
        ];
        folder.run(&words)
    };
    let plain = assert_fails(&ask(&address), 2, "not-an-authority");
    assert!(plain.starts_with(&format!("authority http://{address}: ")), "{plain}");
    assert_eq!(web.seen()[0].path, "/v1/machines");
    let secure = assert_fails(&ask(&format!("https://{address}")), 2, "plain-http");
    assert!(secure.starts_with(&format!("authority https://{address}: TLS was spoken")), "{secure}");
}

#[test]
fn what_a_proxy_or_a_gateway_says_is_told_as_its_own() {
    let folder = ClientFolder::new();
    let ask = |status| {
        let proxy = Responder::start(move |_| Outgoing::empty(status));
        let address = proxy.address().to_string();
        let words = ["activate", "--no-dns", "--json", "--manifest", "cad.lh", "--host", "lease.corp.test"];
        let asked = folder.command(&words).env("ALL_PROXY", format!("http://me:secret@{address}")).output().unwrap();
        let message = assert_fails(&asked, 2, "proxy-refused");
        message.replace(&address, "PROXY")
    };
    // Windows knows a variable in any case, and the name that is tried first is told.
    let name = if cfg!(windows) { "all_proxy" } else { "ALL_PROXY" };
    let host = format!("host lease.corp.test:16880: the proxy PROXY ({name})");
    assert_eq!(ask(407), format!("{host} wants a name and password (407)"));
    assert_eq!(ask(403), format!("{host} does not allow the address (403)"));
    assert_eq!(ask(502), format!("{host} does not reach the address (502)"));
    let gateway = Responder::start(|_| Outgoing::empty(502));
    let address = gateway.address().to_string();
    let asked = folder.run(&["activate", "--no-dns", "--json", "--manifest", "cad.lh", "--host", &address]);
    let message = assert_fails(&asked, 2, "gateway-failed");
    assert_eq!(
        message,
        format!("host {address}: a gateway on the way answers 502: it does not reach the server behind it")
    );
}

#[test]
fn what_answers_and_is_no_host_is_told() {
    let folder = ClientFolder::new();
    let web = Responder::start(|_| Outgoing::empty(404));
    let address = web.address().to_string();
    let asked = folder.run(&["activate", "--no-dns", "--json", "--manifest", "cad.lh", "--host", &address]);
    let message = assert_fails(&asked, 2, "not-a-host");
    assert!(message.contains("status 404"), "{message}");
}

#[test]
fn without_a_host_or_a_manifest_the_command_says_what_is_missing() {
    let folder = ClientFolder::new();
    assert_fails(&folder.run(&["activate", "--no-dns", "--json", "--manifest", "cad.lh"]), 2, "no-host");
    fs::remove_dir_all(folder.path("state")).unwrap();
    for command in ["activate", "status", "renew", "release"] {
        let message = assert_fails(&folder.run(&[command, "--json"]), 2, "not-initialised");
        assert!(message.replace('\\', "/").ends_with("/state: there is no such folder"), "{message}");
    }
    assert!(!folder.path("state").exists(), "asking about nothing leaves nothing");
    fs::create_dir(folder.path("state")).unwrap();
    let message = assert_fails(&folder.run(&["status", "--json"]), 2, "not-initialised");
    assert!(message.replace('\\', "/").ends_with("/state: no product is known here"), "{message}");
}

#[test]
fn a_state_directory_that_cannot_be_written_is_named() {
    let folder = ClientFolder::new();
    folder.write("a file", "");
    let place = ["--json", "--manifest", "cad.lh", "--state", "a file/state"];
    let asked = folder.run(&[["activate", "--no-dns", "--host", "127.0.0.1:1"].as_slice(), &place].concat());
    let message = assert_fails(&asked, 2, "state-unusable");
    assert!(message.replace('\\', "/").starts_with("state a file/state/"), "{message}");
    let status = data(&folder.run(&[["status"].as_slice(), &place].concat()));
    assert_eq!(status["standing"], "unactivated");
    assert_eq!(status["notes"][0]["code"], "state-unusable");
    assert_fails(&folder.run(&["generalize", "--json", "--state", "a file"]), 2, "state-unusable");
}

#[test]
fn damaged_and_missing_manifests_are_told_apart() {
    let folder = ClientFolder::new();
    let whole = fs::read(folder.path("cad.lh")).unwrap();
    let mut altered = whole.clone();
    *altered.last_mut().unwrap() ^= 1;
    folder.write("altered.lh", altered);
    folder.write("cut.lh", &whole[..90]);
    folder.write("letter.lh", "Dear customer,");
    folder.write("other.lh", vendor().authority_certificate());
    for (file, exit, code) in [
        ("altered.lh", 1, "bad-signature"),
        ("cut.lh", 1, "malformed"),
        ("letter.lh", 1, "malformed"),
        ("other.lh", 1, "malformed"),
        ("missing.lh", 2, "file"),
    ] {
        assert_fails(&folder.run(&["status", "--json", "--manifest", file]), exit, code);
    }
    assert!(!folder.path("state").exists(), "nothing was changed");
}

#[test]
fn a_manifest_of_another_vendor_is_told() {
    let (folder, other) = (ClientFolder::new(), Vendor::from_seed(8));
    folder.write("other.lh", other.manifest());
    let root = vendor().root().to_string();
    let asked = folder.run(&["status", "--json", "--manifest", "other.lh", "--root", &root]);
    let message = assert_fails(&asked, 1, "foreign-manifest");
    assert!(message.contains(&other.id().to_string()) && message.contains(&vendor().id().to_string()), "{message}");
    assert!(!folder.path("state").exists());
    data(&folder.run(&["status", "--json", "--manifest", "cad.lh", "--root", &root]));
    fs::copy(folder.path("other.lh"), folder.state("acme-cad/manifest.lh")).unwrap();
    assert_fails(&folder.run(&["status", "--json"]), 1, "foreign-manifest");
}

#[test]
fn of_several_products_one_has_to_be_named() {
    let folder = ClientFolder::new();
    data(&folder.run(&["status", "--json", "--manifest", "cad.lh"]));
    assert_eq!(data(&folder.run(&["status", "--json"]))["product"], "acme-cad");
    folder.write("cam.lh", vendor().manifest_with(|manifest| manifest.product = "acme-cam".parse().unwrap()));
    folder.run(&["status", "--manifest", "cam.lh"]);
    let message = assert_fails(&folder.run(&["status", "--json"]), 2, "usage");
    let manifests =
        ["acme-cad/manifest.lh", "acme-cam/manifest.lh"].map(|name| folder.state(name).display().to_string());
    assert!(message.ends_with(&manifests.join(", ")), "{message}");
}

#[test]
fn status_says_no_when_the_product_is_reduced() {
    let folder = ClientFolder::new();
    folder.write("ended.lh", vendor().manifest_with(|manifest| manifest.initial_grace = Span::ZERO));
    let output = folder.run(&["status", "--json", "--manifest", "ended.lh"]);
    assert_eq!(output.status.code(), Some(1));
    let status: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&status["standing"], &status["why"]), (&json!("reduced"), &json!("never-activated")));
    let error: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(error["error"]["code"], "never-activated");
    folder.write(
        "advises.lh",
        vendor().manifest_with(|manifest| {
            (manifest.initial_grace, manifest.mode) = (Span::ZERO, Some(Mode::Advise));
        }),
    );
    assert_eq!(folder.run(&["status", "--manifest", "advises.lh"]).status.code(), Some(0), "it only advises");
}

#[test]
fn damage_is_said_on_standard_error_and_the_data_stays_data() {
    let folder = ClientFolder::new();
    folder.run(&["status", "--manifest", "cad.lh"]);
    fs::write(folder.state("acme-cad/record.json"), "{").unwrap();
    let output = folder.run(&["status"]);
    let (said, data) = (String::from_utf8(output.stderr).unwrap(), String::from_utf8(output.stdout).unwrap());
    assert!(said.contains("damaged, set aside as") && said.contains("[state-damaged]"), "{said}");
    assert!(data.starts_with("product       acme-cad (Acme CAD)\nstanding      unactivated\n"), "{data}");
    assert!(folder.state("acme-cad/record.json.damaged-1").exists());
}

#[test]
fn generalizing_and_releasing_nothing_is_no_failure() {
    let folder = ClientFolder::new();
    assert_eq!(data(&folder.run(&["generalize", "--json"]))["vendors"], json!([]));
    assert!(!folder.path("state").exists());
    assert_eq!(data(&folder.run(&["release", "--json", "--manifest", "cad.lh"]))["released"], "nothing-held");
    let whose = json!([vendor().id().to_string()]);
    assert_eq!(data(&folder.run(&["generalize", "--json"]))["vendors"], whose);
    assert_eq!(data(&folder.run(&["generalize", "--json", "--manifest", "cad.lh"]))["vendors"], whose);
}

#[test]
fn an_address_that_is_none_is_wrong_usage() {
    let folder = ClientFolder::new();
    let output = folder.run(&["activate", "--manifest", "cad.lh", "--host", "ftp://host"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("an address begins with"));
    let mut command = folder.command(&["activate", "--no-dns", "--json", "--manifest", "cad.lh"]);
    let message = assert_fails(&command.env("LEASEHOLD_HOST", "a:0").output().unwrap(), 2, "usage");
    assert!(message.starts_with("LEASEHOLD_HOST: "), "{message}");
}
