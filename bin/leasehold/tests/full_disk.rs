//! Commands whose output cannot be written: they end with 2 and say so, whatever they print and wherever it goes.

mod command_list;

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::process::contained;

#[test]
fn a_command_that_cannot_print_ends_with_2_and_never_panics() {
    if is_missing(&[Need::FullDevice]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    prepare(folder.path());
    for line in PRINTING.lines() {
        let full = run(folder.path(), line, Full::Output);
        let talk = String::from_utf8_lossy(&full.stderr);
        assert_eq!(full.status.code(), Some(2), "{line}: {talk}");
        assert!(talk.contains("the disk is full"), "{line}: {talk}");
        let silent = run(folder.path(), line, Full::Both);
        assert_eq!(silent.status.code(), Some(2), "{line}, with standard error full too");
    }
}

#[test]
fn what_is_said_beside_data_cannot_be_lost_unnoticed() {
    if is_missing(&[Need::FullDevice]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    prepare(folder.path());
    for line in ["vendor token add other --dir q/vendor", "nonsense", "explain nonsense", "client status --state none"]
    {
        assert_eq!(run(folder.path(), line, Full::Talk).status.code(), Some(2), "{line}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output = program().arg("explain").stdout(writer).output().expect("a process");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

/// A command that is added is added here too, or to [`SILENT`] with its reason.
#[test]
fn every_command_is_tried() {
    let commands = command_list::all();
    let tried = |command: &&String| {
        let is = |line: &str| line == **command || line.starts_with(&format!("{command} "));
        !PRINTING.lines().chain(SILENT.lines().map(|line| line.split_once(':').expect("a reason").0)).any(is)
    };
    let missing: Vec<&String> = commands.iter().filter(tried).collect();
    assert!(missing.is_empty(), "not tried on a full disk: {missing:?}");
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Full {
    Output,
    Talk,
    Both,
}

fn program() -> Command {
    contained(env!("CARGO_BIN_EXE_leasehold"))
}

/// What `quickstart` makes, and documents of each kind.
fn prepare(folder: &Path) {
    let done = |line: &str| {
        let output = words(line).current_dir(folder).stdin(Stdio::null()).output().expect("a process");
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    done("--json quickstart --once --dir q");
    done("vendor token add web-shop --dir q/vendor");
    done(
        "vendor revoke --device 00000000-0000-0000-0000-000000000001 --dir q/vendor --passphrase-file q/vendor/passphrase",
    );
    done("vendor revocations --dir q/vendor -o list.lh");
    done("host admin add ann --no-password --data q/host");
    done("vendor admin add ann --no-password --dir q/vendor");
    done("host token add monitoring --data q/host");
    done("host backup first.tar --data q/host");
    done("client request --state q/clients/4 --for-host -o carried.txt");
    let key = done("vendor key issue --family acme --kind multiple --machines 5 --dir q/vendor");
    fs::write(folder.join("multiple.txt"), key).expect("a file");
    fs::write(folder.join("host.toml"), "listen = \"127.0.0.1:0\"\n").expect("a file");
    fs::write(folder.join("estate.xml"), "<Configuration><Add OfficeClientEdition=\"65\"/></Configuration>\n")
        .expect("a file");
    fs::write(folder.join("status.txt"), "ERROR CODE: 0xC004F074\n").expect("a file");
}

fn run(folder: &Path, line: &str, full: Full) -> Output {
    let device = || File::options().write(true).open("/dev/full").expect("a full device");
    let mut command = words(line);
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env("LEASEHOLD_STATE", folder.join("state"));
    if full != Full::Talk {
        command.stdout(device());
    }
    if full != Full::Output {
        command.stderr(device());
    }
    command.output().expect("a process")
}

/// `line` as a command; no word of it has blanks.
fn words(line: &str) -> Command {
    let mut command = program();
    command.args(line.split(' '));
    command
}

const PRINTING: &str = "\
--help
--version
host --help
explain
explain busy
--json explain busy
completions bash
man host serve
inspect q/acme-cad.lh
--json inspect q/acme-cad.lh
client status --state q/clients/1
--json client status --state q/clients/1
client sign-out --state q/clients/1
--json client sign-out --state q/clients/1
client generalize --state q/clients/6
client request --state q/clients/2 --key-file multiple.txt
client request --state q/clients/3 --for-host
host lease carried.txt --data q/host
doctor --state q/clients/1 --no-dns
--json doctor --state q/clients/1 --no-dns
host status --data q/host
host clients --data q/host
host events --data q/host
host doctor --data q/host --server 127.0.0.1:1
host install list.lh --data q/host
host backup copy.tar --data q/host --json
host restore first.tar --data again
host check-config host.toml --json
host request --data other --key-file q/host-key.txt
host admin list --data q/host
host admin link ann --data q/host
host token list --data q/host --json
host token add desk --data q/host
host dns publish --data q/host --zone corp.test --target lease1.corp.test --server 127.0.0.1:1
host dns withdraw --data q/host --zone corp.test --target lease1.corp.test --server 127.0.0.1:1
vendor product list --dir q/vendor
vendor product show acme-cad --dir q/vendor
vendor product set acme-cad --title CAD --dir q/vendor
vendor product add acme-view --title View --family acme --dir q/vendor
vendor product withdraw acme-view --dir q/vendor
vendor product restore acme-view --dir q/vendor
vendor family list --dir q/vendor
vendor family show acme --dir q/vendor
vendor family set acme --drift 3 --dir q/vendor
vendor family withdraw acme --dir q/vendor
vendor family restore acme --dir q/vendor
vendor key list --dir q/vendor
vendor key show --key-file q/host-key.txt --dir q/vendor
vendor admin list --dir q/vendor
vendor admin link ann --dir q/vendor
vendor token list --dir q/vendor
vendor token add again --dir q/vendor
vendor authority list --dir q/vendor
vendor host list --dir q/vendor
vendor machine list --dir q/vendor --json
vendor directory list --dir q/vendor --json
vendor revocations --dir q/vendor
vendor usage --dir q/vendor --json
vendor export usage --dir q/vendor
vendor audit --dir q/vendor
vendor manifest acme-cad --dir q/vendor --passphrase-file q/vendor/passphrase
vendor init --name Other --dir other-vendor --passphrase-file q/vendor/passphrase
vendor key issue --family acme --kind host --dir q/vendor
store check q/host
journal export --data q/host --append q/j.lhj --json
journal verify q/j.lhj
store migrate q/host
store copy q/host copied --json
simulate --sample clocks --days 30
office explain 0xC004F074
office lint estate.xml
office status status.txt
office plan --office 10 --licence subscription
office hunt status.txt
office config --product ProPlus2024Volume";

/// Commands whose output is tried elsewhere or cannot be had here.
const SILENT: &str = "\
host admin add: prepares this test
host admin password: prints nothing but that it is done
host admin remove: prints nothing but that it is done
vendor admin add: prepares this test
vendor admin password: prints nothing but that it is done
vendor admin remove: prints nothing but that it is done
host token revoke: prints nothing but that it is done
quickstart: prepares this test
client activate: says why not, as there is no host
client renew: as before
client borrow: as before
client release: as before
client sign-in: says why not, as there is no host
client devices: as before
client install: takes an answer to its own request
host activate: says why not, as there is no authority
host renew: as before
host dns show: asks a name server
office doctor: asks a name server
host clients forget: takes the name of a machine that is made anew each time
host clients end: takes the name of a lease that is made anew each time
host serve: ends only when it is told to
testhost: as before
client agent: as before
host healthcheck: says why not, as no host serves
vendor serve: ends only when it is told to
journal explain: takes the name of a machine that is made anew each time
vendor approve: needs a request that was not answered
vendor revoke: signs a list with a passphrase, a second long
vendor key set: takes the name of a key that is made anew each time
vendor key withdraw: as before
vendor key revoke: as before
vendor token revoke: talks only
vendor host show: takes the name of a host that is made anew each time
vendor host revoke: as before
vendor directory show: there is no directory
vendor directory revoke: there is no directory
directory request: asks the server of a directory
directory publish: takes an object that was signed for a directory
directory withdraw: asks the server of a directory
directory show: as before
vendor machine show: there is no machine
vendor machine revoke: there is no machine
vendor authority rotate: two passphrases, seconds long
vendor authority revoke: there is no former authority
client agent service install: says why not, elsewhere than on Windows
client agent service uninstall: says why not, elsewhere than on Windows
client agent service start: says why not, elsewhere than on Windows
client agent service stop: says why not, elsewhere than on Windows
client agent service status: says why not, elsewhere than on Windows
host service install: says why not, elsewhere than on Windows
host service uninstall: says why not, elsewhere than on Windows
host service start: says why not, elsewhere than on Windows
host service stop: says why not, elsewhere than on Windows
host service status: says why not, elsewhere than on Windows
vendor service install: says why not, elsewhere than on Windows
vendor service uninstall: says why not, elsewhere than on Windows
vendor service start: says why not, elsewhere than on Windows
vendor service stop: says why not, elsewhere than on Windows
vendor service status: says why not, elsewhere than on Windows";
