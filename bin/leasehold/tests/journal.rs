//! A host's journal by the built program: exported while it serves, gone on with, verified, altered, forked; and verified by a program that
//! was written from the page alone.

mod schema;
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use leasehold_testkit::need::{Need, is_missing};
#[cfg(unix)]
use leasehold_testkit::postgres::Postgres;
use leasehold_wire::journal::head;
use serde_json::Value;
use support::{Host, program};
use tempfile::TempDir;

/// A vendor, a host and seven machines, of which each step asks once more.
struct World {
    folder: TempDir,
    root: String,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let world = Self { folder, root: String::new() };
        world.ok("quickstart --once --dir . --clients 7");
        let root = fs::read_to_string(world.path("vendor/root.pub")).expect("a root key").trim().to_owned();
        Self { root, ..world }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, line: &str) -> Output {
        let mut command = program();
        let line = line.replace("$ROOT", &self.root);
        command.args(line.split(' ')).current_dir(self.folder.path());
        command.env("LEASEHOLD_PASSPHRASE_FILE", "vendor/passphrase").output().expect("a process")
    }

    #[track_caller]
    fn ok(&self, line: &str) -> String {
        let output = self.run(line);
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    #[track_caller]
    fn json(&self, line: &str, schema: &str) -> Value {
        let output = self.run(&format!("--json {line}"));
        let value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!("{line}: {error}: {}", String::from_utf8_lossy(&output.stderr));
        });
        assert_eq!(schema::differs(&value, schema), None, "{line}");
        value
    }

    /// What a command ends with that does not succeed, on standard error.
    #[track_caller]
    fn refused(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(1), "{line}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).expect("text")
    }

    /// A machine asks once more, by file; what the host of `data` answers.
    fn lease(&self, data: &str, machine: u8) -> String {
        let _ = fs::remove_file(self.path("request.txt"));
        self.ok(&format!("client request --state clients/{machine} --for-host -o request.txt"));
        let answer = format!("answer-{data}-{machine}.txt");
        let _ = fs::remove_file(self.path(&answer));
        self.ok(&format!("host lease request.txt --data {data} -o {answer}"));
        answer
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).expect("a file");
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("a file")
    }
}

/// The items of a journal, heads included.
fn items(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut items = Vec::new();
    while let Ok(Some((length, size))) = head(bytes) {
        let (item, rest) = bytes.split_at(length + size);
        items.push(item.to_vec());
        bytes = rest;
    }
    items
}

/// The kind of an item.
fn kind(item: &[u8]) -> u8 {
    let (length, _) = head(item).expect("an item").expect("its head");
    item[length + 1]
}

#[test]
fn a_journal_is_exported_while_the_host_serves_and_gone_on_with() {
    let world = World::new();
    let mut serve = program();
    serve.args(["--json", "host", "serve", "--listen", "127.0.0.1:0", "--data", "host"]);
    let host = Host::spawn({
        serve.current_dir(world.folder.path());
        serve
    });
    let exported = world.json("journal export --data host -o first.lhj", "journal-export");
    world.ok(&format!("client renew --state clients/1 --no-dns --host {}", host.address));
    let more = world.json("journal export --data host --after first.lhj -o more.lhj", "journal-export");
    host.stop();
    assert_eq!((&exported["leases"], &more["leases"]), (&7.into(), &1.into()));
    let seal = exported["tips"][0]["seal"].as_u64().expect("a number");
    let by_number = world.json(&format!("journal export --data host --after {seal} -o same.lhj"), "journal-export");
    assert_eq!(by_number["leases"], 1);
    assert_eq!(world.read("same.lhj"), world.read("more.lhj"));
    let joined = [world.read("first.lhj"), world.read("more.lhj")].concat();
    world.write("joined.lhj", &joined);
    // What an export has left that was broken off is written over.
    world.write("appended.lhj", &[&world.read("first.lhj")[..], &world.read("more.lhj")[..77]].concat());
    assert!(world.refused("journal verify appended.lhj").contains("[journal-cut]"));
    world.ok("journal export --data host --append appended.lhj");
    assert_eq!(world.read("appended.lhj"), joined);
    world.ok("journal export --data host --append appended.lhj");
    assert_eq!(world.read("appended.lhj"), joined, "nothing was sealed since");
    world.ok("journal export --data host --append anew.lhj");
    let whole = world.json("journal verify anew.lhj --root $ROOT", "journal-verify");
    let parts = world.json("journal verify joined.lhj --root $ROOT", "journal-verify");
    assert_eq!((&whole["hosts"], &whole["months"]), (&parts["hosts"], &parts["months"]));
    assert_eq!((&whole["parts"], &parts["parts"], &parts["root_proven"]), (&1.into(), &2.into(), &true.into()));
    let extended = world.json("journal verify anew.lhj --previous first.lhj", "journal-verify");
    assert_eq!((&extended["previous"]["extended"], &extended["previous"]["more"]), (&true.into(), &1.into()));
    let text = String::from_utf8_lossy(&joined).into_owned();
    let clients = world.json("host clients --data host", "host-clients");
    let fields =
        |client: &Value| ["name", "address"].map(|field| client[field].as_str().unwrap_or_default().to_owned());
    // A name of two or three letters stands among signatures by chance.
    let secrets = clients.as_array().expect("clients").iter().flat_map(fields).filter(|secret| secret.len() > 4);
    assert!(secrets.inspect(|secret| assert!(!text.contains(secret), "{secret}")).count() >= 7);
    world.write("stranger.txt", b"a file of another kind");
    assert!(world.refused("journal export --data host --append stranger.txt").contains("no journal"));
    assert_eq!(world.read("stranger.txt"), b"a file of another kind");
}

#[cfg(unix)] // the database server of the tests runs on Linux
#[test]
fn a_journal_is_exported_from_a_database_as_from_a_folder_and_gone_on_with() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let world = World::new();
    let url = Postgres::shared().fresh();
    world.ok("journal export --data host -o folder.lhj");
    world.ok(&format!("store copy host {url}"));
    let exported = world.json(&format!("journal export --data host --store {url} -o database.lhj"), "journal-export");
    assert_eq!(exported["leases"], 7);
    assert_eq!(world.read("database.lhj"), world.read("folder.lhj"));
    world.ok("client request --state clients/2 --for-host -o request.txt");
    world.ok(&format!("host lease request.txt --data host --store {url} -o answer.txt"));
    let more = world
        .json(&format!("journal export --data host --store {url} --after database.lhj -o more.lhj"), "journal-export");
    assert_eq!(more["leases"], 1);
    world.ok(&format!("journal export --data host --store {url} --append database.lhj"));
    assert_eq!(world.read("database.lhj"), [world.read("folder.lhj"), world.read("more.lhj")].concat());
    let verified = "journal verify database.lhj --previous folder.lhj --lease answer.txt --root $ROOT";
    let verified = world.json(verified, "journal-verify");
    assert_eq!((&verified["whole"], &verified["previous"]["more"]), (&true.into(), &1.into()));
}

#[test]
fn every_alteration_of_a_journal_is_found_and_named() {
    let world = World::new();
    world.ok("journal export --data host -o whole.lhj");
    let whole = items(&world.read("whole.lhj"));
    let seals: Vec<usize> = (0..whole.len()).filter(|at| (4..7).contains(&kind(&whole[*at]))).collect();
    let refused = |items: &[Vec<u8>]| {
        world.write("altered.lhj", &items.concat());
        world.refused("journal verify altered.lhj --root $ROOT")
    };
    let changed = |at: usize, from_end: usize| {
        let mut items = whole.clone();
        let byte = items[at].len() - 1 - from_end;
        items[at][byte] ^= 1;
        refused(&items)
    };
    let offset = |at: usize| whole[..at].iter().map(Vec::len).sum::<usize>();
    let last = *seals.last().expect("a seal");
    for at in [seals[0], seals[seals.len() / 2], last] {
        let said = changed(at, 30);
        assert!(said.contains("[journal-altered]") && said.contains(&format!("bytes {} to", offset(at))), "{said}");
    }
    let mut without = whole.clone();
    without.remove(last - 1);
    assert!(refused(&without).contains("[seal-missing]"));
    let mut moved = whole.clone();
    moved.swap(last - 1, last);
    let said = refused(&moved);
    assert!(said.contains("[seal-out-of-order]") && said.contains("it stands later, at byte"), "{said}");
    let mut twice = whole.clone();
    twice.insert(last, whole[last].clone());
    assert!(refused(&twice).contains("[seal-out-of-order]"));
    let mut newest = whole.clone();
    newest.remove(last);
    assert!(refused(&newest).contains("[journal-altered]"), "the end names it");
    assert!(refused(&whole[..whole.len() - 1]).contains("[journal-cut]"));
    assert!(refused(&[whole.clone(), vec![b"and more".to_vec()]].concat()).contains("[malformed]"));
    let certificate = whole.iter().position(|item| kind(item) == 1).expect("a certificate");
    assert!(changed(certificate, 200).contains("bytes 24 to"), "the certificate is the second item");
    let other = "0".repeat(63) + "1";
    assert!(world.refused(&format!("journal verify whole.lhj --root {other}")).contains("[unknown-signer]"));
    let json = world.json("journal verify altered.lhj", "journal-verify");
    assert_eq!((&json["whole"], json["flaw"]["code"].is_string()), (&false.into(), true));
}

#[test]
fn a_lease_is_proven_or_denied_by_a_journal() {
    let world = World::new();
    world.ok("journal export --data host -o before.lhj");
    let answer = world.lease("host", 2);
    world.ok("journal export --data host -o after.lhj");
    let verify = |journal: &str| format!("journal verify {journal} --root $ROOT --lease {answer}");
    assert!(world.ok(&verify("after.lhj")).contains("in it: seal"));
    let proven = world.json(&verify("after.lhj"), "journal-verify");
    assert_eq!((&proven["lease"]["contained"], &proven["lease"]["index"]), (&true.into(), &0.into()));
    assert!(world.refused(&verify("before.lhj")).contains("[not-in-journal]"));
    world.lease("host", 3);
    world.ok("journal export --data host --after after.lhj -o since.lhj");
    let denied = world.refused(&verify("since.lhj"));
    assert!(denied.contains("[not-in-journal]") && denied.contains("begins after seal"), "{denied}");
    let gap = world.refused("journal verify since.lhj --previous before.lhj");
    assert!(gap.contains("[journal-unrelated]"), "{gap}");
    let other = World::new();
    other.ok("journal export --data host -o other.lhj");
    fs::copy(other.path("other.lhj"), world.path("other.lhj")).expect("a copy");
    let denied = world.refused(&format!("journal verify other.lhj --lease {answer}"));
    assert!(denied.contains("[not-in-journal]") && denied.contains("no seals of the host"), "{denied}");
    let related = world.refused("journal verify after.lhj --previous other.lhj");
    assert!(related.contains("[journal-unrelated]"), "{related}");
    assert!(world.refused("journal verify before.lhj --previous after.lhj").contains("[journal-unrelated]"));
}

#[test]
fn two_copies_of_a_host_are_proven_by_their_journals() {
    let world = World::new();
    world.ok("host backup b.tar --data host");
    world.ok("host restore b.tar --data copy");
    let own = world.lease("host", 2);
    world.lease("copy", 3);
    world.lease("copy", 4);
    world.ok("journal export --data host -o host.lhj");
    world.ok("journal export --data copy -o copy.lhj");
    let said = world.refused("journal verify copy.lhj --previous host.lhj --root $ROOT");
    assert!(said.contains("[journal-forked]") && said.contains("seal 12 of host"), "{said}");
    let said = world.refused(&format!("journal verify copy.lhj --root $ROOT --lease {own}"));
    assert!(said.contains("[journal-forked]"), "{said}");
    let said = world.refused("journal export --data copy --append host.lhj");
    assert!(said.contains("[another-store]"), "{said}");
}

#[test]
fn one_machines_life_is_told_from_the_journal_with_proofs_that_hold() {
    let world = World::new();
    world.lease("host", 2);
    world.ok("journal export --data host -o j.lhj");
    let clients = world.json("host clients --data host", "host-clients");
    let mut told = 0;
    for client in clients.as_array().expect("clients").iter().filter_map(|client| client["client"].as_str()) {
        let life = world.json(&format!("journal explain {client} j.lhj --root $ROOT"), "journal-explain");
        let human = world.ok(&format!("journal explain {} j.lhj", &client[..8]));
        for event in life["events"].as_array().expect("events") {
            told += 1;
            assert_eq!(event["client"], client);
            assert!(human.contains(&format!("seal {} of host", event["seal"])), "{human}");
            world.write("proof.txt", event["document"].as_str().expect("a document").as_bytes());
            let proven = world.json("journal verify j.lhj --lease proof.txt", "journal-verify");
            assert_eq!((&proven["lease"]["contained"], &proven["lease"]["seal"]), (&true.into(), &event["seal"]));
        }
    }
    assert_eq!(told, 12, "eight leases and four refusals");
    assert!(world.refused("journal explain 0123456789abcdef j.lhj").contains("[not-in-journal]"));
}

#[test]
fn a_verifier_written_from_the_page_alone_comes_to_the_same() {
    if is_missing(&[Need::Python, Need::OpenSsl]) {
        return;
    }
    let world = World::new();
    world.ok("journal export --data host -o j.lhj");
    world.lease("host", 2);
    world.ok("journal export --data host --append j.lhj");
    let ours = world.json("journal verify j.lhj --root $ROOT", "journal-verify");
    // With a module that cannot be loaded it verifies by OpenSSL.
    fs::create_dir_all(world.path("without/cryptography")).expect("a folder");
    world.write("without/cryptography/__init__.py", b"raise ImportError('not here')\n");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/journal/verify.py");
    let independent = |without: bool, journal: &str| {
        let mut python = Command::new("python3");
        python.arg(&script).args([journal, &world.root]).current_dir(world.folder.path());
        if without {
            python.env("PYTHONPATH", world.path("without"));
        }
        python.output().expect("a process")
    };
    let output = independent(false, "j.lhj");
    let theirs: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let months = |value: &Value| {
        let mut months = value["months"].clone();
        // How many ran at once is counted by the program alone.
        for month in months.as_array_mut().expect("months") {
            month.as_object_mut().expect("a month").remove("peak");
        }
        months
    };
    assert_eq!((months(&theirs), &theirs["seals"], &theirs["parts"]), (months(&ours), &ours["seals"], &ours["parts"]));
    assert_eq!(theirs["hosts"][0]["seal_hash"], ours["hosts"][0]["seal_hash"]);
    let by_openssl = independent(true, "j.lhj");
    assert_eq!(by_openssl.stdout, output.stdout, "{}", String::from_utf8_lossy(&by_openssl.stderr));
    let whole = world.read("j.lhj");
    for at in (0..whole.len()).step_by(211) {
        let mut altered = whole.clone();
        altered[at] ^= 4;
        world.write("altered.lhj", &altered);
        let found = independent(false, "altered.lhj");
        assert_eq!(found.status.code(), Some(1), "byte {at}: {}", String::from_utf8_lossy(&found.stdout));
        world.refused("journal verify altered.lhj --root $ROOT");
    }
}

#[test]
fn a_vendor_makes_a_report_by_customer_of_journals() {
    let world = World::new();
    world.ok("journal export --data host -o first.lhj");
    world.lease("host", 2);
    world.ok("journal export --data host -o second.lhj");
    world.ok("journal export --data host --after first.lhj -o since.lhj");
    let usage = |files: &str| world.json(&format!("vendor usage --journal {files}"), "vendor-usage-journals");
    let whole = usage("second.lhj");
    let verified = world.json("journal verify second.lhj", "journal-verify");
    assert_eq!(whole[0]["months"], verified["months"]);
    let months = whole[0]["months"].as_array().expect("months");
    let sum = |what: &str| months.iter().filter_map(|month| month[what].as_u64()).sum::<u64>();
    assert_eq!((sum("leases"), sum("refusals")), (8, 4), "in the month of the test, or of its begin and its end");
    for files in ["first.lhj second.lhj", "since.lhj first.lhj", "first.lhj since.lhj second.lhj"] {
        assert_eq!(usage(files), whole, "{files}: every seal counts once");
    }
    let csv = world.ok("vendor usage --journal second.lhj --format csv");
    assert!(csv.starts_with("month,customer,family,clients,leases,refusals,peak\r\n"), "{csv}");
    for month in months {
        let [clients, leases, refusals, peak] = ["clients", "leases", "refusals", "peak"].map(|name| &month[name]);
        assert!(csv.contains(&format!(",acme,{clients},{leases},{refusals},{peak}")), "{csv}");
    }
    world.ok("vendor usage --journal second.lhj --format html -o usage.html");
    let page = String::from_utf8(world.read("usage.html")).expect("text");
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("acme"), "{page}");
    assert!(world.ok("vendor usage --journal second.lhj").contains("PEAK"));
    let mut altered = world.read("second.lhj");
    let at = altered.len() / 2;
    altered[at] ^= 1;
    world.write("altered.lhj", &altered);
    assert!(world.refused("vendor usage --journal second.lhj altered.lhj").contains("[journal-altered]"));
    world.ok("host backup b.tar --data host");
    world.ok("host restore b.tar --data copy");
    world.lease("host", 3);
    world.lease("copy", 4);
    world.ok("journal export --data host -o host.lhj");
    world.ok("journal export --data copy -o copy.lhj");
    assert!(world.refused("vendor usage --journal host.lhj copy.lhj").contains("[journal-forked]"));
    let other = World::new();
    other.ok("journal export --data host -o other.lhj");
    fs::copy(other.path("other.lhj"), world.path("other.lhj")).expect("a copy");
    assert!(world.refused("vendor usage --journal other.lhj").contains("[unknown-signer]"), "of another vendor");
}
