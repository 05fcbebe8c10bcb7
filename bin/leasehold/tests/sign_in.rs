//! Users who sign in on the command line, with a real identity provider.

mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use leasehold_core::{Policy, Span};
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::oidc::Oidc;
#[cfg(unix)]
use leasehold_testkit::postgres::Postgres;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use serde_json::Value;
use tempfile::TempDir;

use support::{Host, Vendor, program};

/// A command of the client's on the machine of this number.
fn client(folder: &Path, host: &Host, machine: &str, words: &[&str]) -> Command {
    let mut command = program();
    command.arg("client").args(words).arg("--manifest").arg(folder.join("acme-cad.lh"));
    command.arg("--state").arg(folder.join(machine)).args(["--host", &host.address, "--no-dns"]);
    command.env("LEASEHOLD_INSTANCE", machine);
    command
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Signs a user in: reads what is shown, and does it.
fn sign_in(oidc: &Oidc, user: &str, mut command: Command) -> Output {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a process");
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines().map(|line| line.expect("a line"));
    let mut after = |start: &str| {
        let line = lines.find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("it says: {start}"));
        line[start.len()..].trim().to_owned()
    };
    let (address, code) = (after("to sign in, open"), after("and enter the code"));
    oidc.sign_in(user, &address, Some(&code));
    child.wait_with_output().expect("its end")
}

/// The members that an output's schema wants in each item.
fn required(schema: &str) -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../docs/schemas/{schema}.json"));
    let schema: Value = serde_json::from_slice(&fs::read(file).expect("a schema")).expect("JSON");
    let names = schema["items"]["required"].as_array().expect("names").iter();
    names.map(|name| name.as_str().expect("a name").to_owned()).collect()
}

fn members(value: &Value) -> Vec<String> {
    let mut names: Vec<String> = value.as_object().expect("an object").keys().cloned().collect();
    names.sort_unstable();
    names
}

/// A host whose users sign in with a provider, and a folder for all of it.
struct World {
    folder: TempDir,
    oidc: Oidc,
    store: Vec<String>,
}

impl World {
    /// A host that grants each user one device, with its store in the folder or in a database.
    fn new(oidc: Oidc, store: Option<String>) -> Self {
        let (folder, vendor) = (tempfile::tempdir().expect("a folder"), Vendor::new());
        let policy = Policy { devices: Some(1), validity: Span::days(7), renewal: Span::DAY, ..Policy::default() };
        vendor.activate(&folder.path().join("host"), policy);
        fs::write(folder.path().join("acme-cad.lh"), vendor.manifest(|_| ())).expect("a file");
        let store = store.into_iter().flat_map(|url| ["--store".to_owned(), url]).collect();
        let world = Self { folder, oidc, store };
        world.configure("");
        world
    }

    /// The host's configuration with a line more about the provider.
    fn configure(&self, line: &str) {
        let config = format!(
            "[subscription]\nissuer = {:?}\nclient_id = \"leasehold\"\nscopes = [\"openid\", \"offline_access\", \"groups\"]\n\
             {line}\n[subscription.products]\ncad-users = [\"acme-cad\"]\n",
            self.oidc.issuer
        );
        fs::write(self.path("host.toml"), config).expect("a file");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn host(&self, words: &[&str]) -> Command {
        let mut command = program();
        command.arg("host").args(words).arg("--data").arg(self.path("host")).args(&self.store);
        command
    }

    fn host_says(&self, words: &[&str]) -> Output {
        self.host(words).output().expect("a process")
    }

    fn serve(&self) -> Host {
        let mut serve = self.host(&["serve", "--listen", "127.0.0.1:0", "--json"]);
        serve.arg("--config").arg(self.path("host.toml"));
        Host::spawn(serve)
    }
}

#[test]
fn a_user_signs_in_lists_devices_frees_one_and_signs_out() {
    if !is_missing(&[Need::Node]) {
        a_user_goes_all_the_way(&World::new(Oidc::start(), None));
    }
}

#[cfg(unix)] // the database server of the tests runs on Linux
#[test]
fn a_user_does_the_same_at_a_host_whose_store_is_in_a_database() {
    if !is_missing(&[Need::Node, Need::Postgres]) {
        a_user_goes_all_the_way(&World::new(Oidc::start(), Some(Postgres::shared().fresh())));
    }
}

fn a_user_goes_all_the_way(world: &World) {
    let (folder, oidc) = (world.folder.path(), &world.oidc);
    let checked = world.host(&["check-config"]).arg(world.path("host.toml")).output().expect("a process");
    assert!(said(&checked).contains("good"), "{}", said(&checked));
    let running = world.serve();
    let run = |machine: &str, words: &[&str]| client(folder, &running, machine, words).output().expect("a process");
    let refused = run("one", &["activate"]);
    assert!(refused.status.code() == Some(1) && said(&refused).contains("sign-in-needed"), "{}", said(&refused));
    let signed_in = sign_in(oidc, "ann", client(folder, &running, "one", &["sign-in"]));
    let talk = said(&signed_in);
    assert!(signed_in.status.success() && talk.contains("licensed") && talk.contains("subscription"), "{talk}");
    let full = sign_in(oidc, "ann", client(folder, &running, "two", &["sign-in"]));
    assert_eq!(full.status.code(), Some(1), "{}", said(&full));
    let devices = run("two", &["devices", "--json"]);
    let devices: Value = serde_json::from_slice(&devices.stdout).unwrap_or_else(|_| panic!("{}", said(&devices)));
    let device = devices[0]["client"].as_str().expect("an id");
    assert_eq!(members(&devices[0]), required("client-devices"));
    let users = world.host_says(&["clients", "--users", "--json"]);
    let users: Value = serde_json::from_slice(&users.stdout).expect("JSON");
    assert_eq!((users.as_array().map(Vec::len), &users[0]["devices"]), (Some(1), &Value::from(1)));
    assert_eq!(members(&users[0]), required("host-clients-users"));
    assert!(!users.to_string().contains("ann"), "{users}");
    let wrong = run("two", &["devices", "--free", "ffffffff"]);
    assert!(wrong.status.code() == Some(1) && said(&wrong).contains("no lease on it"), "{}", said(&wrong));
    assert!(run("two", &["devices", "--free", &device[..8]]).status.success());
    assert!(run("two", &["activate"]).status.success());
    let out = run("two", &["sign-out"]);
    assert!(out.status.success() && said(&out).contains("given back"), "{}", said(&out));
    assert!(said(&run("two", &["devices"])).contains("sign-in-needed"));
    let events = world.host_says(&["events"]);
    assert!(said(&events).contains("its user has freed the device"), "{}", said(&events));
    running.stop();
}

#[test]
fn a_token_is_sent_to_no_host_that_is_reached_in_plain_http() {
    let (folder, vendor) = (tempfile::tempdir().expect("a folder"), Vendor::new());
    let folder = folder.path();
    fs::write(folder.join("acme-cad.lh"), vendor.manifest(|_| ())).expect("a file");
    let mut insecure = program();
    insecure
        .args(["client", "sign-in", "--host", "192.0.2.1", "--no-dns", "--manifest"])
        .arg(folder.join("acme-cad.lh"));
    let insecure = insecure.arg("--state").arg(folder.join("three")).output().expect("a process");
    assert_eq!(insecure.status.code(), Some(1), "{}", said(&insecure));
    assert!(said(&insecure).contains("https://"), "{}", said(&insecure));
}

/// Of an authority of the organisation's own: host and machine each have to know it.
#[test]
fn a_provider_behind_a_private_authority_is_trusted_where_that_is_named() {
    if is_missing(&[Need::Node]) {
        return;
    }
    let files = tempfile::tempdir().expect("a folder");
    let [ca, certificate, key] = certified(files.path());
    let world = World::new(Oidc::start_with_tls(&certificate, &key, &ca), None);
    let check = || world.host(&["check-config"]).arg(world.path("host.toml")).output().expect("a process");
    let untrusted = said(&check());
    assert!(untrusted.contains("not trusted here") && untrusted.contains("[provider-unreachable]"), "{untrusted}");
    world.configure(&format!("ca = {:?}", ca.display().to_string()));
    let trusted = said(&check());
    assert!(trusted.contains("good") && !trusted.contains("warning"), "{trusted}");
    let running = world.serve();
    let machine = |words: &[&str]| client(world.folder.path(), &running, "one", words);
    let untrusted = machine(&["sign-in"]).output().expect("a process");
    let talk = said(&untrusted);
    assert!(untrusted.status.code() == Some(2) && talk.contains("[provider-unreachable]"), "{talk}");
    assert!(talk.contains("not trusted"), "{talk}");
    let mut trusting = machine(&["sign-in"]);
    trusting.arg("--ca").arg(&ca);
    let signed_in = sign_in(&world.oidc, "ann", trusting);
    assert!(signed_in.status.success() && said(&signed_in).contains("licensed"), "{}", said(&signed_in));
    running.stop();
}

/// An authority, and what it has issued for `localhost`: its certificate, that one and its key.
fn certified(folder: &Path) -> [PathBuf; 3] {
    let pair = || KeyPair::generate().expect("a key");
    let mut authority = CertificateParams::default();
    // Not the name of what it issues: that would look self-signed.
    authority.distinguished_name.push(DnType::CommonName, "Authority of the organisation");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let (root, own) = (pair(), pair());
    let ca = authority.self_signed(&root).expect("a certificate");
    let issuer = Issuer::from_params(&authority, root);
    let site = CertificateParams::new(["localhost".to_owned()]).expect("a name");
    let site = site.signed_by(&own, &issuer).expect("a certificate");
    [("ca.pem", ca.pem()), ("site.pem", site.pem()), ("site.key", own.serialize_pem())].map(|(name, pem)| {
        let path = folder.join(name);
        fs::write(&path, pem).expect("a file");
        path
    })
}
