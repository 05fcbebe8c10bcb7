//! Documents that are carried: machines that reach no host, folders of requests, pictures.

mod support;

use std::fs;
use std::path::{MAIN_SEPARATOR, Path};
use std::process::Output;

use leasehold_core::{Component, Cti, Fingerprint, ProductKey, Timestamp};
#[cfg(unix)]
use leasehold_testkit::need::{Need, is_missing};
#[cfg(unix)]
use leasehold_testkit::postgres::Postgres;
use leasehold_testkit::process::contained;
use leasehold_wire::proof::Proof;
use leasehold_wire::{Keypair, MachineRequest, envelope};
use support::{Host as Serving, Machine};
use tempfile::TempDir;

/// A vendor, a host with this threshold, and a manifest; nothing serves.
struct Island {
    folder: TempDir,
}

impl Island {
    fn new(threshold: u64) -> Self {
        let island = Self { folder: tempfile::tempdir().expect("a folder") };
        fs::write(island.path("pass"), "correct horse battery\n").expect("a file");
        island.done("vendor init --name Acme");
        island.done(&format!(
            "vendor product add acme-cad --title CAD --family acme --threshold {threshold} --number 4711"
        ));
        island.done("vendor manifest acme-cad -o acme-cad.lh");
        island.done("vendor key issue --family acme --kind host -o host.txt");
        island.done("host request --name server1 --key-file host.txt -o request.txt");
        island.done("vendor approve request.txt -o answer.txt");
        island.done("host install answer.txt");
        fs::create_dir(island.path("stick")).expect("a folder");
        island
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, line: &str) -> Output {
        let mut command = contained(env!("CARGO_BIN_EXE_leasehold"));
        command.current_dir(self.folder.path()).args(line.split(' '));
        command.env("LEASEHOLD_STATE", self.path("state")).env("LEASEHOLD_HOST_DATA", self.path("host"));
        command.env("LEASEHOLD_VENDOR_DIR", self.path("vendor")).env("LEASEHOLD_PASSPHRASE_FILE", self.path("pass"));
        command.output().expect("a process")
    }

    /// What it prints, where it succeeds.
    fn done(&self, line: &str) -> String {
        let output = self.run(line);
        assert!(output.status.success(), "{line}: {}", talk(&output));
        String::from_utf8(output.stdout).expect("text")
    }

    /// What it says, where the answer is no.
    fn refused(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(1), "{line}: {}", talk(&output));
        talk(&output)
    }

    fn json(&self, line: &str) -> serde_json::Value {
        let output = self.run(&format!("--json {line}"));
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{line}: {error}: {}", talk(&output)))
    }

    fn ask(&self, machine: u32, name: &str) {
        self.done(&format!("client request --manifest acme-cad.lh --made-up-machine {machine} --for-host -o {name}"));
    }

    fn standing(&self, machine: u32) -> String {
        let status = self.json(&format!("client status --manifest acme-cad.lh --made-up-machine {machine}"));
        status["standing"].as_str().expect("a word").to_owned()
    }
}

fn talk(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_folder_of_machines_is_answered_at_once_and_each_finds_its_own_answer() {
    let island = Island::new(5);
    for machine in 1..=5 {
        island.ask(machine, &format!("stick/machine-{machine}.txt"));
    }
    fs::write(island.path("stick/holiday.txt"), "Dear all,\n").expect("a file");
    fs::write(island.path("stick/cut.txt"), "-----BEGIN LEASEHOLD REQUEST-----\n0oRU\n").expect("a file");
    let said = island.refused("host lease stick -o stick/answers.txt");
    for wrong in ["holiday.txt: neither", "cut.txt: the armour is damaged"] {
        assert!(said.contains(&format!("stick{MAIN_SEPARATOR}{wrong}")), "{said}");
    }
    assert!(said.contains("2 of 7 requests") && said.contains("[not-all-answered]"), "{said}");
    for machine in 1..=5 {
        let installed = island
            .done(&format!("client install stick/answers.txt --manifest acme-cad.lh --made-up-machine {machine}"));
        assert!(installed.contains("standing      licensed"), "{installed}");
    }
    let other = island.refused("client install stick/answers.txt --manifest acme-cad.lh --made-up-machine 9");
    assert!(other.contains("none of the 5 answers is for this machine"), "{other}");
    // Once more, with the answers among the requests: nothing is granted twice.
    let leases = || island.json("host status")["families"][0]["live"].clone();
    let before = (fs::read(island.path("stick/answers.txt")).expect("answers"), leases());
    let said = island.refused("host lease stick -o again.txt");
    assert_eq!((fs::read(island.path("again.txt")).expect("answers"), leases()), before, "{said}");
    assert!(island.done("store check host").contains("each with its seal"));
}

#[test]
fn a_host_that_serves_answers_what_is_carried_and_one_below_its_threshold_proves_it() {
    let island = Island::new(2);
    island.ask(1, "one.txt");
    let serving = Serving::start(&island.path("host"));
    let said = island.refused("host lease one.txt -o answer-1.txt");
    assert!(said.contains("1 of 2 machines have asked [threshold-not-met]"), "{said}");
    let said = island.refused("client install answer-1.txt --manifest acme-cad.lh --made-up-machine 1");
    assert!(said.contains("proven by the host"), "{said}");
    fs::remove_file(island.path("one.txt")).expect("a file");
    island.ask(1, "one.txt");
    island.ask(2, "two.txt");
    assert!(island.done("host lease one.txt two.txt -o answers.txt").is_empty());
    drop(serving);
    island.done("client install answers.txt --manifest acme-cad.lh --made-up-machine 1");
    assert_eq!([island.standing(1), island.standing(2)], ["licensed", "unactivated"]);
}

/// The store is where the configuration says; the host that serves from it is another process.
#[cfg(unix)] // the database server of the tests runs on Linux
#[test]
fn a_host_that_serves_from_a_database_answers_what_is_carried() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let (island, url) = (Island::new(2), Postgres::shared().fresh());
    fs::write(island.path("host.toml"), format!("store = {url:?}\n")).expect("a file");
    for machine in [1, 2] {
        island.ask(machine, &format!("stick/{machine}.txt"));
    }
    let serving = Serving::start_on(&island.path("host"), &url);
    island.done("host lease stick --config host.toml -o answers.txt");
    serving.stop();
    // And with no host that serves.
    island.ask(3, "three.txt");
    island.done("host lease three.txt --config host.toml -o third.txt");
    for (machine, file) in [(1, "answers.txt"), (2, "answers.txt"), (3, "third.txt")] {
        island.done(&format!("client install {file} --manifest acme-cad.lh --made-up-machine {machine}"));
        assert_eq!(island.standing(machine), "licensed");
    }
    let live = island.json("host status --config host.toml")["families"][0]["live"].clone();
    assert_eq!(live, 3);
    assert!(!island.path("host/host.db").exists() && !island.path("host/host.sqlite").exists());
}

/// As many as a department has. The machine among them finds its own answer.
#[test]
fn a_thousand_requests_in_one_folder_are_answered_at_once() {
    let island = Island::new(5);
    for n in 1..1_000 {
        fs::write(island.path(&format!("stick/{n}.lh")), Machine::new(n).request()).expect("a file");
    }
    island.ask(1, "stick/own.txt");
    let answers = island.json("host lease stick -o answers.txt")["answers"].clone();
    let granted = answers.as_array().expect("answers").iter().filter(|answer| answer["error"].is_null()).count();
    assert_eq!(granted, 1_000);
    island.done("client install answers.txt --manifest acme-cad.lh --made-up-machine 1");
    assert_eq!(island.standing(1), "licensed");
    assert_eq!(island.json("host status")["families"][0]["live"], 1_000);
}

/// Machines that ask the vendor itself, with one multiple key.
#[test]
fn a_thousand_requests_for_the_vendor_are_answered_at_once() {
    let island = Island::new(5);
    island.done("vendor key issue --family acme --kind multiple --machines 1000 -o multiple.txt");
    let key = fs::read_to_string(island.path("multiple.txt")).expect("a key").trim().parse().expect("a product key");
    for n in 1..1_000 {
        fs::write(island.path(&format!("stick/{n}.lh")), machine_request(&key, n)).expect("a file");
    }
    let own = "client request --manifest acme-cad.lh --made-up-machine 1 --key-file multiple.txt -o stick/own.txt";
    island.done(own);
    let answers = island.json("vendor approve stick -o answers.txt")["answers"].clone();
    let granted = answers.as_array().expect("answers").iter().filter(|answer| answer["error"].is_null()).count();
    assert_eq!(granted, 1_000);
    island.done("client install answers.txt --manifest acme-cad.lh --made-up-machine 1");
    assert_eq!(island.standing(1), "licensed");
}

fn machine_request(key: &ProductKey, n: u64) -> Vec<u8> {
    let (mut seed, mut component) = ([7; 32], [7; 8]);
    seed[..8].copy_from_slice(&n.to_be_bytes());
    component.copy_from_slice(&n.to_be_bytes());
    let (pair, mut cti) = (Keypair::from_seed(&seed), Cti([7; 16]));
    cti.0[..8].copy_from_slice(&n.to_be_bytes());
    let request = MachineRequest {
        issued: Timestamp::from_unix(1_790_000_000),
        cti,
        key: pair.public(),
        proof: Proof::new(key, pair.id(), cti),
        product: "acme-cad".parse().expect("an id"),
        fingerprint: Fingerprint::new([(Component::MachineId, component)]).expect("a component"),
    };
    envelope::sign(&request, &pair, &[])
}

/// A machine that has a lease learns what its vendor has revoked, also where no host tells it.
#[test]
fn a_revocation_list_is_installed_alone_or_among_answers_and_the_newest_holds() {
    let (island, other) = (Island::new(1), Island::new(1));
    island.ask(1, "stick/one.txt");
    island.done("host lease stick -o stick/answers.txt");
    let install = |what: &str| island.run(&format!("client install {what} --manifest acme-cad.lh --made-up-machine 1"));
    island.done("vendor revoke --device 00000000-0000-0000-0000-000000000001");
    island.done("vendor revocations -o stick/list.lh");
    let both = install("stick");
    assert!(both.status.success(), "{}", talk(&both));
    assert_eq!(island.standing(1), "licensed", "another is revoked");
    let host = island.json("host status")["host"].as_str().expect("an id").to_owned();
    island.done(&format!("vendor host revoke {host}"));
    island.done("vendor revocations -o newer.lh");
    let newer = install("newer.lh");
    assert!(newer.status.success() && talk(&newer).contains("revocation list 2 is installed"), "{}", talk(&newer));
    let older = install("stick/list.lh");
    assert!(older.status.success() && talk(&older).contains("revocation list 2 is installed"), "{}", talk(&older));
    let status = island.refused("client status --manifest acme-cad.lh --made-up-machine 1");
    assert!(status.contains("[revoked]"), "{status}");
    other.done("vendor revoke --device 00000000-0000-0000-0000-000000000001");
    other.done("vendor revocations -o list.lh");
    fs::copy(other.path("list.lh"), island.path("foreign.lh")).expect("a copy");
    let foreign = install("foreign.lh");
    assert_eq!(foreign.status.code(), Some(1), "{}", talk(&foreign));
    assert!(
        talk(&foreign).contains("revocation list: ") && talk(&foreign).contains("[unknown-signer]"),
        "{}",
        talk(&foreign)
    );
}

#[test]
fn a_refusal_is_carried_back_as_a_proof() {
    let island = Island::new(9);
    for machine in [1, 2] {
        island.ask(machine, &format!("stick/{machine}.txt"));
    }
    let said = island.refused("host lease stick -o answers.txt");
    assert!(said.contains("2 of 2 requests"), "{said}");
    let said = island.refused("client install answers.txt --manifest acme-cad.lh --made-up-machine 2");
    assert!(said.contains("[threshold-not-met]") && said.contains("proven by the host"), "{said}");
    let status = island.json("client status --manifest acme-cad.lh --made-up-machine 2");
    assert_eq!(status["last_failure"]["proven"], true);
}

#[test]
fn a_vendor_answers_a_folder_in_one_go_and_nothing_is_used_up_twice() {
    let island = Island::new(1);
    island.done("vendor key issue --family acme --kind multiple --machines 2 -o multiple.txt");
    for machine in 1..=3 {
        let file = format!("stick/machine-{machine}.txt");
        island.done(&format!(
            "client request --manifest acme-cad.lh --made-up-machine {machine} --key-file multiple.txt -o {file}"
        ));
    }
    fs::write(island.path("stick/notes.txt"), "nothing").expect("a file");
    for file in ["answers.txt", "again.txt"] {
        let said = island.refused(&format!("vendor approve stick -o {file}"));
        let neither = format!("stick{MAIN_SEPARATOR}notes.txt: neither");
        assert!(said.contains(&neither) && said.contains("[activations-exhausted]"), "{said}");
        assert!(said.contains("2 of 4 requests"), "{said}");
    }
    assert_eq!(island.json("vendor machine list").as_array().map(Vec::len), Some(2));
    for machine in [1, 2] {
        let said = island.done(&format!("client install again.txt --manifest acme-cad.lh --made-up-machine {machine}"));
        assert!(said.contains("multiple-key"), "{said}");
    }
    let raw = island.run("vendor approve stick -o answers.lh");
    assert!(raw.status.code() == Some(2) && talk(&raw).contains("holds one document"), "{}", talk(&raw));
}

#[test]
fn an_island_is_licensed_by_pictures_alone() {
    let island = Island::new(1);
    island.done("client request --manifest acme-cad.lh --made-up-machine 1 --for-host --qr -o request.png");
    island.done("host lease --image request.png --qr -o answer.png");
    island.done("client install --image answer.png --manifest acme-cad.lh --made-up-machine 1");
    assert_eq!(island.standing(1), "licensed");
    // The host's own way to its vendor.
    island.done("vendor key issue --family acme --kind host -o second.txt");
    island.done("host request --data other --name server2 --key-file second.txt --qr -o host.png");
    island.done("vendor approve --image host.png -o certificate.png");
    island.done("host install --image certificate.png --data other");
    let inspected = island.done("inspect certificate.png --root vendor/root.pub");
    assert!(inspected.contains("lh-host") && inspected.starts_with("valid "), "{inspected}");
}

#[test]
fn parts_come_in_any_order_and_a_missing_one_is_named() {
    let island = Island::new(1);
    let texts = island.json("vendor manifest acme-cad --qr")["qr"].clone();
    assert_eq!(texts.as_array().map(Vec::len), Some(1), "{texts}");
    for device in 0..3 {
        island.done(&format!("vendor revoke --device 00000000-0000-0000-0000-0000000000{device:02}"));
    }
    let list = island.json("vendor revocations --qr");
    let texts: Vec<&str> = list["qr"].as_array().expect("texts").iter().filter_map(|text| text.as_str()).collect();
    assert!(texts.iter().all(|text| text.starts_with("LH1:")), "{texts:?}");
    fs::write(island.path("part.txt"), "LH1:1/2:BB8\n").expect("a file");
    let said = island.refused("host install part.txt");
    assert!(said.contains("of 2 parts these are missing: 2 [parts-missing]"), "{said}");
    fs::write(island.path("whole.txt"), format!("> {}\n", texts.join("\n> "))).expect("a file");
    island.done("host install whole.txt");
}

#[test]
fn a_picture_that_shows_nothing_and_a_code_without_room_say_what_to_do() {
    let island = Island::new(1);
    fs::write(island.path("noise.jpg"), b"\xff\xd8\xff\xe0 no picture").expect("a file");
    fs::write(island.path("blank.png"), leasehold_picture::to_png(&[])).expect("a file");
    for (file, code) in
        [("noise.jpg", "[picture-unreadable]"), ("blank.png", "[no-qr-code]"), ("pass", "[picture-unreadable]")]
    {
        for command in [
            "host install",
            "host lease",
            "vendor approve",
            "client install --manifest acme-cad.lh",
            "directory publish --ldif --base dc=example",
            "inspect",
        ] {
            let said = island.refused(&format!("{command} --image {file}"));
            assert!(said.contains(code) && said.contains(file), "{command} {file}: {said}");
        }
    }
    let missing = island.run("inspect --image none.png");
    assert_eq!(missing.status.code(), Some(2), "{}", talk(&missing));
    let said = island.refused("vendor manifest acme-cad --qr");
    assert!(said.contains("the output is no terminal [no-room-for-qr]") && said.contains("-o FILE.png"), "{said}");
    let wrong = island.run("vendor manifest acme-cad --qr -o manifest.txt");
    assert!(wrong.status.code() == Some(2) && talk(&wrong).contains(".png or .svg"), "{}", talk(&wrong));
    assert!(!island.path("manifest.txt").exists());
    island.done("vendor manifest acme-cad --qr -o manifest.svg");
    assert!(fs::read_to_string(island.path("manifest.svg")).expect("text").starts_with("<svg"));
    let said = island.refused("inspect manifest.svg");
    assert!(said.contains("a picture") && said.contains("PNG and JPEG"), "{said}");
}

#[test]
fn documents_of_another_kind_are_named_with_who_answers_them() {
    let island = Island::new(1);
    let said = island.refused("host lease request.txt");
    assert!(
        said.contains("a document of type lh-host-request, not a machine's request for a host")
            && said.contains("vendor approve"),
        "{said}"
    );
    island.ask(1, "one.txt");
    let said = island.refused("vendor approve one.txt");
    assert!(said.contains("lh-request"), "{said}");
    let empty = Path::new("stick");
    let said = island.refused(&format!("host lease {}", empty.display()));
    assert!(said.contains("there is no request among these files"), "{said}");
    let said = island.run("host lease one.txt --data nowhere");
    assert_eq!(said.status.code(), Some(2), "{}", talk(&said));
    assert!(!island.path("nowhere").exists(), "nothing is made");
}
