//! A host that is killed, has no room, or may not write: what it has answered is true, what it cannot record it does
//! not answer.

mod support;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;

use leasehold_core::{Policy, Span};
use leasehold_store_sqlite::host::SqliteHost;
use leasehold_testkit::http::{get, post, problem};
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::process::contained;
use leasehold_testkit::wait::Ends;
use support::{Host, Machine, Vendor, history, program};

const CAPACITY: u64 = 12;

#[test]
fn a_host_killed_again_and_again_keeps_every_lease_its_chain_and_its_capacity() {
    let folder = tempfile::tempdir().expect("a folder");
    let vendor = Vendor::new();
    let policy = Policy { threshold: 1, capacity: Some(CAPACITY), validity: Span::HOUR, ..Policy::default() };
    let id = vendor.activate(folder.path(), policy);
    let answers = Mutex::new(Vec::new());
    let of_thread = |thread: u64| (0..3).map(|n| Machine::new(100 * thread + n)).collect();
    let mut machines: Vec<Vec<Machine>> = (0..8).map(of_thread).collect();
    for round in 0..12 {
        under_load_until_killed(folder.path(), round, &mut machines, &answers);
    }
    let host = Host::start(folder.path());
    let (status, body) = post(&host.address, "/v1/leases", &machines[0][0].request()).expect("an answer");
    assert!(status == 200 || problem(&body) == "capacity-reached", "it still decides: {status}");
    host.stop();

    let mut store = SqliteHost::open_reader(folder.path()).expect("a store");
    let answers = answers.into_inner().expect("answers");
    assert!(answers.len() > 100, "a load worth the name: {}", answers.len());
    let key = leasehold_host::activation::Home::new(folder.path()).keypair().expect("a key pair").public();
    let seals = history::chain(&mut store, id, &key);
    answers.iter().for_each(|answer| history::stands_in(&seals, &vendor, answer));
    history::was_kept(&mut store, &vendor, &answers, CAPACITY);
}

/// Eight threads ask and release until the host is killed at its `n`th hundred of answers; leases go into `answers`.
fn under_load_until_killed(
    data: &std::path::Path,
    round: u64,
    machines: &mut [Vec<Machine>],
    answers: &Mutex<Vec<Vec<u8>>>,
) {
    let host = Host::start(data);
    let (address, over) = (host.address.clone(), AtomicBool::new(false));
    let (answered, enough) = mpsc::channel();
    let count = AtomicUsize::new(0);
    thread::scope(|scope| {
        let _ends = Ends(&over);
        for (thread, machines) in (0_u64..).zip(machines) {
            let (address, over, count, answered) = (&address, &over, &count, answered.clone());
            scope.spawn(move || {
                let mut turn = round + thread;
                while !over.load(Ordering::Relaxed) {
                    turn += 1;
                    let machine = &mut machines[usize::try_from(turn % 3).expect("below three")];
                    let outcome = if turn.is_multiple_of(4) {
                        post(address, "/v1/releases", &machine.release())
                    } else {
                        post(address, "/v1/leases", &machine.request())
                    };
                    match outcome {
                        Ok((200, body)) => {
                            machine.take(&body);
                            answers.lock().expect("answers").push(body);
                        }
                        Ok((204, _)) => {}
                        Ok((status, body)) => assert_eq!(problem(&body), "capacity-reached", "{status}"),
                        // Killed in the middle: the client knows nothing, and asks again one day.
                        Err(_) => assert!(count.load(Ordering::Relaxed) >= 40, "the host answers until it is killed"),
                    }
                    if count.fetch_add(1, Ordering::Relaxed) == 40 + 7 * usize::try_from(round).expect("a small round")
                    {
                        answered.send(()).expect("a receiver");
                    }
                }
            });
        }
        // Where a thread fails, the others end, and so does the wait.
        drop(answered);
        enough.recv().expect("enough answers");
        host.kill();
    });
}

#[test]
fn a_full_disk_is_said_so_and_nothing_is_granted_that_is_not_recorded() {
    if is_missing(&[Need::PrivateMount]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let vendor = Vendor::new();
    let id = vendor.activate(folder.path(), Policy { threshold: 1, ..Policy::default() });
    let full = folder.path().join("full");
    std::fs::create_dir(&full).expect("a folder");
    // A disk of half a megabyte, seen by this host alone.
    let script = "mount -t tmpfs -o size=512k tmpfs \"$2\" && cp \"$1\"/host.* \"$2\" && exec \"$0\" --json host serve --listen 127.0.0.1:0 --data \"$2\"";
    let mut command = contained("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", script, env!("CARGO_BIN_EXE_leasehold")]);
    command.arg(folder.path()).arg(&full);
    let host = Host::spawn(command);
    let mut granted = 0;
    let refused = (0..4_000).find_map(|n| match post(&host.address, "/v1/leases", &Machine::new(n).request()) {
        Ok((200, answer)) => {
            granted += 1;
            let seal = vendor.lease(&answer).seal.expect("a sealed lease");
            assert_eq!((vendor.lease(&answer).signer, seal.number), (id, granted), "no seal is left out");
            None
        }
        Ok((status, body)) => Some((status, problem(&body))),
        Err(error) => panic!("no answer after {granted} leases: {error}"),
    });
    assert_eq!(refused, Some((503, "store-unavailable".to_owned())), "after {granted} leases");
    assert!(granted > 10, "there was room for some: {granted}");
    let (status, _) = get(&host.address, "/readyz").expect("an answer");
    assert_eq!(status, 503, "it says that it is not ready");
    assert_eq!(get(&host.address, "/healthz").expect("an answer").0, 200, "it is alive");
}

#[test]
fn a_folder_that_cannot_be_written_is_said_so_at_the_start() {
    if is_missing(&[Need::PrivateMount]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    Vendor::new().activate(folder.path(), Policy::default());
    let script = "mount -t tmpfs tmpfs \"$2\" && cp \"$1\"/host.* \"$2\" && mount -o remount,ro \"$2\" && exec \"$0\" host serve --listen 127.0.0.1:0 --data \"$2\"";
    let read_only = folder.path().join("read-only");
    std::fs::create_dir(&read_only).expect("a folder");
    let mut command = contained("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", script, env!("CARGO_BIN_EXE_leasehold")]);
    let output = command.arg(folder.path()).arg(&read_only).output().expect("a process");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("read-only") && said.contains("cannot be written") && said.contains("hint:"), "{said}");
}

#[test]
fn a_port_in_use_and_a_second_host_on_one_folder_are_said_so() {
    let folder = tempfile::tempdir().expect("a folder");
    Vendor::new().activate(folder.path(), Policy::default());
    let host = Host::start(folder.path());
    let other = tempfile::tempdir().expect("a folder");
    for (data, listen, code) in
        [(other.path(), host.address.as_str(), "[address-in-use]"), (folder.path(), "127.0.0.1:0", "[store-in-use]")]
    {
        let mut command = program();
        command.args(["host", "serve", "--listen", listen, "--data"]).arg(data);
        let output = command.output().expect("a process");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(code), "{said}");
    }
    host.stop();
}

#[test]
fn a_host_without_a_certificate_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = Host::start(folder.path());
    let (status, body) = post(&host.address, "/v1/leases", &Machine::new(1).request()).expect("an answer");
    assert_eq!((status, problem(&body).as_str()), (503, "host-not-activated"));
    assert_eq!(get(&host.address, "/readyz").expect("an answer").0, 503);
    host.stop();
}
