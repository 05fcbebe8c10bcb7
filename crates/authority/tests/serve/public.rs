//! What hosts and machines are answered.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::thread;

use leasehold_authority::keys;
use leasehold_authority::revocations::Target;
use leasehold_authority::rotation::{self, Rotation};
use leasehold_authority::serve::Options;
use leasehold_authority::{Error, KeyName};
use leasehold_core::activation::Allowance;
use leasehold_core::{KeyKind, Policy, ProductKey, Span};
use leasehold_testkit::forge::with_mixed_order;
use leasehold_testkit::http::{Reply, problem, send};
use leasehold_wire::request::Unverified;
use leasehold_wire::{
    Document, HostCertificate, HostRequest, Keypair, Lease, MachineRequest, Reason, Revocations, envelope, request,
    trust,
};
use rusqlite::Connection;
use serde_json::Value;

use crate::common::{AT, TestVendor, host_request, machine, machine_request, pair, passphrase, seeded};
use crate::running::Running;

fn code(reply: &Reply) -> (u16, String) {
    assert_eq!(reply.header("content-type"), Some("application/problem+json"));
    (reply.status, problem(&reply.body))
}

fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// Whether the signature of a self-signed document by itself holds.
fn holds<D: Document>(request: &[u8]) -> bool {
    let unpacked = Unverified::<D>::parse(request).and_then(Unverified::unpack).expect("a point");
    let claim = unpacked.claim();
    claim.key.verify(claim.message, claim.signature)
}

#[test]
fn a_key_of_mixed_order_is_refused_at_every_path_and_in_files() {
    let acme = TestVendor::open();
    let host_key = acme.issue(Allowance::HOST_KEY, None, 3);
    let multiple_key = acme.issue(Allowance::multiple_key(2), None, 4);
    let running = Running::start(&acme, Options::default());
    let host = with_mixed_order(&host_request(&host_key, 1, machine(1)), &pair(1));
    let device = with_mixed_order(&machine_request(&multiple_key, 2, "acme-cad", machine(2)), &pair(2));
    assert!(holds::<HostRequest>(&host) && holds::<MachineRequest>(&device), "the signatures by themselves hold");
    for (path, request) in [("/v1/hosts", &host), ("/v1/machines", &device)] {
        assert_eq!(code(&running.post(path, request)), is(401, "bad-signature"), "{path}");
        let approved = acme.authority().approve(request, AT, &seeded(5));
        assert!(matches!(approved, Err(Error::Request(Reason::BadSignature))), "{path}: {approved:?}");
    }
    let activated = |key| keys::with_counts(&*acme.store, &KeyName::Id(key)).expect("a key").1.places;
    let keys = [&host_key, &multiple_key].map(|key| activated(Keypair::of_product_key(key).id()));
    assert_eq!(keys, [0, 0], "nothing was used up");
}

#[test]
fn a_host_and_a_machine_are_activated_over_the_network() {
    let acme = TestVendor::open();
    let host_key = acme.issue(Allowance::HOST_KEY, None, 3);
    let multiple_key = acme.issue(Allowance::multiple_key(2), None, 4);
    let root = acme.authority().vendor().root;
    let running = Running::start(&acme, Options::default());

    let reply = running.post("/v1/hosts", &host_request(&host_key, 1, machine(1)));
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/cose")));
    let certificate = trust::verify::<HostCertificate>(&reply.body, &root, AT.at, None).unwrap().document;
    assert_eq!((certificate.key, certificate.host_ordinal), (pair(1).public(), 1));

    let reply = running.post("/v1/machines", &machine_request(&multiple_key, 2, "acme-cad", machine(2)));
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/cose")));
    let lease = trust::verify::<Lease>(&reply.body, &root, AT.at, None).unwrap().document;
    assert_eq!((lease.client, lease.expires), (pair(2).id(), None));

    assert_eq!((running.get("/healthz").status, running.get("/readyz").status), (200, 200));
    let expires = AT.at.plus(Span::days(3_650)).unix();
    assert_eq!(running.get("/readyz").body, format!("ready until {expires}\n").as_bytes());
    let audit = acme.store.transact("look", |tx| tx.audit(None, 1)).unwrap();
    assert_eq!((audit[0].actor.as_str(), audit[0].action.as_str()), ("service", "activated-new"));
}

#[test]
fn what_is_no_request_is_told_what_is_wrong_with_it() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let running = Running::start(&acme, Options::default());
    let good = host_request(&key, 1, machine(1));
    let for_a_machine = machine_request(&key, 1, "acme-cad", machine(1));
    let mut altered = good.clone();
    *altered.last_mut().unwrap() ^= 1;
    assert_eq!(code(&running.post("/v1/hosts", b"")), is(400, "malformed"));
    assert_eq!(code(&running.post("/v1/hosts", b"nonsense")), is(400, "malformed"));
    assert_eq!(code(&running.post("/v1/hosts", &for_a_machine)), is(400, "malformed"));
    assert_eq!(code(&running.post("/v1/machines", &good)), is(400, "malformed"));
    assert_eq!(code(&running.post("/v1/hosts", acme.authority().certificate())), is(400, "malformed"));
    assert_eq!(code(&running.post("/v1/hosts", &[0; 4_097])), is(413, "malformed"));
    assert_eq!(code(&running.post("/v1/hosts", &altered)), is(401, "bad-signature"));
    let untyped = send(&running.address, "POST /v1/hosts", &[], &good).unwrap();
    assert_eq!(code(&untyped), is(415, "unsupported-media-type"));
    let reply = running.get("/v1/hosts");
    assert_eq!((code(&reply), reply.header("allow")), (is(405, "method-not-allowed"), Some("POST")));
    assert_eq!(code(&running.post("/healthz", b"")), is(405, "method-not-allowed"));
    assert_eq!(code(&running.get("/v1/leases")), is(404, "not-found"));
    assert_eq!(keys::list(&*acme.store).unwrap()[0].places_taken, 0);
}

#[test]
fn refusals_say_as_much_as_they_may() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let multiple = acme.issue(Allowance::multiple_key(1), None, 4);
    let ended = Policy { end: Some(AT.at.plus(Span::HOUR)), ..Policy::default() };
    let trial = acme.issue(Allowance::HOST_KEY, Some(ended), 5);
    let withdrawn = acme.issue(Allowance::HOST_KEY, None, 6);
    acme.store.transact("revoke", |tx| tx.withdraw_key(Keypair::of_product_key(&withdrawn).id(), AT)).unwrap();
    let running = Running::start(&acme, Options::default());

    for host in 1..=6 {
        assert_eq!(running.post("/v1/hosts", &host_request(&key, host, machine(host))).status, 200);
    }
    let reply = running.post("/v1/hosts", &host_request(&key, 7, machine(7)));
    assert_eq!((code(&reply), reply.json()["hosts"].as_u64()), (is(409, "hosts-exhausted"), Some(6)));
    for n in 21..=29 {
        assert_eq!(running.post("/v1/hosts", &host_request(&key, n, machine(1))).status, 200);
    }
    let reply = running.post("/v1/hosts", &host_request(&key, 30, machine(1)));
    assert_eq!((code(&reply), reply.json()["activations"].as_u64()), (is(409, "activations-exhausted"), Some(10)));

    assert_eq!(running.post("/v1/machines", &machine_request(&multiple, 1, "acme-cad", machine(1))).status, 200);
    let reply = running.post("/v1/machines", &machine_request(&multiple, 2, "acme-cad", machine(2)));
    assert_eq!((code(&reply), reply.json()["activations"].as_u64()), (is(409, "activations-exhausted"), Some(1)));

    let reply = running.post("/v1/hosts", &host_request(&multiple, 1, machine(1)));
    assert_eq!((code(&reply), reply.json()["needed"].as_str()), (is(422, "wrong-kind-of-key"), Some("host")));
    let reply = running.post("/v1/machines", &machine_request(&multiple, 1, "other", machine(1)));
    assert_eq!(code(&reply), is(403, "product-not-granted"));
    assert_eq!(code(&running.post("/v1/hosts", &host_request(&withdrawn, 1, machine(1)))), is(403, "revoked"));
    drop(running);
    let late = Running::start_at(&acme, Options::default(), AT.at.plus(Span::HOUR));
    assert_eq!(code(&late.post("/v1/hosts", &host_request(&trial, 1, machine(1)))), is(403, "grant-ended"));
}

#[test]
fn a_forged_proof_is_answered_as_a_key_that_was_never_issued() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let withdrawn = acme.issue(Allowance::HOST_KEY, None, 6);
    acme.store.transact("revoke", |tx| tx.withdraw_key(Keypair::of_product_key(&withdrawn).id(), AT)).unwrap();
    let running = Running::start(&acme, Options::default());
    let stranger = ProductKey::secret(KeyKind::Host, key.number(), [9; 9]);
    let unknown = running.post("/v1/hosts", &host_request(&stranger, 2, machine(1)));
    assert_eq!(code(&unknown), is(403, "unknown-key"));
    for known in [&key, &withdrawn] {
        let overheard: HostRequest = request::open(&host_request(known, 1, machine(1))).unwrap();
        let thief = pair(2);
        let forged = envelope::sign(&HostRequest { key: thief.public(), ..overheard }, &thief, &[]);
        let forged = running.post("/v1/hosts", &forged);
        assert_eq!((forged.status, but_its_id(&forged.body)), (unknown.status, but_its_id(&unknown.body)));
    }
}

/// A problem without the id of its request.
fn but_its_id(problem: &[u8]) -> Value {
    let mut problem: Value = serde_json::from_slice(problem).expect("JSON");
    assert!(problem.as_object_mut().expect("an object").remove("instance").is_some());
    problem
}

#[test]
fn six_hosts_of_ten_activations_are_all_however_many_ask_at_once() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let running = Running::start(&acme, Options::default());
    let answers = thread::scope(|scope| {
        let threads = (0..10_u8).map(|thread| {
            let (running, key) = (&running, &key);
            // Every thread has a key pair of its own for each of eight machines, and asks for each twice.
            let ask = move |n: u8| {
                let request = host_request(key, 1 + thread * 8 + n % 8, machine(n % 8));
                let reply = running.post("/v1/hosts", &request);
                (n % 8, thread, reply.status, (reply.status != 200).then(|| problem(&reply.body)))
            };
            scope.spawn(move || (0..16).map(ask).collect::<Vec<_>>())
        });
        let threads: Vec<_> = threads.collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    let mut granted: BTreeMap<u8, BTreeSet<u8>> = BTreeMap::new();
    for (machine, thread, status, refusal) in answers {
        match (status, refusal.as_deref()) {
            (200, None) => drop(granted.entry(machine).or_default().insert(thread)),
            // `revoked`: a place has one key pair at a time, and another has it by now.
            (403, Some("revoked")) | (409, Some("hosts-exhausted")) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(granted.len(), 6, "{granted:?}");
    assert!(granted.values().all(|threads| threads.len() == 10), "each of ten key pairs: {granted:?}");
    let usage = &keys::list(&*acme.store).unwrap()[0];
    let activations: Vec<u64> = usage.hosts.iter().map(|host| host.ordinals.activation).collect();
    assert_eq!((usage.places_taken, activations), (6, vec![10; 6]));
}

#[test]
fn a_multiple_key_activates_as_many_machines_however_many_ask_at_once() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::multiple_key(25), None, 3);
    let running = Running::start(&acme, Options::default());
    let granted: usize = thread::scope(|scope| {
        let threads = (0..8_u8).map(|thread| {
            let (running, key) = (&running, &key);
            let ask = move |n: u8| {
                let n = thread * 8 + n;
                running.post("/v1/machines", &machine_request(key, n, "acme-cad", machine(n))).status == 200
            };
            scope.spawn(move || (0..8).filter(|n| ask(*n)).count())
        });
        let threads: Vec<_> = threads.collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!((granted, keys::list(&*acme.store).unwrap()[0].places_taken), (25, 25));
}

#[test]
fn a_store_that_is_gone_is_said_so_and_noticed_when_it_is_back() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let running = Running::start(&acme, Options::default());
    let outside = Connection::open(acme.home.store()).unwrap();
    outside.execute_batch("ALTER TABLE product_key RENAME TO away").unwrap();
    let reply = running.post("/v1/hosts", &host_request(&key, 1, machine(1)));
    assert_eq!((code(&reply), reply.header("retry-after")), (is(503, "store-unavailable"), Some("60")));
    assert_eq!(code(&running.get("/readyz")), is(503, "store-unavailable"));
    assert_eq!(running.get("/healthz").status, 200);
    outside.execute_batch("ALTER TABLE away RENAME TO product_key").unwrap();
    assert_eq!(running.post("/v1/hosts", &host_request(&key, 1, machine(1))).status, 200);
    assert_eq!(running.get("/readyz").status, 200);
}

#[test]
fn an_authority_whose_certificate_has_ended_signs_nothing() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let running = Running::start_at(&acme, Options::default(), AT.at.plus(Span::days(3_650)));
    let reply = running.post("/v1/hosts", &host_request(&key, 1, machine(1)));
    assert_eq!(code(&reply), is(503, "authority-certificate-ended"));
    assert_eq!(code(&running.get("/readyz")), is(503, "authority-certificate-ended"));
    assert_eq!(keys::list(&*acme.store).unwrap()[0].places_taken, 0);
}

#[test]
fn an_authority_that_was_revoked_by_its_successor_signs_nothing_more() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let running = Running::start(&acme, Options::default());
    let former = acme.authority().id();
    let rotation = Rotation {
        root_key: acme.home.root_key(),
        root_passphrase: passphrase(),
        passphrase: passphrase(),
        validity: Span::days(900),
    };
    rotation::rotate(&acme.home, &acme.store, &rotation, AT, &seeded(7)).unwrap();
    assert_eq!(running.post("/v1/hosts", &host_request(&key, 1, machine(1))).status, 200, "what it signs still holds");
    acme.authority().revoke(&[Target::Authority(former)], AT, &seeded(8)).unwrap();
    let reply = running.post("/v1/hosts", &host_request(&key, 1, machine(1)));
    assert_eq!(code(&reply), is(503, "authority-certificate-ended"));
    assert_eq!(code(&running.get("/readyz")), is(503, "authority-certificate-ended"));
}

#[test]
fn nothing_of_a_product_key_is_kept_where_it_could_be_read() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let running = Running::start(&acme, Options::default());
    assert_eq!(running.post("/v1/hosts", &host_request(&key, 1, machine(1))).status, 200);
    drop(running);
    let (text, seed) = (key.to_string(), key.seed());
    for entry in fs::read_dir(acme.home.folder()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        for secret in [text.as_bytes(), text.replace('-', "").as_bytes(), &seed] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret));
        }
    }
}

#[test]
fn the_newest_revocation_list_is_there_for_everybody_and_sent_once() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let root = acme.authority().vendor().root;
    let running = Running::start(&acme, Options::default());
    assert_eq!(code(&running.get("/v1/revocations")), is(404, "not-found"));
    for n in 1..=2 {
        assert_eq!(running.post("/v1/hosts", &host_request(&key, n, machine(n))).status, 200);
        acme.authority().revoke(&[Target::Host(pair(n).id())], AT, &seeded(n.into())).unwrap();
        let reply = running.get("/v1/revocations");
        assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/cose")));
        let list = trust::verify::<Revocations>(&reply.body, &root, AT.at, None).unwrap().document;
        assert_eq!((list.number, list.keys.last()), (n.into(), Some(&pair(n).id())));
        let tag = format!("\"{n}\"");
        assert_eq!(reply.header("etag"), Some(tag.as_str()));
        for known in [tag.clone(), format!("\"9\", W/{tag}"), "*".to_owned()] {
            let what = "GET /v1/revocations";
            let reply = send(&running.address, what, &[("if-none-match", &known)], &[]).unwrap();
            assert_eq!((reply.status, reply.body.len(), reply.header("etag")), (304, 0, Some(tag.as_str())), "{known}");
        }
        let older = send(&running.address, "GET /v1/revocations", &[("if-none-match", "\"0\"")], &[]).unwrap();
        assert_eq!(older.status, 200);
    }
    assert_eq!(code(&running.post("/v1/hosts", &host_request(&key, 1, machine(1)))), is(403, "revoked"));
    assert_eq!(code(&running.post("/v1/revocations", b"")), is(405, "method-not-allowed"));
}
