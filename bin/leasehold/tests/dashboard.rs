//! The dashboard in a real browser: what an administrator sees, and that no one is kept out. Pictures of every page are left in
//! `target/dashboard`.
#![cfg(target_os = "linux")]

use std::env;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};

use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::process::contained;

#[test]
fn every_page_is_fit_for_all_widths_themes_and_people() {
    if is_missing(&[Need::Browser, Need::BrowserTools]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let shown = Shown::start(folder.path(), 6);
    let looked = browser("look.mjs").arg(&shown.link).arg(pictures()).output().expect("node runs");
    let found = String::from_utf8_lossy(&looked.stdout);
    assert!(looked.status.success(), "{found}\n{}", String::from_utf8_lossy(&looked.stderr));
}

#[test]
fn every_page_of_the_authority_is_fit_for_all_too_and_the_vendor_issues_and_revokes_there() {
    if is_missing(&[Need::Browser, Need::BrowserTools]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let vendor = ServedVendor::start(folder.path());
    let looked =
        browser("authority.mjs").arg(&vendor.link).arg(pictures()).arg(&vendor.other_link).output().expect("node runs");
    let found = String::from_utf8_lossy(&looked.stdout);
    assert!(looked.status.success(), "{found}\n{}", String::from_utf8_lossy(&looked.stderr));
}

#[test]
fn an_administrator_watches_the_threshold_being_met_finds_a_client_and_ends_its_lease() {
    if is_missing(&[Need::Browser, Need::BrowserTools]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let shown = Shown::start(folder.path(), 4);
    let mut watching = browser("follow.mjs").arg(&shown.link).stdout(Stdio::piped()).spawn().expect("node runs");
    let mut said = BufReader::new(watching.stdout.take().expect("a pipe")).lines();
    assert_eq!(said.next().expect("a line").expect("text"), "ready");
    let state = folder.path().join("clients/fifth");
    let mut fifth = program();
    fifth.args(["client", "activate", "--made-up-machine", "5", "--no-dns", "--host", &shown.host, "--manifest"]);
    fifth.arg(folder.path().join("acme-cad.lh")).arg("--state").arg(state);
    let asked = fifth.output().expect("a process");
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
    assert!(watching.wait().expect("its end").success(), "the browser says why above");
}

/// Where pictures are left.
fn pictures() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("../dashboard")
}

/// A vendor with customers whose authority serves, with the link that signs in to its dashboard, and one for who may only issue.
struct ServedVendor {
    authority: Child,
    link: String,
    other_link: String,
}

impl ServedVendor {
    fn start(folder: &Path) -> Self {
        let run = |line: &str| {
            let output = program().current_dir(folder).args(line.split(' ')).output().expect("a process");
            assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).expect("text")
        };
        run("quickstart --once --dir q");
        for (customer, kind) in [("Example", "host"), ("Northwind", "host"), ("Contoso", "multiple --machines 40")] {
            let mut issue = program();
            issue
                .current_dir(folder)
                .args(["vendor", "key", "issue", "--dir", "q/vendor", "--family", "acme", "--kind"]);
            issue.args(kind.split(' ')).args(["--customer", &format!("{customer} AG")]);
            let issued = issue.arg("-o").arg(format!("{customer}.txt")).output().expect("a process");
            assert!(issued.status.success(), "{}", String::from_utf8_lossy(&issued.stderr));
        }
        run("host request --data h2 --key-file Example.txt -o request.txt");
        run("vendor approve request.txt -o answer.txt --dir q/vendor --passphrase-file q/vendor/passphrase");
        let device = "0caefc3c-e7a5-6d7b-5239-302a8b77373b";
        run(&format!("vendor revoke --device {device} --dir q/vendor --passphrase-file q/vendor/passphrase"));
        let mut serve = program();
        serve.current_dir(folder).args(["--json", "vendor", "serve", "--dir", "q/vendor", "--listen", "127.0.0.1:0"]);
        serve.args(["--admin-listen", "127.0.0.1:0", "--passphrase-file", "q/vendor/passphrase"]);
        let mut authority = serve.stdout(Stdio::piped()).spawn().expect("a process");
        let mut said = BufReader::new(authority.stdout.take().expect("a pipe")).lines();
        said.next().expect("a line").expect("text");
        run("vendor admin add ann --no-password --dir q/vendor");
        let link = run("vendor admin link ann --dir q/vendor").trim().to_owned();
        run("vendor admin add eve --no-password --role issue --dir q/vendor");
        let other_link = run("vendor admin link eve --dir q/vendor").trim().to_owned();
        Self { authority, link, other_link }
    }
}

impl Drop for ServedVendor {
    fn drop(&mut self) {
        let _ = self.authority.kill();
        let _ = self.authority.wait();
    }
}

/// A vendor, a host and machines, with the link that signs in to the host's dashboard.
struct Shown {
    quickstart: Child,
    _talk: Lines<BufReader<ChildStderr>>,
    link: String,
    host: String,
}

impl Shown {
    fn start(folder: &Path, clients: u32) -> Self {
        let mut command = program();
        command.args(["--json", "quickstart", "--clients", &clients.to_string(), "--dir"]).arg(folder);
        command.env("LEASEHOLD_ADMIN_LISTEN", "127.0.0.1:0").stdout(Stdio::null()).stderr(Stdio::piped());
        let mut quickstart = command.spawn().expect("a process");
        let mut talk = BufReader::new(quickstart.stderr.take().expect("a pipe")).lines();
        let mut line = |part: &str| {
            let found = talk
                .by_ref()
                .map(|line| line.expect("text"))
                .find_map(|line| line.split_once(part).map(|(_, rest)| rest.to_owned()));
            found.unwrap_or_else(|| panic!("no line has {part}"))
        };
        let host = line("serves at http://");
        let link = format!("http://{}", line("  http://"));
        Self { quickstart, _talk: talk, link, host }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        let _ = self.quickstart.kill();
        let _ = self.quickstart.wait();
    }
}

fn program() -> Command {
    contained(env!("CARGO_BIN_EXE_leasehold"))
}

/// A script in a browser.
fn browser(script: &str) -> Command {
    let mut command = contained("node");
    command.arg(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/browser").join(script));
    command.env("LEASEHOLD_NODE_MODULES", leasehold_testkit::need::browser_tools());
    command
}
