//! Two hosts on one database, and machines that keep both busy.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use leasehold_core::{KeyId, Policy, PublicKey, Span};
use leasehold_host::activation::Home;
use leasehold_store_postgres::Address;
use leasehold_store_postgres::host::PostgresHost;
use leasehold_testkit::http::{post, problem};
use leasehold_testkit::wait;
use tempfile::TempDir;

use super::{Host, Machine, Vendor, history};

pub(crate) const CAPACITY: u64 = 12;

/// Two hosts of one vendor on one database.
pub(crate) struct Pair {
    pub(crate) vendor: Vendor,
    pub(crate) folders: [TempDir; 2],
    pub(crate) ids: [KeyId; 2],
    pub(crate) url: String,
}

impl Pair {
    pub(crate) fn new(url: String, policy: &Policy) -> Self {
        let (vendor, folders) = (Vendor::new(), [1, 2].map(|_| tempfile::tempdir().expect("a folder")));
        let ids = [0, 1].map(|at| vendor.activate_as(at, folders[usize::from(at)].path(), policy.clone()));
        Self { vendor, folders, ids, url }
    }

    pub(crate) fn start(&self, at: usize) -> Host {
        Host::start_on(self.folders[at].path(), &self.url)
    }

    pub(crate) fn key(&self, at: usize) -> PublicKey {
        Home::new(self.folders[at].path()).keypair().expect("a key pair").public()
    }

    /// Every lease that was answered is in the store and its host's chain, and capacity held.
    pub(crate) fn holds(&self, answers: &[Vec<u8>]) {
        let mut store = reader(&self.url);
        let seals = [0, 1].map(|at| history::chain(&mut store, self.ids[at], &self.key(at)));
        for answer in answers {
            let signer = self.vendor.lease(answer).signer;
            let at = self.ids.iter().position(|id| *id == signer).expect("one of the two has signed it");
            history::stands_in(&seals[at], &self.vendor, answer);
        }
        history::was_kept(&mut store, &self.vendor, answers, CAPACITY);
    }
}

pub(crate) fn reader(url: &str) -> PostgresHost {
    let address = Address::parse(url, &|_| None).expect("an address");
    PostgresHost::open_reader(address).expect("it opens").expect("a store")
}

pub(crate) fn scarce() -> Policy {
    Policy { threshold: 1, capacity: Some(CAPACITY), validity: Span::HOUR, ..Policy::default() }
}

/// Waits for something that comes about by itself.
pub(crate) fn until(what: &str, is_so: impl FnMut() -> bool) {
    assert!(wait::until(is_so), "{what}");
}

/// Three machines for each of eight threads: their requests get newer over all loads of a test.
pub(crate) fn fleet() -> Vec<Vec<Machine>> {
    (0..8).map(|thread| (0..3).map(|n| Machine::new(100 * thread + n)).collect()).collect()
}

/// Eight threads ask and release, half of each host, until `end`; leases go into `answers`, other codes to `heard`.
pub(crate) fn under_load(
    machines: &mut [Vec<Machine>],
    hosts: [&str; 2],
    answers: &Mutex<Vec<Vec<u8>>>,
    heard: &(dyn Fn(usize, &str) + Sync),
    end: impl FnOnce(),
) {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let _ends = wait::Ends(&over);
        for (thread, machines) in (0_u64..).zip(machines) {
            let over = &over;
            scope.spawn(move || {
                let (at, mut turn) = (usize::try_from(thread % 2).expect("one of two"), thread);
                while !over.load(Ordering::Relaxed) {
                    turn += 1;
                    let machine = &mut machines[usize::try_from(turn % 3).expect("below three")];
                    let answer = if turn.is_multiple_of(4) {
                        post(hosts[at], "/v1/releases", &machine.release())
                    } else {
                        post(hosts[at], "/v1/leases", &machine.request())
                    };
                    match answer {
                        Ok((200, body)) => {
                            machine.take(&body);
                            answers.lock().expect("answers").push(body);
                            heard(at, "granted");
                        }
                        Ok((204, _)) => heard(at, "released"),
                        Ok((_, body)) => heard(at, &problem(&body)),
                        Err(_) => heard(at, "no answer"),
                    }
                    // Each request is newer than the one before by a second: too many are ahead of the host's clock.
                    thread::sleep(Duration::from_millis(20));
                }
            });
        }
        end();
    });
}
