//! Backups of a host that serves, taken and put back by the program itself.

mod support;

use std::collections::HashSet;
use std::fs;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;

use leasehold_core::{Cti, Policy};
use leasehold_store::host::{Decision, HostStore};
use leasehold_store_sqlite::host::SqliteHost;
use leasehold_testkit::http::post;
#[cfg(unix)]
use leasehold_testkit::need::{Need, is_missing};
#[cfg(unix)]
use leasehold_testkit::postgres::Postgres;
use leasehold_testkit::wait;
use serde_json::Value;
use support::{Host, Machine, Vendor, program};
use tempfile::TempDir;

fn run(words: &[&str], folder: &Path) -> Output {
    program().args(words).current_dir(folder).output().expect("the program runs")
}

#[track_caller]
fn json(words: &[&str], folder: &Path) -> Value {
    let output = run(&[words, &["--json"]].concat(), folder);
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[track_caller]
fn fails(words: &[&str], folder: &Path, status: i32, code: &str) {
    let output = run(words, folder);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{words:?}: {told}");
    assert!(told.contains(&format!("[{code}]\n")) && told.contains("\nhint: "), "{words:?}: {told}");
}

/// A folder with an activated host in `host`, and its vendor.
fn activated_host() -> (TempDir, Vendor, PathBuf) {
    let (folder, vendor) = (tempfile::tempdir().expect("a folder"), Vendor::new());
    let host = folder.path().join("host");
    vendor.activate(&host, Policy { threshold: 1, ..Policy::default() });
    (folder, vendor, host)
}

/// The leases that a store has recorded.
fn recorded(data: &Path) -> HashSet<Cti> {
    let events = SqliteHost::open_reader(data).expect("a store").events(usize::MAX).expect("events");
    let granted = events.into_iter().filter_map(|entry| match entry.decision {
        Decision::Granted { lease, .. } => Some(lease),
        _ => None,
    });
    granted.collect()
}

#[test]
fn a_backup_under_load_has_all_that_was_granted_before_and_serves_elsewhere() {
    let (folder, vendor, data) = activated_host();
    let host = Host::start(&data);
    let (over, count) = (AtomicBool::new(false), AtomicUsize::new(0));
    let granted = Mutex::new(Vec::new());
    let (answered, enough) = mpsc::channel();
    let of_thread = |thread: u64| (0..40).map(|n| Machine::new(1_000 * thread + n)).collect();
    let mut fleet: Vec<Vec<Machine>> = (0..4).map(of_thread).collect();
    let before = thread::scope(|scope| {
        let _ends = wait::Ends(&over);
        for machines in &mut fleet {
            let (address, over, count, granted, answered) = (&host.address, &over, &count, &granted, answered.clone());
            scope.spawn(move || {
                for n in 0.. {
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    let machine = &mut machines[n % 40];
                    let (status, lease) = post(address, "/v1/leases", &machine.request()).expect("an answer");
                    assert_eq!(status, 200);
                    granted.lock().expect("leases").push(lease);
                    if count.fetch_add(1, Ordering::Relaxed) == 300 {
                        answered.send(()).expect("a receiver");
                    }
                }
            });
        }
        // Where a thread fails, the others end, and so does the wait.
        drop(answered);
        enough.recv().expect("enough answers");
        let before = granted.lock().expect("leases").clone();
        let about = json(&["host", "backup", "backup.tar", "--data", "host"], folder.path());
        let after = count.load(Ordering::Relaxed);
        // Requests were answered while it was made, or after: the host did not stop.
        assert!(wait::until(|| count.load(Ordering::Relaxed) >= after + 20), "more answers");
        assert!(about["seal"].as_u64().expect("a number") > 0);
        before
    });
    host.kill();
    let restored = json(&["host", "restore", "backup.tar", "--data", "elsewhere"], folder.path());
    let elsewhere = folder.path().join("elsewhere");
    // On Windows the crate of its system calls tests the lists of secrets.
    #[cfg(unix)]
    for file in ["backup.tar", "elsewhere/host.key", "elsewhere/leasehold.db"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(folder.path().join(file)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}: its owner alone reads it");
    }
    let has = recorded(&elsewhere);
    for lease in &before {
        assert!(has.contains(&vendor.lease(lease).document.cti), "what was granted before the backup is in it");
    }
    assert!(has.len() < recorded(&data).len(), "what was granted after is not");
    let machines = SqliteHost::open_reader(&elsewhere).expect("a store").clients(None, 1_000).expect("clients").len();
    let family = |data: &str| json(&["host", "status", "--data", data], folder.path())["families"][0].clone();
    assert_eq!(
        (family("elsewhere")["clients"].as_u64(), family("elsewhere")["live"].as_u64()),
        (Some(machines as u64), Some(machines as u64))
    );

    let host = Host::start(&elsewhere);
    let (status, renewed) = post(&host.address, "/v1/leases", &fleet[0][0].request()).expect("an answer");
    assert_eq!(status, 200, "a machine renews");
    let lease = vendor.lease(&renewed);
    assert_eq!(lease.seal.expect("a seal").number, restored["seal"].as_u64().expect("a number") + 1);
    assert_eq!(lease.document.count, Some(machines as u64), "it counts once");
    host.stop();
    assert_eq!(family("elsewhere")["clients"], machines);
}

#[cfg(unix)] // the database server of the tests runs on Linux
#[test]
fn a_host_on_a_database_is_backed_up_into_a_store_of_its_own() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let (folder, vendor, data) = activated_host();
    let url = Postgres::shared().fresh();
    let host = Host::start_on(&data, &url);
    let mut machines: Vec<Machine> = (0..30).map(Machine::new).collect();
    let granted: Vec<Vec<u8>> = machines
        .iter_mut()
        .map(|machine| {
            let (status, lease) = post(&host.address, "/v1/leases", &machine.request()).expect("an answer");
            assert_eq!(status, 200);
            lease
        })
        .collect();
    fs::write(folder.path().join("host.toml"), format!("store = \"{url}\"\n")).expect("a file");
    let about = json(&["host", "backup", "of-it.tar", "--data", "host", "--config", "host.toml"], folder.path());
    host.stop();
    let restored = json(&["host", "restore", "of-it.tar", "--data", "alone"], folder.path());
    assert_eq!(about["seal"], restored["seal"]);
    let alone = folder.path().join("alone");
    let has = recorded(&alone);
    assert!(has.len() == 30 && granted.iter().all(|lease| has.contains(&vendor.lease(lease).document.cti)));
    let host = Host::start(&alone);
    let (status, renewed) = post(&host.address, "/v1/leases", &machines[0].request()).expect("an answer");
    let lease = vendor.lease(&renewed);
    assert_eq!((status, lease.document.count), (200, Some(30)), "it counts once, and without the database");
    assert_eq!(lease.seal.map(|seal| seal.number), about["seal"].as_u64().map(|number| number + 1));
    host.stop();
}

#[test]
fn a_host_that_is_there_is_neither_overwritten_nor_replaced_while_it_serves() {
    let (folder, _, data) = activated_host();
    let at = folder.path();
    json(&["host", "backup", "first.tar", "--data", "host"], at);
    let host = Host::start(&data);
    assert_eq!(post(&host.address, "/v1/leases", &Machine::new(1).request()).expect("an answer").0, 200);
    fails(&["host", "restore", "first.tar", "--data", "host"], at, 1, "already-exists");
    fails(&["host", "restore", "first.tar", "--data", "host", "--replace"], at, 2, "store-in-use");
    fails(&["host", "backup", "first.tar", "--data", "host"], at, 1, "already-exists");
    let second = json(&["host", "backup", "first.tar", "--data", "host", "--force"], at);
    assert_eq!(second["seal"], 1);
    assert_eq!(post(&host.address, "/v1/leases", &Machine::new(2).request()).expect("an answer").0, 200);
    host.stop();
    let restored = json(&["host", "restore", "first.tar", "--data", "host", "--replace"], at);
    assert_eq!((&restored["seal"], &restored["replaced_seal"]), (&second["seal"], &Value::from(2)));
    let aside = Path::new(restored["replaced"].as_str().expect("a folder"));
    assert_eq!(recorded(&at.join(aside)).len(), 2, "what was there is kept");
    assert_eq!(recorded(&data).len(), 1);

    // Cut short in the middle: the key pair is out, the rest is not in yet.
    fs::remove_file(data.join("host.key")).expect("a key");
    fs::create_dir(data.join("restoring")).expect("a folder");
    fails(&["host", "restore", "first.tar", "--data", "host"], at, 1, "already-exists");
    json(&["host", "restore", "first.tar", "--data", "host", "--replace"], at);
    let left: Vec<_> =
        fs::read_dir(&data).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert!(!left.iter().any(|name| name == "restoring"), "{left:?}");
    let host = Host::start(&data);
    assert_eq!(post(&host.address, "/v1/leases", &Machine::new(3).request()).expect("an answer").0, 200);
    host.stop();
}

#[test]
fn what_is_no_whole_backup_changes_nothing() {
    let (folder, _, data) = activated_host();
    let at = folder.path();
    let host = Host::start(&data);
    assert_eq!(post(&host.address, "/v1/leases", &Machine::new(1).request()).expect("an answer").0, 200);
    host.stop();
    json(&["host", "backup", "whole.tar", "--data", "host"], at);
    let whole = fs::read(at.join("whole.tar")).expect("a file");
    fs::write(at.join("cut.tar"), &whole[..whole.len() / 2]).expect("a file");
    let mut altered = whole.clone();
    let key = whole.windows(9).position(|window| window == b"PRIVATE K").expect("a key");
    altered[key + 40] ^= 1;
    fs::write(at.join("altered.tar"), altered).expect("a file");
    fs::write(at.join("letter.tar"), "Dear customer,").expect("a file");
    let before = fs::read(data.join("host.key")).expect("a key");
    for file in ["cut.tar", "altered.tar", "letter.tar"] {
        fails(&["host", "restore", file, "--data", "host", "--replace"], at, 1, "not-a-backup");
        fails(&["host", "restore", file, "--data", "new"], at, 1, "not-a-backup");
        assert!(!at.join("new/host.key").exists(), "{file}");
    }
    fails(&["host", "restore", "missing.tar", "--data", "new"], at, 2, "file");
    fails(&["host", "backup", "x.tar", "--data", "nobody"], at, 2, "not-initialised");
    assert_eq!(fs::read(data.join("host.key")).expect("a key"), before);
    assert_eq!(recorded(&data).len(), 1);
    json(&["host", "restore", "whole.tar", "--data", "new"], at);
}

#[test]
fn a_backup_goes_through_a_pipe_and_into_a_folder_under_a_name_of_its_own() {
    let (folder, _, _) = activated_host();
    let at = folder.path();
    let piped = run(&["host", "backup", "-", "--data", "host"], at);
    assert!(piped.status.success(), "{}", String::from_utf8_lossy(&piped.stderr));
    fs::write(at.join("piped.tar"), &piped.stdout).expect("a file");
    let input = fs::File::open(at.join("piped.tar")).expect("a file");
    let restore = ["host", "restore", "-", "--data", "piped"];
    let status = program().args(restore).current_dir(at).stdin(input).stdout(Stdio::null()).status().expect("it runs");
    assert!(status.success());
    assert_eq!(fs::read(at.join("piped/host.key")).expect("a key"), fs::read(at.join("host/host.key")).expect("a key"));
    fs::create_dir(at.join("backups")).expect("a folder");
    let about = json(&["host", "backup", "backups", "--data", "host"], at);
    let name = about["file"].as_str().expect("a path");
    let own = format!("backups{MAIN_SEPARATOR}leasehold-host-{}-", &about["host"].as_str().expect("a name")[..8]);
    assert!(name.starts_with(&own) && Path::new(name).extension().is_some_and(|end| end == "tar"), "{name}");
    assert_eq!(fs::read_dir(at.join("backups")).expect("a folder").count(), 1, "nothing else is left");
}

/// The backups in a folder, by name.
fn backups(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").file_name());
    let mut names: Vec<String> = files.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn backups_go_into_a_folder_however_it_is_named_do_not_collide_and_older_ones_are_removed_on_request() {
    let (folder, _, data) = activated_host();
    let data = data.to_str().expect("a path");
    for (at, target) in ["daily", "daily", "daily/", "daily"].iter().enumerate() {
        let made = json(&["host", "backup", target, "--data", data], folder.path());
        let own = format!("daily{MAIN_SEPARATOR}leasehold-host-");
        assert!(made["file"].as_str().is_some_and(|file| file.starts_with(&own)), "{made}");
        assert_eq!(backups(&folder.path().join("daily")).len(), at + 1, "within a minute, within a second");
    }
    fs::write(folder.path().join("daily/leasehold-host-notes.tar"), "").expect("a file");
    json(&["host", "backup", "daily/", "--keep", "2", "--data", data], folder.path());
    let left = backups(&folder.path().join("daily"));
    assert_eq!(left.len(), 3, "two backups, and what is none: {left:?}");
    let newest = json(&["host", "backup", "daily/", "--keep", "1", "--data", data], folder.path());
    let newest = Path::new(newest["file"].as_str().expect("a file")).file_name().expect("a name").to_string_lossy();
    assert!(backups(&folder.path().join("daily")).contains(&newest.into_owned()), "the newest one stays");
    let file = json(&["host", "backup", "one.tar", "--data", data], folder.path());
    assert_eq!(file["file"], "one.tar");
    fails(&["host", "backup", "one.tar", "--data", data], folder.path(), 1, "already-exists");
    fails(&["host", "backup", "two.tar", "--keep", "2", "--data", data], folder.path(), 2, "usage");
}

#[test]
fn a_backup_to_standard_output_needs_no_folder_for_temporary_files() {
    let (folder, _, data) = activated_host();
    let host = Host::start(&data);
    assert_eq!(post(&host.address, "/v1/leases", &Machine::new(1).request()).expect("an answer").0, 200);
    let mut command = program();
    command.args(["host", "backup", "-", "--data"]).arg(&data).env("TMPDIR", folder.path().join("missing"));
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.len() > 4_096);
    let left = fs::read_dir(&data)
        .expect("a folder")
        .filter(|file| file.as_ref().expect("a file").file_name().to_string_lossy().starts_with(".backup-"));
    assert_eq!(left.count(), 0);
    host.stop();
}
