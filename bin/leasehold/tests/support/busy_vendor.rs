//! A vendor whose authority is kept busy, to see that each answer is kept and each limit holds.

use std::collections::BTreeSet;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use leasehold_authority::keys::{self, NewKey};
use leasehold_authority::products::{self, NewFamily, NewProduct};
use leasehold_authority::{Home, NewVendor, Secret, init};
use leasehold_core::activation::{Allowance, Ordinals};
use leasehold_core::standing::Mode;
use leasehold_core::{Component, Cti, Fingerprint, KeyId, ProductKey, PublicKey, Span};
use leasehold_store::authority::{Actor, AuthorityStore, Stamp};
use leasehold_store_postgres::Address;
use leasehold_store_postgres::authority::PostgresAuthority;
use leasehold_store_sqlite::authority::SqliteAuthority;
use leasehold_testkit::http::{post, problem};
use leasehold_testkit::rng::SeededRng;
use leasehold_wire::proof::Proof;
use leasehold_wire::{HostCertificate, HostRequest, Keypair, Lease, MachineRequest, envelope, verify};

use super::{Host as Served, now, program};

/// A vendor with a host key and a multiple key.
pub(crate) struct BusyVendor {
    pub(crate) home: Home,
    database: Option<String>,
    root: PublicKey,
    host_key: ProductKey,
    multiple_key: ProductKey,
}

/// What was asked.
pub(crate) struct Asked {
    path: &'static str,
    bytes: Vec<u8>,
}

impl BusyVendor {
    pub(crate) fn make(folder: &Path, database: Option<String>) -> Self {
        let (home, rng) = (Home::new(folder.join("vendor")), SeededRng::new(1));
        let by = Stamp { at: now().minus(Span::HOUR), actor: Actor::Cli };
        home.make().expect("a folder");
        fs::write(home.folder().join("passphrase"), PASSPHRASE).expect("a file");
        let store = store(&home, database.as_deref());
        let store = &*store;
        let passphrase = Secret::new(PASSPHRASE.to_owned());
        let new = NewVendor { name: "Acme".parse().expect("a name"), validity: Span::days(900), passphrase };
        let root = init(&home, store, &new, by, &rng).expect("a vendor").root;
        let product = NewProduct {
            id: "acme-cad".parse().expect("an id"),
            number: None,
            title: "Acme CAD".parse().expect("a title"),
            family: NewFamily { id: "acme".parse().expect("an id"), number: None, policy: None },
            initial_grace: Span::days(30),
            drift: None,
            service: None,
            mode: Mode::Enforce,
        };
        products::add(store, &product, by).expect("a product");
        let issue = |allowance| {
            let new = NewKey {
                family: "acme".parse().expect("an id"),
                allowance,
                customer: None,
                policy: None,
                certificate_validity: None,
            };
            keys::issue(store, &new, by, &rng).expect("a key").0
        };
        let (host_key, multiple_key) = (issue(Allowance::HOST_KEY), issue(Allowance::multiple_key(LICENCES)));
        Self { home, database, root, host_key, multiple_key }
    }

    pub(crate) fn serve(&self) -> Served {
        self.serve_with(&["--admin-listen", "none"])
    }

    pub(crate) fn serve_with(&self, words: &[&str]) -> Served {
        let mut command = program();
        command.args(["--json", "vendor", "serve", "--listen", "127.0.0.1:0"]).args(words);
        command
            .args(["--address-limit", "none", "--key-limit", "none", "--passphrase-file"])
            .arg(self.home.folder().join("passphrase"));
        command.arg("--dir").arg(self.home.folder());
        if let Some(url) = &self.database {
            command.args(["--store", url]);
        }
        Served::spawn(command)
    }

    /// Six threads ask from their turn `first` on, each until `heard` says that it is enough; what was granted goes into `answers`.
    pub(crate) fn under_load(
        &self,
        address: &str,
        first: u64,
        answers: &Mutex<Vec<(Asked, Vec<u8>)>>,
        heard: &(dyn Fn(&str) -> ControlFlow<()> + Sync),
    ) {
        thread::scope(|scope| {
            for thread in 0..6_u64 {
                scope.spawn(move || {
                    for turn in first.. {
                        let asked = self.ask(thread, turn);
                        let code = match post(address, asked.path, &asked.bytes) {
                            Ok((200, body)) => {
                                answers.lock().expect("answers").push((asked, body));
                                "granted".to_owned()
                            }
                            Ok((_, body)) => problem(&body),
                            Err(_) => "no answer".to_owned(),
                        };
                        if heard(&code).is_break() {
                            return;
                        }
                    }
                });
            }
        });
    }

    /// Every answer is recorded and given again, and the keys are good for no more than they were sold for.
    pub(crate) fn holds(&self, answers: &[(Asked, Vec<u8>)]) {
        let recorded = self.audited();
        for (asked, answer) in answers {
            let (cti, _, ordinals) = self.read(asked, answer);
            assert!(recorded.contains(&cti.to_string()), "what was answered is recorded");
            assert!(ordinals.is_none_or(|of| of.place <= 6 && of.activation <= 10), "{ordinals:?}");
        }

        let before = self.taken();
        let served = self.serve();
        for (asked, answer) in answers {
            let (status, again) = post(&served.address, asked.path, &asked.bytes).expect("an answer");
            if status == 403 {
                // Another key pair has its place by now.
                assert_eq!(problem(&again), "revoked");
                continue;
            }
            assert_eq!(status, 200, "who was answered is answered again");
            let ((_, subject, ordinals), (_, again, same)) = (self.read(asked, answer), self.read(asked, &again));
            assert_eq!((subject, ordinals), (again, same));
        }
        assert_eq!(self.taken(), before, "and nothing is used up by it");

        for asked in (0..6).flat_map(|thread| (0..60).map(move |turn| (thread, turn))) {
            let asked = self.ask(asked.0, asked.1);
            post(&served.address, asked.path, &asked.bytes).expect("an answer");
        }
        assert_eq!(self.taken(), [6, LICENCES], "whatever was asked for, no more than was sold");
        served.stop();
    }

    /// Now a host, now a machine: nine of the one and fifty of the other, hosts with up to twelve key pairs each.
    fn ask(&self, thread: u64, turn: u64) -> Asked {
        if turn.is_multiple_of(2) {
            let (machine, pair) = (turn / 2 % 9, pair(1_000 + turn / 2 % 9 * 12 + (thread + turn) % 12));
            let cti = cti(machine);
            let request = HostRequest {
                issued: now(),
                cti,
                key: pair.public(),
                proof: Proof::new(&self.host_key, pair.id(), cti),
                host_name: "host".parse().expect("a name"),
                fingerprint: fingerprint(machine),
                tip: None,
                usage: Vec::new(),
            };
            return Asked { path: HOSTS, bytes: envelope::sign(&request, &pair, &[]) };
        }
        let machine = (turn / 2 + 8 * thread) % 50;
        let (pair, cti) = (pair(machine), cti(machine));
        let request = MachineRequest {
            issued: now(),
            cti,
            key: pair.public(),
            proof: Proof::new(&self.multiple_key, pair.id(), cti),
            product: "acme-cad".parse().expect("an id"),
            fingerprint: fingerprint(100 + machine),
        };
        Asked { path: MACHINES, bytes: envelope::sign(&request, &pair, &[]) }
    }

    /// An answer that holds from the root down: its name, whose it is, and of a host its ordinals.
    fn read(&self, asked: &Asked, answer: &[u8]) -> (Cti, KeyId, Option<Ordinals>) {
        if asked.path == HOSTS {
            let opened = verify::<HostCertificate>(answer, &self.root, now(), None).expect("a certificate").document;
            let ordinals = Ordinals { place: opened.host_ordinal, activation: opened.activation_ordinal };
            (opened.cti, opened.key.id(), Some(ordinals))
        } else {
            let opened = verify::<Lease>(answer, &self.root, now(), None).expect("a lease").document;
            (opened.cti, opened.client, None)
        }
    }

    /// How many hosts and machines the keys have activated.
    fn taken(&self) -> [u64; 2] {
        let store = store(&self.home, self.database.as_deref());
        [&self.host_key, &self.multiple_key].map(|key| {
            let usage = keys::find(&*store, Keypair::of_product_key(key).id()).expect("a store").expect("a key");
            assert!(usage.hosts.iter().all(|host| host.ordinals.activation <= 10));
            usage.places_taken
        })
    }

    /// The names of all documents that the audit knows of.
    fn audited(&self) -> BTreeSet<String> {
        let store = store(&self.home, self.database.as_deref());
        let rows = store.transact("look", |tx| tx.audit(None, u64::MAX)).expect("the audit");
        rows.iter().filter_map(|row| row.detail.split("cti=").nth(1)).map(str::to_owned).collect()
    }
}

fn store(home: &Home, database: Option<&str>) -> Box<dyn AuthorityStore> {
    match database {
        None => Box::new(SqliteAuthority::open(&home.store()).expect("a store")),
        Some(url) => {
            let address = Address::parse(url, &|_| None).expect("an address");
            Box::new(PostgresAuthority::open(&address).expect("a store"))
        }
    }
}

fn pair(n: u64) -> Keypair {
    let mut seed = [11; 32];
    seed[..8].copy_from_slice(&n.to_be_bytes());
    Keypair::from_seed(&seed)
}

fn cti(n: u64) -> Cti {
    let mut cti = [13; 16];
    cti[..8].copy_from_slice(&n.to_be_bytes());
    Cti(cti)
}

fn fingerprint(n: u64) -> Fingerprint {
    Fingerprint::new([(Component::MachineId, n.to_be_bytes()), (Component::SystemUuid, n.to_be_bytes())])
        .expect("components")
}

const HOSTS: &str = "/v1/hosts";
const MACHINES: &str = "/v1/machines";
const PASSPHRASE: &str = "correct horse battery staple";
const LICENCES: u64 = 40;
