//! Stores of tests, and a wire that can be cut.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use leasehold_core::{Component, Cti, Fingerprint, Policy, Timestamp};
use leasehold_store::StoreError;
use leasehold_store::host::suite::{Act, HOST, client};
use leasehold_store::host::{Asked, Batch, Family, Fork, HostStore, NewLease, Seals, Subject, Terms};
use leasehold_store_postgres::Address;
use leasehold_store_postgres::host::PostgresHost;

pub(crate) fn address(url: &str) -> Address {
    Address::parse(url, &|_| None).expect("an address")
}

pub(crate) fn open(url: &str) -> PostgresHost {
    PostgresHost::open(address(url)).expect("a store")
}

/// One batch of grants to clients that ask, which may fail.
pub(crate) fn try_to_act(
    store: &mut PostgresHost,
    policy: &Policy,
    acts: &[(u64, Act)],
    now: u64,
) -> Result<(), StoreError> {
    let now = Timestamp::from_unix(now);
    let families = [Family { id: "acme".parse().expect("an id"), window: policy.window }];
    let product = "acme-cad".parse().expect("an id");
    let fingerprint = Fingerprint::new([(Component::MachineId, [7; 8])]).expect("a component");
    let subject = |(n, _): &(u64, Act)| Subject {
        family: 0,
        client: client(*n),
        product,
        fingerprint: Some(fingerprint),
        user: None,
    };
    let subjects: Vec<Subject> = acts.iter().map(subject).collect();
    let batch = Batch { host: HOST, now, families: &families, subjects: &subjects };
    let decided = store.decide(&batch, &mut |ledger| {
        for at in 0..acts.len() {
            let asked = Asked { request: Cti([1; 16]), issued: now, fingerprint, name: None, address: None };
            let (lease, expires) = (Cti([2; 16]), policy.expiry(now));
            ledger.grant(at, asked, NewLease { lease, expires, fork: Fork::None, terms: Terms::of(policy) });
        }
        Seals::default()
    });
    decided.map(drop)
}

/// A relay to a database that can break the connection at a word.
pub(crate) struct Cut {
    address: String,
    plan: Arc<Mutex<Option<Plan>>>,
    broken: Arc<AtomicBool>,
}

#[derive(Clone, Copy)]
enum Plan {
    /// The word does not arrive.
    Before(&'static str),
    /// The word arrives, the answer to it does not.
    After(&'static str),
}

impl Cut {
    pub(crate) fn between(database: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let (plan, cut) = (Arc::new(Mutex::new(None)), Arc::new(AtomicBool::new(false)));
        let (database, relay) = (database.to_owned(), (Arc::clone(&plan), Arc::clone(&cut)));
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(&database).expect("the database");
                let (mut answers, mut back) =
                    (server.try_clone().expect("a socket"), client.try_clone().expect("a socket"));
                thread::spawn(move || std::io::copy(&mut answers, &mut back));
                let (plan, cut) = (Arc::clone(&relay.0), Arc::clone(&relay.1));
                thread::spawn(move || forward(client, server, &plan, &cut));
            }
        });
        Self { address, plan, broken: cut }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Whether the connection was broken since the last plan was made.
    pub(crate) fn has_cut(&self) -> bool {
        self.broken.load(Ordering::SeqCst)
    }

    pub(crate) fn before_the_next(&self, word: &'static str) {
        self.set(Plan::Before(word));
    }

    pub(crate) fn after_the_next(&self, word: &'static str) {
        self.set(Plan::After(word));
    }

    fn set(&self, plan: Plan) {
        self.broken.store(false, Ordering::SeqCst);
        *self.plan.lock().expect("a plan") = Some(plan);
    }
}

/// Carries what the client says until the plan's word comes.
fn forward(mut client: TcpStream, mut server: TcpStream, plan: &Mutex<Option<Plan>>, cut: &AtomicBool) {
    let mut bytes = [0; 8_192];
    while let Ok(count @ 1..) = client.read(&mut bytes) {
        let said = &bytes[..count];
        let mut plan = plan.lock().expect("a plan");
        let word = match *plan {
            Some(Plan::Before(word) | Plan::After(word)) => {
                said.windows(word.len()).position(|part| part == word.as_bytes())
            }
            None => None,
        };
        match (word, *plan) {
            (Some(at), Some(Plan::Before(_))) => {
                // What stands before it arrives, in part; the server sees the connection end.
                let _ = server.write_all(&said[..at]);
            }
            (Some(_), Some(Plan::After(_))) => {
                let _ = client.shutdown(Shutdown::Both);
                let _ = server.write_all(said);
            }
            (_, _) => {
                if server.write_all(said).is_err() {
                    break;
                }
                continue;
            }
        }
        *plan = None;
        cut.store(true, Ordering::SeqCst);
        break;
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Write);
}
