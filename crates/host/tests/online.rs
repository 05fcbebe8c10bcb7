//! A host and its vendor's authority: the real one, behind a socket that may lose what it carries.
#![expect(clippy::unwrap_used, reason = "where nothing is, the test has failed")]

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use leasehold_authority::keys::{self, NewKey};
use leasehold_authority::products::{self, NewFamily, NewProduct};
use leasehold_authority::{Approval, Authority as Signer, Founding, Home as Shop, Secret, found};
use leasehold_client::{AuthorityLink, Machine};
use leasehold_core::activation::Allowance;
use leasehold_core::standing::Mode;
use leasehold_core::{Component, Cti, ProductKey, PublicKey, Span, Timestamp};
use leasehold_host::activation::{Home, Inquiry};
use leasehold_host::asking::{Answered, Certified, Itself, Vendor};
use leasehold_host::authority::Authority;
use leasehold_host::change::changes;
use leasehold_host::renewing::Renewal;
use leasehold_host::{Error, Options, Server, Surroundings};
use leasehold_service::Listener;
use leasehold_store::authority::{Actor, Stamp};
use leasehold_store_sqlite::authority::SqliteAuthority;
use leasehold_store_sqlite::host::SqliteHost;
use leasehold_testkit::http::get;
use leasehold_testkit::responder::{Incoming, Outgoing, Responder};
use leasehold_testkit::vendor::Vendor as OtherVendor;
use leasehold_wire::{HostCertificate, HostRequest, Keypair, request, verify};
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::oneshot;

const BEGIN: Timestamp = Timestamp::from_unix(1_790_000_000);

/// What the authority does about the next request of a host; without any it answers it.
enum Act {
    /// Answers, and the answer is lost.
    LoseAnswer,
    /// Answers whatever this is.
    Say(Outgoing),
}

/// A vendor with its authority, and a host's folder.
struct Scene {
    shop: TempDir,
    host: TempDir,
    clock: Arc<AtomicU64>,
    acts: Arc<Mutex<Vec<Act>>>,
    list: Arc<Mutex<Option<Vec<u8>>>>,
    responder: Responder,
    root: PublicKey,
}

impl Scene {
    fn new() -> Self {
        let (shop, host) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = SqliteAuthority::open(&Shop::new(shop.path()).store()).unwrap();
        let founding =
            Founding { name: "Acme".parse().unwrap(), validity: Span::days(3_650), passphrase: passphrase() };
        let vendor = found(&Shop::new(shop.path()), &store, &founding, stamp(BEGIN), &mut chance(1)).unwrap();
        products::add(&store, &product("acme-cad"), stamp(BEGIN)).unwrap();
        let (clock, acts, list) = (Arc::new(AtomicU64::new(BEGIN.unix())), Arc::default(), Arc::default());
        let served = Served {
            folder: shop.path().to_owned(),
            clock: Arc::clone(&clock),
            acts: Arc::clone(&acts),
            list: Arc::clone(&list),
        };
        let responder = Responder::start(move |incoming| served.answer(incoming));
        Self { root: vendor.root, shop, host, clock, acts, list, responder }
    }

    fn home(&self) -> Home {
        Home::new(self.host.path())
    }

    fn store(&self) -> SqliteAuthority {
        SqliteAuthority::open(&Shop::new(self.shop.path()).store()).unwrap()
    }

    fn issue(&self, allowance: Allowance, seed: u64) -> ProductKey {
        let new = NewKey { family: "acme".parse().unwrap(), allowance, customer: None, policy: None };
        keys::issue(&self.store(), &new, stamp(BEGIN), &mut chance(seed)).unwrap().0
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.clock.load(Ordering::Relaxed))
    }

    fn pass(&self, span: Span) {
        self.clock.fetch_add(span.as_seconds(), Ordering::Relaxed);
    }

    fn then(&self, act: Act) {
        self.acts.lock().unwrap().insert(0, act);
    }

    fn address(&self) -> SocketAddr {
        self.responder.address()
    }

    fn activate(&self, key: &ProductKey) -> Result<Answered, Error> {
        let link = link(self.address());
        let (fingerprint, host_name) = (machine().fingerprint(Keypair::of_product_key(key).id()), "server1".parse());
        // Another name for each request, unless the host keeps to the one that it has.
        let cti = Cti(u128::from(self.responder.seen().len() as u64 + 1).to_be_bytes());
        let inquiry =
            Inquiry { key, host_name: host_name.unwrap(), fingerprint: fingerprint.unwrap(), cti, seed: [5; 32] };
        self.home().activate(&inquiry, &Vendor { link: &link, root: None }, self.now())
    }

    fn renew(&self) -> Result<Answered, Error> {
        let itself = Itself { machine: &machine(), name: None };
        self.home().renew(&itself, &Vendor { link: &link(self.address()), root: None }, self.now())
    }

    fn certificate(&self) -> Vec<u8> {
        fs::read(self.host.path().join("host.lh")).unwrap()
    }

    fn requests(&self) -> Vec<HostRequest> {
        let seen = self.responder.seen().into_iter().filter(|incoming| incoming.path == "/v1/hosts");
        seen.map(|incoming| request::open(&incoming.body).unwrap()).collect()
    }

    /// Hosts and activations that the vendor has counted for its first key.
    fn used_up(&self) -> (u64, Vec<u64>) {
        let listed = keys::list(&self.store()).unwrap();
        (listed[0].places_taken, listed[0].hosts.iter().map(|host| host.ordinals.activation).collect())
    }
}

struct Served {
    folder: std::path::PathBuf,
    clock: Arc<AtomicU64>,
    acts: Arc<Mutex<Vec<Act>>>,
    list: Arc<Mutex<Option<Vec<u8>>>>,
}

impl Served {
    fn answer(&self, incoming: &Incoming) -> Outgoing {
        let home = Shop::new(&self.folder);
        let store = Arc::new(SqliteAuthority::open(&home.store()).unwrap());
        let now = Timestamp::from_unix(self.clock.load(Ordering::Relaxed));
        let signer = Signer::open(&home, store, &passphrase(), now).unwrap();
        match (incoming.method.as_str(), incoming.path.as_str()) {
            ("POST", "/v1/hosts") => {
                let act = self.acts.lock().unwrap().pop();
                if let Some(Act::Say(outgoing)) = act {
                    return outgoing;
                }
                let approval = signer.approve(&incoming.body, stamp(now), &mut chance(now.unix())).unwrap();
                match (approval, act) {
                    (_, Some(_)) => Outgoing::HangUp,
                    (Approval::Granted(granted), None) => Outgoing::cose(granted.document),
                    (Approval::Refused(refusal), None) => problem(refusal.code(), refusal.status()),
                }
            }
            ("GET", "/v1/revocations") => match self.list.lock().unwrap().clone() {
                Some(list) => Outgoing::cose(list),
                None => problem("not-found", 404),
            },
            _ => Outgoing::empty(404),
        }
    }
}

fn problem(code: &str, status: u16) -> Outgoing {
    Outgoing::problem((status, json!({ "type": format!("urn:leasehold:problem:{code}"), "title": code })))
}

fn link(address: SocketAddr) -> AuthorityLink {
    AuthorityLink::new(format!("http://{address}").parse().unwrap(), None).unwrap()
}

fn machine() -> Machine {
    Machine::new([(Component::MachineId, "4c4c4544".to_owned()), (Component::SystemUuid, "9a7b".to_owned())])
}

fn passphrase() -> Secret {
    Secret::new("correct horse battery staple".to_owned())
}

fn stamp(at: Timestamp) -> Stamp {
    Stamp { at, actor: Actor::Cli }
}

fn chance(seed: u64) -> impl FnMut(&mut [u8]) {
    let seeded = leasehold_testkit::chance::Seeded::new(seed);
    move |bytes| seeded.fill(bytes)
}

fn product(id: &str) -> NewProduct {
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

fn certified(answered: Result<Answered, Error>) -> Certified {
    match answered.unwrap() {
        Answered::Certified(certified) => *certified,
        Answered::Refused(refused) => panic!("refused: {refused}"),
    }
}

fn refused(answered: Result<Answered, Error>) -> String {
    match answered.unwrap() {
        Answered::Certified(certified) => panic!("certified: {certified:?}"),
        Answered::Refused(refused) => refused.code,
    }
}

#[test]
fn a_lost_answer_is_asked_for_with_the_same_request_and_uses_up_nothing_more() {
    let scene = Scene::new();
    let key = scene.issue(Allowance::HOST_KEY, 3);
    scene.then(Act::LoseAnswer);
    assert_eq!(scene.activate(&key).unwrap_err().code(), "authority-unreachable");
    assert!(!scene.host.path().join("host.lh").exists());
    let first = certified(scene.activate(&key));
    assert_eq!((first.certificate.host_ordinal, first.certificate.activation_ordinal), (1, 1));
    assert!(first.before.is_none() && changes(&first).is_empty());
    let requests = scene.requests();
    assert_eq!(requests[0].cti, requests[1].cti);
    assert_eq!(scene.used_up(), (1, vec![1]));
    certified(scene.activate(&key));
    assert_eq!(scene.used_up(), (1, vec![1]), "asked again after all was well");
}

#[test]
fn a_renewal_needs_no_key_uses_up_nothing_and_brings_what_the_vendor_changed() {
    let scene = Scene::new();
    certified(scene.activate(&scene.issue(Allowance::HOST_KEY, 3)));
    products::add(&scene.store(), &product("acme-cam"), stamp(BEGIN)).unwrap();
    scene.pass(Span::days(40));
    let renewed = certified(scene.renew());
    assert_eq!(renewed.certificate.issued, scene.now());
    let changed: Vec<&str> = changes(&renewed).iter().map(|change| change.what).collect();
    assert_eq!(changed, ["certificate", "products"]);
    assert_eq!(scene.used_up(), (1, vec![1]));
    let requests = scene.requests();
    assert_eq!((requests[1].cti, requests[1].fingerprint), (requests[0].cti, requests[0].fingerprint));
    assert_eq!(requests[1].issued, scene.now());
    let presented = scene.certificate();
    let verified = verify::<HostCertificate>(&presented, &scene.root, scene.now(), None).unwrap();
    assert_eq!(verified.document.issued, scene.now());
}

#[test]
fn a_refusal_is_told_and_costs_neither_the_certificate_nor_the_next_renewal() {
    let scene = Scene::new();
    let (host, other) = (scene.issue(Allowance::HOST_KEY, 3), Scene::new().issue(Allowance::HOST_KEY, 8));
    assert_eq!(refused(scene.activate(&other)), "unknown-key");
    certified(scene.activate(&host));
    let before = scene.certificate();
    assert_eq!(refused(scene.activate(&other)), "unknown-key");
    let multiple = scene.issue(Allowance::multiple_key(3), 4);
    assert_eq!(scene.activate(&multiple).unwrap_err().code(), "wrong-kind-of-key");
    assert_eq!(scene.certificate(), before);
    scene.pass(Span::DAY);
    certified(scene.renew());
    assert_ne!(scene.certificate(), before);
    let limited = Outgoing::Reply {
        status: 429,
        content_type: "application/problem+json",
        headers: vec![("retry-after", "7200".to_owned())],
        body: json!({ "type": "urn:leasehold:problem:too-many-requests" }).to_string().into_bytes(),
    };
    scene.then(Act::Say(limited));
    assert_eq!(refused(scene.renew()), "too-many-requests");
    let setback = scene.home().renewals().unwrap().setback.unwrap();
    assert_eq!((setback.failures, setback.retry), (1, 7_200));
    certified(scene.renew());
    assert_eq!(scene.home().renewals().unwrap().setback, None);
}

#[test]
fn what_is_no_answer_is_told_apart_and_changes_nothing() {
    let scene = Scene::new();
    let key = scene.issue(Allowance::HOST_KEY, 3);
    certified(scene.activate(&key));
    let before = scene.certificate();
    let other = OtherVendor::from_seed(9);
    let web = Outgoing::Reply { status: 200, content_type: "text/html", headers: Vec::new(), body: b"<p>".to_vec() };
    let mut bent = before.clone();
    *bent.last_mut().unwrap() ^= 1;
    for (answer, code) in [
        (web, "not-an-authority"),
        (Outgoing::empty(502), "not-an-authority"),
        (problem("store-unavailable", 503), "store-unavailable"),
        (Outgoing::Raw(b"SSH-2.0\r\n".to_vec()), "not-an-authority"),
        (Outgoing::cose(b"nonsense".to_vec()), "malformed"),
        (Outgoing::cose(bent), "bad-signature"),
        (Outgoing::cose(other.host(1, vec![OtherVendor::grant()]).certificate()), "unknown-signer"),
        (Outgoing::HangUp, "authority-unreachable"),
    ] {
        scene.then(Act::Say(answer));
        let told = match scene.renew() {
            Ok(Answered::Refused(refused)) => refused.code,
            Ok(Answered::Certified(certified)) => panic!("{code}: {certified:?}"),
            Err(error) => error.code().to_owned(),
        };
        assert_eq!(told, code);
        assert_eq!(scene.certificate(), before, "{code}");
    }
    scene.then(Act::Say(Outgoing::cose(other.host(1, vec![OtherVendor::grant()]).certificate())));
    assert_eq!(scene.activate(&key).unwrap_err().code(), "another-host");
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let itself = Itself { machine: &machine(), name: None };
    let error = scene.home().renew(&itself, &Vendor { link: &link(closed), root: None }, scene.now()).unwrap_err();
    assert_eq!(error.to_string(), format!("authority http://{closed}: connection refused"));
    let wrong_root = OtherVendor::from_seed(9).root();
    let vendor = Vendor { link: &link(scene.address()), root: Some(&wrong_root) };
    let error = scene.home().renew(&itself, &vendor, scene.now()).unwrap_err();
    assert_eq!(error.code(), "unknown-signer");
    assert_eq!(scene.certificate(), before);
    assert!(scene.home().renewals().unwrap().setback.unwrap().failures > 8);
}

#[test]
fn a_host_without_its_request_says_how_to_go_on() {
    let scene = Scene::new();
    assert_eq!(scene.renew().unwrap_err().code(), "not-initialised");
    certified(scene.activate(&scene.issue(Allowance::HOST_KEY, 3)));
    for name in ["request.lh", "renewal.lh"] {
        fs::remove_file(scene.host.path().join(name)).unwrap();
    }
    assert_eq!(scene.renew().unwrap_err().code(), "not-renewable");
}

#[test]
fn a_serving_host_renews_itself_takes_the_list_and_outlives_a_silent_authority() {
    let scene = Scene::new();
    certified(scene.activate(&scene.issue(Allowance::HOST_KEY, 3)));
    let authority = Authority { address: format!("http://{}", scene.address()).parse().unwrap(), ca: None, root: None };
    scene.home().remember_authority(&authority).unwrap();
    scene.pass(Span::days(40));
    let host = Serving::start(&scene, scene.host.path());
    let issued = || {
        let (_, presented) = get(&host.address, "/v1/host").unwrap();
        verify::<HostCertificate>(&presented, &scene.root, scene.now(), None).unwrap().document.issued
    };
    until(|| issued() == scene.now());
    until(|| scene.home().renewals().unwrap().listed == Some(scene.now().unix()));
    assert_eq!(get(&host.address, "/v1/revocations").unwrap().0, 404, "the authority has none");
    host.stop();

    *scene.list.lock().unwrap() = Some(OtherVendor::from_seed(9).revocations(4, vec![], vec![]));
    scene.pass(Span::days(2));
    let host = Serving::start(&scene, scene.host.path());
    until(|| scene.home().renewals().unwrap().list_setback.is_some());
    let setback = scene.home().renewals().unwrap().list_setback.unwrap();
    assert_eq!(setback.code, "unknown-signer", "another vendor's list");
    host.stop();

    scene.then(Act::Say(Outgoing::HangUp));
    scene.pass(Span::days(40));
    let before = scene.certificate();
    let host = Serving::start(&scene, scene.host.path());
    until(|| scene.home().renewals().unwrap().setback.is_some());
    assert_eq!(get(&host.address, "/readyz").unwrap().0, 200, "it serves to the certificate's end");
    assert_eq!(scene.certificate(), before);
    host.stop();
}

/// A host in threads of its own.
struct Serving {
    address: String,
    stop: oneshot::Sender<()>,
    thread: thread::JoinHandle<()>,
}

impl Serving {
    fn start(scene: &Scene, folder: &Path) -> Self {
        let clock = Arc::clone(&scene.clock);
        let surroundings = Surroundings {
            now: Arc::new(move || Timestamp::from_unix(clock.load(Ordering::Relaxed))),
            random: Arc::new(|bytes| bytes.fill(7)),
        };
        let store = Box::new(SqliteHost::open(folder).unwrap());
        let server = Server::start(Home::new(folder), store, surroundings, Options::default()).unwrap();
        let server = server.with_renewal(Renewal { authority: None, machine: machine() });
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

    fn stop(self) {
        let _ = self.stop.send(());
        self.thread.join().unwrap();
    }
}

/// Waits until something is so; fails where it never is.
fn until(holds: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if holds() {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("it never came about");
}
