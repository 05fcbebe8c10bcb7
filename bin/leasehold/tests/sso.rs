//! Administrators who sign in by a real identity provider: to the dashboards of a host and of an authority.

mod support;

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use std::io::{BufRead, BufReader};

use leasehold_core::Policy;
use leasehold_testkit::http::{Reply, send};
use leasehold_testkit::need::{Need, browser_tools, is_missing};
use leasehold_testkit::oidc::Oidc;
use leasehold_testkit::process::contained;
use serde_json::Value;

use support::{Vendor, program};

/// A server with a dashboard at this address; it ends with the test.
struct Dashboard {
    server: Child,
    address: String,
}

impl Dashboard {
    fn start(mut command: Command) -> Self {
        let mut server = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a process");
        let mut line = String::new();
        BufReader::new(server.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let said: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("it serves: {line}"));
        let address = said["admin"].as_str().expect("an address").trim_start_matches("http://").to_owned();
        Self { server, address }
    }

    fn get(&self, path: &str, cookies: &str) -> Reply {
        send(&self.address, &format!("GET {path}"), &[("cookie", cookies)], &[]).expect("an answer")
    }

    /// Begins to sign in: where the browser is sent to, and what it keeps.
    fn ask(&self) -> (String, String) {
        let reply = self.get("/sign-in/provider", "");
        assert_eq!(reply.status, 303, "{}", text(&reply));
        let cookie = reply.headers("set-cookie")[0].to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        (reply.header("location").expect("an address").to_owned(), pair(&cookie))
    }

    /// Signs `user` in: the answer to the browser that the provider has led back.
    fn sign_in(&self, oidc: &Oidc, user: &str) -> Reply {
        let (url, cookie) = self.ask();
        self.get(&path_of(&oidc.leave(user, &url)), &cookie)
    }
}

impl Drop for Dashboard {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[test]
fn administrators_of_a_host_sign_in_by_an_identity_provider() {
    if is_missing(&[Need::Node]) {
        return;
    }
    let (folder, oidc) = (tempfile::tempdir().expect("a folder"), Oidc::start());
    oidc.set_groups("ann", &["licence-admins"]);
    oidc.set_groups("bob", &["help-desk"]);
    let host = host(folder.path(), &oidc);
    let page = host.get("/sign-in", "");
    let provider = oidc.issuer.trim_start_matches("http://");
    assert!(text(&page).contains(&format!("Sign in with {provider}")), "{}", text(&page));
    let reply = host.sign_in(&oidc, "ann");
    assert_eq!(reply.status, 200, "{}", text(&reply));
    assert!(
        text(&reply).contains("http-equiv=\"refresh\""),
        "a page leads on, so that the session's cookie comes along"
    );
    let ann = cookies(&reply);
    assert!(reply.headers("set-cookie")[0].contains("SameSite=Strict"));
    let overview = host.get("/", &ann);
    assert!(overview.status == 200 && text(&overview).contains("ann"), "{}", text(&overview));
    assert!(
        text(&host.get("/", &ann)).contains("Renew now") || text(&host.get("/settings", &ann)).contains("Settings")
    );
    let (url, cookie) = host.ask();
    let answer = path_of(&oidc.leave("bob", &url));
    for stranger in ["", "leasehold-question=other", &ann] {
        assert_eq!(host.get(&answer, stranger).status, 403, "another browser: {stranger}");
    }
    let bob = host.get(&answer, &cookie);
    assert_eq!(bob.status, 200, "{}", text(&bob));
    assert_eq!(host.get(&answer, &cookie).status, 403, "an answer counts once");
    let refused = host.sign_in(&oidc, "carl");
    assert!(refused.status == 403 && text(&refused).contains("carl has no role here"), "{}", text(&refused));
    oidc.act("away", &serde_json::json!({ "is": true }));
    let (url, _) = host.ask();
    assert!(url.starts_with(&oidc.issuer), "what the provider says of itself is known");
    let audit = fs::read_to_string(folder.path().join("host/audit.jsonl")).expect("the audit");
    for part in ["\"sso:ann\",\"action\":\"signed-in\"", "\"sso:bob\"", "\"sign-in-refused\",\"subject\":\"carl\""] {
        assert!(audit.contains(part), "{part}: {audit}");
    }
}

#[test]
fn a_vendors_people_sign_in_by_an_identity_provider_in_a_real_browser() {
    if is_missing(&[Need::Node, Need::Browser, Need::BrowserTools]) {
        return;
    }
    // To a browser another site than the dashboard, which is at 127.0.0.1: cookies have to bear it.
    let (folder, oidc) = (tempfile::tempdir().expect("a folder"), Oidc::start_as("localhost"));
    oidc.set_groups("ann", &["sales"]);
    let folder = folder.path();
    let done = program().args(["quickstart", "--once", "--dir"]).arg(folder.join("q")).output().expect("a process");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    fs::write(folder.join("sign-in.toml"), settings(folder, &oidc, "\"sales\" = [\"read\", \"issue\"]\n"))
        .expect("a file");
    let vendor = folder.join("q/vendor");
    let mut serve = program();
    serve.args(["--json", "vendor", "serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--dir"]);
    serve
        .arg(&vendor)
        .arg("--passphrase-file")
        .arg(vendor.join("passphrase"))
        .arg("--sign-in")
        .arg(folder.join("sign-in.toml"));
    let dashboard = Dashboard::start(serve);
    let mut browser = contained("node");
    browser.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/sso.mjs"));
    browser.arg(format!("http://{}", dashboard.address)).env("LEASEHOLD_NODE_MODULES", browser_tools());
    let seen = browser.output().expect("node runs");
    let said = [seen.stdout, seen.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(seen.status.success(), "{}\n{}", said[0], said[1]);
    let audit = program().args(["vendor", "audit", "--json", "--dir"]).arg(&vendor).output().expect("a process");
    let audit = String::from_utf8_lossy(&audit.stdout).into_owned();
    assert!(audit.contains("sso:ann") && audit.contains("key-issued"), "{audit}");
}

#[test]
fn settings_by_which_no_one_could_sign_in_are_refused_before_anything_starts() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("host.toml");
    let good = "[sign_in]\nissuer = \"https://login.example\"\nclient_id = \"c\"\n[sign_in.roles]\na = [\"read\"]\n";
    let check = |text: &str| {
        fs::write(&file, text).expect("a file");
        let checked = program().args(["host", "check-config", "--syntax"]).arg(&file).output().expect("a process");
        (checked.status.code(), String::from_utf8_lossy(&checked.stderr).into_owned())
    };
    assert_eq!(check(good).0, Some(0), "{}", check(good).1);
    for (from, to, words) in [
        ("https://login.example", "http://login.example", "begins with https://"),
        ("\"c\"", "\"\"", "it is empty"),
        ("[\"read\"]", "[\"rule\"]", "there is no such role"),
        ("[\"read\"]", "[]", "no one could sign in"),
        ("client_id", "secret = \"x\"\nclient_id", "unknown key secret"),
        ("client_id", "scopes = [\"profile\"]\nclient_id", "`openid` among them"),
        ("client_id", "url = \"host.example\"\nclient_id", "begins with https://"),
        ("client_id", "client_secret_credential = \"../x\"\nclient_id", "is no path"),
        ("client_id", "client_secret_file = \"a\"\nclient_secret_credential = \"b\"\nclient_id", "not in both"),
    ] {
        let (status, said) = check(&good.replacen(from, to, 1));
        assert!(status == Some(2) && said.contains(words) && said.contains("[bad-configuration]"), "{to}: {said}");
    }
}

/// A host that serves, with sign-in by the provider.
fn host(folder: &Path, oidc: &Oidc) -> Dashboard {
    let data = folder.join("host");
    Vendor::new().activate(&data, Policy::default());
    let roles = "licence-admins = [\"read\", \"operate\"]\nhelp-desk = [\"read\"]\n";
    let text = settings(folder, oidc, roles).replace("[roles]", "[sign_in.roles]");
    fs::write(folder.join("host.toml"), format!("[sign_in]\n{text}")).expect("a file");
    let mut serve = program();
    serve.args(["--json", "host", "serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--data"]);
    serve.arg(&data).arg("--config").arg(folder.join("host.toml"));
    Dashboard::start(serve)
}

fn settings(folder: &Path, oidc: &Oidc, roles: &str) -> String {
    let secret = folder.join("secret");
    fs::write(&secret, "a secret: with + and /\n").expect("a file");
    format!(
        "issuer = {:?}\nclient_id = \"leasehold-admin\"\nclient_secret_file = \"{}\"\nscopes = [\"openid\", \"groups\"]\n\
         [roles]\n{roles}",
        oidc.issuer,
        secret.display()
    )
}

fn text(reply: &Reply) -> String {
    String::from_utf8_lossy(&reply.body).into_owned()
}

fn pair(cookie: &str) -> String {
    cookie.split(';').next().expect("a pair").to_owned()
}

fn cookies(reply: &Reply) -> String {
    reply.headers("set-cookie").iter().map(|cookie| pair(cookie)).collect::<Vec<_>>().join("; ")
}

/// What an address has behind its server.
fn path_of(url: &str) -> String {
    let rest = url.split_once("://").expect("an address").1;
    rest[rest.find('/').expect("a path")..].to_owned()
}
