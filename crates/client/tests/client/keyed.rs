//! Multiple keys: the machine asks the vendor's authority itself, and its lease has no end.

use std::sync::{Arc, Mutex};

use leasehold_client::{AuthorityAddress, Client, Error, Keyed, Options, Outcome, Released, Tick};
use leasehold_core::standing::Why;
use leasehold_core::{Clock, Cti, KeyKind, ProductKey, Span, Standing};
use leasehold_testkit::responder::{Incoming, Outgoing, Responder};
use leasehold_testkit::vendor::Vendor;
use leasehold_wire::envelope::sign;
use leasehold_wire::{Keypair, Lease, MachineRequest, Method, request};
use serde_json::json;

use crate::scene::{Act, Scene, granted, machine};

/// What the authority does about the next request; without any it grants.
enum Say {
    /// Grants, and the reply is lost.
    LoseReply,
    /// This, whatever it is.
    This(Outgoing),
    /// The lease is changed before it is signed.
    Changed(fn(&mut Lease)),
}

/// The authority of a scene's vendor.
struct Authority {
    responder: Responder,
    acts: Arc<Mutex<Vec<Say>>>,
    list: Arc<Mutex<Option<Outgoing>>>,
}

impl Authority {
    fn of(scene: &Scene) -> Self {
        let (vendor, clock) = (scene.vendor.clone(), Arc::clone(&scene.clock));
        let (acts, list) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(None)));
        let (to_do, listed) = (Arc::clone(&acts), Arc::clone(&list));
        let responder = Responder::start(move |incoming| match incoming.path.as_str() {
            "/v1/machines" => {
                let request = request::open(&incoming.body).unwrap();
                let grant = |change: fn(&mut Lease)| Outgoing::cose(lease(&vendor, &request, clock.now(), change));
                match to_do.lock().unwrap().pop() {
                    Some(Say::LoseReply) => Outgoing::HangUp,
                    Some(Say::This(outgoing)) => outgoing,
                    Some(Say::Changed(change)) => grant(change),
                    None => grant(|_| ()),
                }
            }
            "/v1/revocations" => listed.lock().unwrap().clone().unwrap_or_else(|| problem("not-found", 404)),
            _ => Outgoing::empty(404),
        });
        Self { responder, acts, list }
    }

    fn address(&self) -> AuthorityAddress {
        format!("http://{}", self.responder.address()).parse().unwrap()
    }

    fn then(&self, say: Say) {
        self.acts.lock().unwrap().insert(0, say);
    }

    fn publish(&self, list: Option<Outgoing>) {
        *self.list.lock().unwrap() = list;
    }

    fn ctis(&self) -> Vec<Cti> {
        let machines = |incoming: &Incoming| incoming.path == "/v1/machines";
        let seen = self.responder.seen().into_iter().filter(machines);
        seen.map(|incoming| request::open::<MachineRequest>(&incoming.body).unwrap().cti).collect()
    }
}

fn lease(vendor: &Vendor, request: &MachineRequest, now: leasehold_core::Timestamp, change: fn(&mut Lease)) -> Vec<u8> {
    let mut lease = Lease {
        issued: now,
        expires: None,
        cti: Cti([9; 16]),
        client: request.key.id(),
        product: request.product,
        family: "acme".parse().unwrap(),
        renewal: Span::days(7),
        retry: Span::HOUR,
        grace: Span::days(30),
        fingerprint: request.fingerprint,
        request: request.cti,
        count: None,
        method: Method::MultipleKey,
        features: Vec::new(),
    };
    change(&mut lease);
    sign(&lease, vendor.authority_pair(), &[vendor.authority_certificate()])
}

fn key(n: u8) -> ProductKey {
    ProductKey::secret(KeyKind::Multiple, 7.try_into().unwrap(), [n; 9])
}

fn problem(code: &str, status: u16) -> Outgoing {
    Outgoing::problem((status, json!({ "type": format!("urn:leasehold:problem:{code}"), "title": code })))
}

fn licensed_for_ever(client: &Client) -> bool {
    matches!(client.standing(), Standing::Licensed { until: None, renew_at: None })
}

fn keyed(scene: &Scene, authority: &Authority) -> Lease {
    match scene.client().activate_with_key(&key(1), &authority.address()).unwrap() {
        Keyed::Granted(lease) => *lease,
        Keyed::Refused(refused) => panic!("refused: {refused}"),
    }
}

#[test]
fn a_machine_with_a_key_is_licensed_for_ever_and_asks_no_host() {
    let scene = Scene::new();
    let authority = Authority::of(&scene);
    let lease = keyed(&scene, &authority);
    assert_eq!((lease.expires, lease.method), (None, Method::MultipleKey));
    let client = scene.client();
    assert!(licensed_for_ever(&client));
    scene.clock.advance(Span::days(10_000));
    assert!(licensed_for_ever(&scene.client()));
    assert!(
        matches!(scene.client().tick().unwrap(), Tick::Asked(answer) if matches!(answer.outcome, Outcome::Held(_)))
    );
    let borrowed = client.borrow(Span::days(3)).unwrap();
    assert!(matches!(borrowed.answer.outcome, Outcome::Held(_)) && borrowed.shortfall.is_none(), "it lasts longer");
    assert!(scene.requests().is_empty(), "a host has no part in it");
    let asked = authority.responder.seen()[0].clone();
    let proof = request::open::<MachineRequest>(&asked.body).unwrap().proof;
    assert_eq!(proof.key, Keypair::of_product_key(&key(1)).id());
}

#[test]
fn a_request_keeps_its_name_until_its_answer_is_stored() {
    let scene = Scene::new();
    let authority = Authority::of(&scene);
    for say in [Say::LoseReply, Say::This(problem("store-unavailable", 503)), Say::This(problem("unknown-key", 403))] {
        authority.then(say);
    }
    let ask = |n| scene.client().activate_with_key(&key(n), &authority.address());
    let lost = ask(1).unwrap_err();
    assert_eq!(lost.code().name(), "authority-unreachable");
    assert!(matches!(ask(1).unwrap(), Keyed::Refused(refused) if refused.code == "store-unavailable"));
    assert!(matches!(ask(2).unwrap(), Keyed::Refused(refused) if refused.code == "unknown-key"));
    assert!(matches!(scene.client().standing(), Standing::Unactivated { .. }));
    keyed(&scene, &authority);
    let ctis = authority.ctis();
    assert!(ctis.len() == 4 && ctis.iter().all(|cti| *cti == ctis[0]));
    keyed(&scene, &authority);
    assert_ne!(authority.ctis()[4], ctis[0], "the one before was answered");
}

#[test]
fn what_is_no_lease_for_this_machine_is_told_and_changes_nothing() {
    let scene = Scene::new();
    let authority = Authority::of(&scene);
    let web = Outgoing::Reply { status: 200, content_type: "text/html", headers: vec![], body: b"<h1>".to_vec() };
    for (say, code) in [
        (Say::This(web), "not-an-authority"),
        (Say::This(Outgoing::cose(b"nonsense".to_vec())), "malformed"),
        (Say::Changed(|lease| lease.method = Method::Host), "not-authorised"),
        (Say::Changed(|lease| lease.method = Method::Subscription), "not-authorised"),
        (Say::Changed(|lease| lease.client = Keypair::from_seed(&[3; 32]).id()), "wrong-answer"),
        (Say::Changed(|lease| lease.product = "acme-cam".parse().unwrap()), "wrong-answer"),
        (Say::Changed(|lease| lease.request = Cti([0; 16])), "wrong-answer"),
        (Say::Changed(|lease| lease.issued = lease.issued.plus(Span::days(1))), "not-yet-valid"),
    ] {
        authority.then(say);
        let error = scene.client().activate_with_key(&key(1), &authority.address()).unwrap_err();
        assert_eq!(error.code().name(), code, "{error}");
        assert!(matches!(scene.client().standing(), Standing::Unactivated { .. }));
    }
    let host_key = ProductKey::secret(KeyKind::Host, 7.try_into().unwrap(), [1; 9]);
    let error = scene.client().activate_with_key(&host_key, &authority.address()).unwrap_err();
    assert!(matches!(error, Error::WrongKind(KeyKind::Host)));
    let other = Scene::with_host(|_| Vendor::from_seed(8).host(1, vec![Vendor::grant()]));
    let request = other.client().machine_request(&key(1)).unwrap();
    let strange = lease(&Vendor::from_seed(8), &request::open(&request).unwrap(), scene.clock.now(), |_| ());
    assert_eq!(other.client().install(&strange).unwrap_err().code().name(), "foreign-manifest");
}

#[test]
fn a_request_is_carried_to_the_vendor_and_the_answer_back() {
    let scene = Scene::new();
    let request = scene.client().machine_request(&key(1)).unwrap();
    let opened: MachineRequest = request::open(&request).unwrap();
    let again: MachineRequest = request::open(&scene.client().machine_request(&key(1)).unwrap()).unwrap();
    assert_eq!((opened.cti, opened.key), (again.cti, again.key), "one request, however often it is written");
    let answer = lease(&scene.vendor, &opened, scene.clock.now(), |_| ());
    scene.clock.advance(Span::days(3));
    let armoured = leasehold_wire::armour::wrap(&answer).unwrap();
    scene.client().install(armoured.as_bytes()).unwrap();
    assert!(licensed_for_ever(&scene.client()));
    assert_eq!(scene.client().status().next_attempt, None, "no authority is known");
    assert!(matches!(scene.client().renew().unwrap().outcome, Outcome::Held(_)));
    scene.client().install(&answer).expect("the same file once more");
    let other = Scene::new();
    other.client().machine_request(&key(1)).unwrap();
    let options = Options { machine: Some(machine(2)), ..other.options() };
    let error = Client::open(&other.manifest, options).unwrap().install(&answer).unwrap_err();
    assert_eq!(error.to_string(), "lease: it is for another machine");
    assert_eq!(other.client().install(b"no document").unwrap_err().code().name(), "malformed");
    scene.client().generalize().unwrap();
    assert_eq!(scene.client().install(&answer).unwrap_err().to_string(), "lease: it is for another client");
}

#[test]
fn a_machine_changes_from_host_to_key_and_back_without_passing_for_two() {
    let scene = Scene::new();
    let authority = Authority::of(&scene);
    let by_host = scene.licensed().lease;
    let by_key = keyed(&scene, &authority);
    assert_eq!(by_host.client, by_key.client, "one device key for both");
    let status = scene.client().status();
    assert_eq!((status.host, status.authority), (None, Some(authority.address())));
    scene.then(Act::Grant(leasehold_testkit::vendor::Chain::AsAsked));
    granted(scene.client().activate().unwrap());
    let requests = scene.requests();
    assert_eq!(requests[1].holds, None, "a lease that no host gave is not named to one");
    assert_eq!(scene.client().status().authority, None);
}

#[test]
fn a_lease_that_the_vendor_withdraws_ends_with_the_next_list() {
    let scene = Scene::new();
    let authority = Authority::of(&scene);
    let lease = keyed(&scene, &authority);
    let due = scene.client().status().next_attempt.unwrap();
    assert!(due > lease.issued.plus(Span::days(6)) && due <= lease.issued.plus(Span::days(7)));
    scene.clock.advance(Span::days(7));
    authority.publish(Some(Outgoing::HangUp));
    assert_eq!(scene.client().tick().unwrap_err().code().name(), "authority-unreachable");
    assert!(licensed_for_ever(&scene.client()), "an authority that is away takes nothing");
    assert!(matches!(scene.client().tick().unwrap(), Tick::Waits(Some(_))));
    scene.clock.advance(Span::DAY);
    let strange = Vendor::from_seed(8).revocations(4, vec![lease.client], vec![]);
    authority.publish(Some(Outgoing::cose(strange)));
    assert_eq!(scene.client().renew().unwrap_err().code().name(), "unknown-signer");
    authority.publish(Some(Outgoing::cose(scene.vendor.revocations(4, vec![], vec![lease.cti]))));
    scene.client().renew().unwrap();
    assert_eq!(scene.client().standing(), Standing::Reduced { why: Why::Revoked });
}

#[test]
fn another_machine_with_the_lease_is_told_and_does_not_ask_hosts() {
    let scene = Scene::new();
    keyed(&scene, &Authority::of(&scene));
    let moved = Client::open(&scene.manifest, Options { machine: Some(machine(2)), ..scene.options() }).unwrap();
    assert!(matches!(moved.standing(), Standing::Grace { why: Why::AnotherMachine, .. }));
    assert!(matches!(moved.tick().unwrap(), Tick::Waits(_)));
    assert!(scene.requests().is_empty());
}

#[test]
fn releasing_it_asks_nobody_and_keeps_the_place() {
    let scene = Scene::new();
    let authority = Authority::of(&scene);
    let lease = keyed(&scene, &authority);
    let asked = authority.responder.seen().len();
    assert!(matches!(scene.client().release().unwrap(), Released::PlaceKept));
    assert_eq!((scene.responder.seen().len(), authority.responder.seen().len()), (0, asked));
    assert!(matches!(scene.client().standing(), Standing::Unactivated { .. }));
    assert_eq!(scene.client().status().next_attempt, None);
    assert_eq!(keyed(&scene, &authority).client, lease.client, "the same device key: the same place");
}
