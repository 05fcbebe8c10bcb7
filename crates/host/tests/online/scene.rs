//! A vendor with its real authority behind a socket that may lose what it carries, a host's folder, and a host that serves.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use leasehold_authority::keys::{self, NewKey};
use leasehold_authority::products::{self, NewFamily, NewProduct};
use leasehold_authority::revocations::newest;
use leasehold_authority::rotation::{Rotation, rotate};
use leasehold_authority::{Approval, Authority as Signer, Home as Shop, NewVendor, Secret, init};
use leasehold_client::{AuthorityLink, Machine};
use leasehold_core::activation::Allowance;
use leasehold_core::standing::Mode;
use leasehold_core::{Clock, Component, Cti, ProductKey, PublicKey, Span, Timestamp};
use leasehold_host::activation::{Home, Inquiry};
use leasehold_host::asking::{Answered, AuthorityTrust, Certified, HostInfo};
use leasehold_host::renewing::Renewal;
use leasehold_host::report::{Report, UsageReport};
use leasehold_host::{Error, Options, Server, Settings};
use leasehold_service::Listener;
use leasehold_store::authority::{Actor, AuthorityStore, Stamp};
use leasehold_store_sqlite::authority::SqliteAuthority;
use leasehold_store_sqlite::host::SqliteHost;
use leasehold_testkit::responder::{Incoming, Outgoing, Responder};
use leasehold_testkit::{SeededRng, VirtualClock, wait};
use leasehold_wire::{HostRequest, Keypair, request};
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::oneshot;

pub(crate) const BEGIN: Timestamp = Timestamp::from_unix(1_790_000_000);

/// What the authority does about the next request of a host; without any it answers it.
pub(crate) enum Act {
    /// Answers, and the answer is lost.
    LoseAnswer,
    /// Answers whatever this is.
    Say(Outgoing),
}

/// A vendor with its authority, and a host's folder.
pub(crate) struct Scene {
    shop: TempDir,
    pub(crate) host: TempDir,
    clock: Arc<VirtualClock>,
    acts: Arc<Mutex<Vec<Act>>>,
    pub(crate) list: Arc<Mutex<Option<Vec<u8>>>>,
    responder: Responder,
    pub(crate) root: PublicKey,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let (shop, host) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = SqliteAuthority::open(&Shop::new(shop.path()).store()).unwrap();
        let new = NewVendor { name: "Acme".parse().unwrap(), validity: Span::days(3_650), passphrase: passphrase() };
        let vendor = init(&Shop::new(shop.path()), &store, &new, stamp(BEGIN), &SeededRng::new(1)).unwrap();
        products::add(&store, &product("acme-cad"), stamp(BEGIN)).unwrap();
        let (clock, acts, list) = (Arc::new(VirtualClock::new(BEGIN)), Arc::default(), Arc::default());
        let served = Served {
            folder: shop.path().to_owned(),
            clock: Arc::clone(&clock),
            acts: Arc::clone(&acts),
            list: Arc::clone(&list),
        };
        let responder = Responder::start(move |incoming| served.answer(incoming));
        Self { root: vendor.root, shop, host, clock, acts, list, responder }
    }

    pub(crate) fn home(&self) -> Home {
        Home::new(self.host.path())
    }

    pub(crate) fn store(&self) -> Arc<dyn AuthorityStore> {
        Arc::new(SqliteAuthority::open(&Shop::new(self.shop.path()).store()).unwrap())
    }

    /// The authority, to revoke something.
    pub(crate) fn signer(&self) -> Signer {
        Signer::open(&Shop::new(self.shop.path()), self.store(), &passphrase(), self.now()).unwrap()
    }

    /// The vendor replaces its authority.
    pub(crate) fn rotate(&self) {
        let home = Shop::new(self.shop.path());
        let (root_passphrase, passphrase) = (passphrase(), passphrase());
        let rotation = Rotation { root_key: home.root_key(), root_passphrase, passphrase, validity: Span::days(3_650) };
        rotate(&home, &self.store(), &rotation, stamp(self.now()), &SeededRng::new(77)).unwrap();
    }

    pub(crate) fn fetch(&self, root: Option<&PublicKey>) -> Result<Option<u64>, Error> {
        let vendor = AuthorityTrust { link: &link(self.address()), root };
        Ok(self.home().fetch_revocations(&vendor, self.now())?.map(|list| list.number))
    }

    pub(crate) fn issue(&self, allowance: Allowance, seed: u64) -> ProductKey {
        let new = NewKey {
            family: "acme".parse().unwrap(),
            allowance,
            customer: None,
            policy: None,
            certificate_validity: None,
        };
        keys::issue(&*self.store(), &new, stamp(BEGIN), &SeededRng::new(seed)).unwrap().0
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn pass(&self, span: Span) {
        self.clock.advance(span);
    }

    pub(crate) fn then(&self, act: Act) {
        self.acts.lock().unwrap().insert(0, act);
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.responder.address()
    }

    pub(crate) fn activate(&self, key: &ProductKey) -> Result<Answered, Error> {
        let link = link(self.address());
        let (fingerprint, host_name) = (machine().fingerprint(Keypair::of_product_key(key).id()), "server1".parse());
        // Another name for each request, unless the host keeps to the one that it has.
        let cti = Cti(u128::from(self.responder.seen().len() as u64 + 1).to_be_bytes());
        let inquiry =
            Inquiry { key, host_name: host_name.unwrap(), fingerprint: fingerprint.unwrap(), cti, seed: [5; 32] };
        self.home().activate(&inquiry, &Report::default(), &AuthorityTrust { link: &link, root: None }, self.now())
    }

    pub(crate) fn renew(&self) -> Result<Answered, Error> {
        let info = HostInfo { machine: &machine(), name: None, report: Report::default() };
        self.home().renew(&info, &AuthorityTrust { link: &link(self.address()), root: None }, self.now())
    }

    pub(crate) fn certificate(&self) -> Vec<u8> {
        fs::read(self.host.path().join("host.lh")).unwrap()
    }

    pub(crate) fn requests(&self) -> Vec<HostRequest> {
        let seen = self.responder.seen().into_iter().filter(|incoming| incoming.path == "/v1/hosts");
        seen.map(|incoming| request::open(&incoming.body).unwrap()).collect()
    }

    /// Hosts and activations that the vendor has counted for its first key.
    pub(crate) fn used_up(&self) -> (u64, Vec<u64>) {
        let listed = keys::list(&*self.store()).unwrap();
        (listed[0].places_taken, listed[0].hosts.iter().map(|host| host.ordinals.activation).collect())
    }
}

struct Served {
    folder: std::path::PathBuf,
    clock: Arc<VirtualClock>,
    acts: Arc<Mutex<Vec<Act>>>,
    pub(crate) list: Arc<Mutex<Option<Vec<u8>>>>,
}

impl Served {
    fn answer(&self, incoming: &Incoming) -> Outgoing {
        let home = Shop::new(&self.folder);
        let store: Arc<dyn AuthorityStore> = Arc::new(SqliteAuthority::open(&home.store()).unwrap());
        let now = self.clock.now();
        let signer = Signer::open(&home, Arc::clone(&store), &passphrase(), now).unwrap();
        match (incoming.method.as_str(), incoming.path.as_str()) {
            ("POST", "/v1/hosts") => {
                let act = self.acts.lock().unwrap().pop();
                if let Some(Act::Say(outgoing)) = act {
                    return outgoing;
                }
                let approval = signer.approve(&incoming.body, stamp(now), &SeededRng::new(now.unix())).unwrap();
                match (approval, act) {
                    (_, Some(_)) => Outgoing::HangUp,
                    (Approval::Granted(granted), None) => Outgoing::cose(granted.document),
                    (Approval::Refused(refusal), None) => problem(refusal.code().name(), refusal.status()),
                }
            }
            ("GET", "/v1/revocations") => {
                let newest = newest(&*store).unwrap();
                let tag = |number: u64| format!("\"{number}\"");
                let held = |number| incoming.headers.contains(&("if-none-match".to_owned(), tag(number)));
                match (self.list.lock().unwrap().clone(), newest) {
                    (Some(list), _) => Outgoing::cose(list),
                    (None, Some(list)) if held(list.number) => Outgoing::empty(304),
                    (None, Some(list)) => Outgoing::cose(list.document),
                    (None, None) => problem("not-found", 404),
                }
            }
            _ => Outgoing::empty(404),
        }
    }
}

pub(crate) fn problem(code: &str, status: u16) -> Outgoing {
    Outgoing::problem((status, json!({ "type": format!("urn:leasehold:problem:{code}"), "title": code })))
}

pub(crate) fn link(address: SocketAddr) -> AuthorityLink {
    AuthorityLink::new(format!("http://{address}").parse().unwrap(), None).unwrap()
}

pub(crate) fn machine() -> Machine {
    Machine::new([(Component::MachineId, "4c4c4544".to_owned()), (Component::SystemUuid, "9a7b".to_owned())])
}

pub(crate) fn passphrase() -> Secret {
    Secret::new("correct horse battery staple".to_owned())
}

pub(crate) fn stamp(at: Timestamp) -> Stamp {
    Stamp { at, actor: Actor::Cli }
}

pub(crate) fn product(id: &str) -> NewProduct {
    NewProduct {
        id: id.parse().unwrap(),
        number: None,
        title: id.parse().unwrap(),
        family: NewFamily { id: "acme".parse().unwrap(), number: None, policy: None },
        initial_grace: Span::days(30),
        drift: None,
        service: None,
        mode: Mode::Enforce,
    }
}

pub(crate) fn certified(answered: Result<Answered, Error>) -> Certified {
    match answered.unwrap() {
        Answered::Certified(certified) => *certified,
        Answered::Refused(refused) => panic!("refused: {refused}"),
    }
}

pub(crate) fn refused(answered: Result<Answered, Error>) -> String {
    match answered.unwrap() {
        Answered::Certified(certified) => panic!("certified: {certified:?}"),
        Answered::Refused(refused) => refused.code,
    }
}

/// A host in threads of its own.
pub(crate) struct Serving {
    pub(crate) address: String,
    stop: oneshot::Sender<()>,
    thread: thread::JoinHandle<()>,
}

impl Serving {
    pub(crate) fn start(scene: &Scene, folder: &Path) -> Self {
        let (clock, rng) = (Arc::clone(&scene.clock), Arc::new(SeededRng::new(7)));
        let store = Box::new(SqliteHost::open(folder).unwrap());
        let renewal = Some(Renewal { authority: None, machine: machine(), usage: UsageReport::Sent });
        let options = Options { settings: Settings { renewal, ..Settings::default() }, ..Options::default() };
        let server = Server::start(Home::new(folder), store, clock, rng, options).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = {
            let _inside = runtime.enter();
            Listener::bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap()
        };
        let address = listener.address().to_string();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            runtime.block_on(server.serve(listener, async {
                let _ = stopped.await;
            }));
        });
        Self { address, stop, thread }
    }

    pub(crate) fn stop(self) {
        let _ = self.stop.send(());
        self.thread.join().unwrap();
    }
}

/// Waits until something is so; fails where it never is.
pub(crate) fn until(holds: impl Fn() -> bool) {
    assert!(wait::until(holds), "it never came about");
}
