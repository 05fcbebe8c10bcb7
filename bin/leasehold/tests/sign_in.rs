//! Users who sign in on the command line, with a real identity provider.

mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use leasehold_core::{Policy, Span};
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::oidc::Oidc;
use serde_json::Value;

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

#[test]
fn a_user_signs_in_lists_devices_frees_one_and_signs_out() {
    if is_missing(&[Need::Node]) {
        return;
    }
    let (folder, oidc, vendor) = (tempfile::tempdir().expect("a folder"), Oidc::start(), Vendor::new());
    let folder = folder.path();
    let data = folder.join("host");
    let policy = Policy { devices: Some(1), validity: Span::days(7), renewal: Span::DAY, ..Policy::default() };
    vendor.activate(&data, policy);
    fs::write(folder.join("acme-cad.lh"), vendor.manifest(|_| ())).expect("a file");
    let config = format!(
        "[subscription]\nissuer = {:?}\nclient_id = \"leasehold\"\nscopes = [\"openid\", \"offline_access\", \"groups\"]\n\
         [subscription.products]\ncad-users = [\"acme-cad\"]\n",
        oidc.issuer
    );
    fs::write(folder.join("host.toml"), config).expect("a file");
    let host = |words: &[&str]| {
        let mut command = program();
        command.arg("host").args(words).arg("--data").arg(&data);
        command
    };
    let checked = host(&["check-config"]).arg(folder.join("host.toml")).output().expect("a process");
    assert!(said(&checked).contains("good"), "{}", said(&checked));
    let mut serve = host(&["serve", "--listen", "127.0.0.1:0", "--json"]);
    serve.arg("--config").arg(folder.join("host.toml"));
    let running = Host::spawn(serve);
    let run = |machine: &str, words: &[&str]| client(folder, &running, machine, words).output().expect("a process");
    let refused = run("one", &["activate"]);
    assert!(refused.status.code() == Some(1) && said(&refused).contains("sign-in-needed"), "{}", said(&refused));
    let signed_in = sign_in(&oidc, "ann", client(folder, &running, "one", &["sign-in"]));
    let talk = said(&signed_in);
    assert!(signed_in.status.success() && talk.contains("licensed") && talk.contains("subscription"), "{talk}");
    let full = sign_in(&oidc, "ann", client(folder, &running, "two", &["sign-in"]));
    assert_eq!(full.status.code(), Some(1), "{}", said(&full));
    let devices = run("two", &["devices", "--json"]);
    let devices: Value = serde_json::from_slice(&devices.stdout).unwrap_or_else(|_| panic!("{}", said(&devices)));
    let device = devices[0]["client"].as_str().expect("an id");
    assert_eq!(members(&devices[0]), required("client-devices"));
    let users = host(&["clients", "--users", "--json"]).output().expect("a process");
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
    let events = host(&["events"]).output().expect("a process");
    assert!(said(&events).contains("its user has freed the device"), "{}", said(&events));
    let mut insecure = program();
    insecure
        .args(["client", "sign-in", "--host", "192.0.2.1", "--no-dns", "--manifest"])
        .arg(folder.join("acme-cad.lh"));
    let insecure = insecure.arg("--state").arg(folder.join("three")).output().expect("a process");
    assert_eq!(insecure.status.code(), Some(1), "{}", said(&insecure));
    assert!(said(&insecure).contains("https://"), "{}", said(&insecure));
}
