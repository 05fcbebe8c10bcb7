//! Requests and the answers to them: who is known, what is used up, what is refused.

mod common;

use std::num::NonZeroU64;
use std::sync::Arc;
use std::thread;

use common::{
    AT, TestVendor, granted, host_request, later, machine, machine_request, pair, passphrase, refused, seeded, store,
};
use leasehold_authority::revocations::newest;
use leasehold_authority::{Approval, Authority, Error, keys};
use leasehold_core::activation::{Allowance, Ordinals, Placement, Refusal};
use leasehold_core::{Component, Fingerprint, KeyKind, Policy, ProductKey, Span, Timestamp};
use leasehold_wire::{Envelope, HostCertificate, Keypair, Lease, Method, Reason, Revocations, Typ, envelope, trust};

fn approve(acme: &TestVendor, request: &[u8]) -> Approval {
    acme.authority().approve(request, AT, &seeded(5)).expect("an answer")
}

fn place(place: u64, activation: u64) -> Ordinals {
    Ordinals { place, activation }
}

fn audited(acme: &TestVendor) -> usize {
    acme.store.transact("count", |tx| tx.audit(None, 1_000)).expect("a store").len()
}

#[test]
fn a_host_gets_a_certificate_that_is_believed_from_the_root_alone() {
    let acme = TestVendor::open();
    let policy = Policy { threshold: 3, features: vec!["cloud".parse().unwrap()], ..Policy::default() };
    let key = acme.issue(Allowance::HOST_KEY, Some(policy.clone()), 3);
    let answer = granted(approve(&acme, &host_request(&key, 1, machine(1))));
    let authority = acme.authority();
    let root = authority.vendor().root;
    let certificate = trust::verify::<HostCertificate>(&answer.document, &root, AT.at, None).unwrap().document;
    assert_eq!((certificate.key, certificate.fingerprint), (pair(1).public(), machine(1)));
    assert_eq!((certificate.host_ordinal, certificate.activation_ordinal), (1, 1));
    assert_eq!((certificate.expires, answer.expires), (AT.at.plus(Span::days(730)), Some(certificate.expires)));
    assert_eq!(certificate.vendor.as_str(), "Acme");
    let [grant] = certificate.grants.as_slice() else { panic!("one grant") };
    let products: Vec<_> = grant.products.iter().map(|(id, number)| (id.as_str(), number.value())).collect();
    assert_eq!((grant.family.as_str(), products), ("acme", vec![("acme-cad", 1), ("acme-cam", 2)]));
    assert_eq!(grant.policy, policy);
}

#[test]
fn a_host_certificate_never_outlasts_the_authoritys() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let authority = acme.authority();
    let answer = authority.approve(&host_request(&key, 1, machine(1)), later(Span::days(3_000)), &seeded(5)).unwrap();
    assert_eq!(granted(answer).expires, Some(AT.at.plus(Span::days(3_650))));
    let late = authority.approve(&host_request(&key, 1, machine(1)), later(Span::days(3_650)), &seeded(5));
    assert!(matches!(late, Err(Error::Certificate(Reason::Expired))));
}

#[test]
fn a_certificate_with_a_capacity_lasts_ninety_days_and_others_two_years() {
    let acme = TestVendor::open();
    let floating = Policy { capacity: Some(50), ..Policy::default() };
    for (policy, days) in [(Some(floating), 90), (None, 730)] {
        let key = acme.issue(Allowance::HOST_KEY, policy, days);
        let answer = granted(approve(&acme, &host_request(&key, 1, machine(1))));
        assert_eq!(answer.expires, Some(AT.at.plus(Span::days(days))));
    }
}

#[test]
fn a_key_with_a_capacity_is_for_one_host_unless_the_vendor_names_more() {
    let floating = Policy { capacity: Some(50), ..Policy::default() };
    let hosts = |policy: &Policy, named| keys::host_allowance(policy, named).places();
    assert_eq!((hosts(&floating, None), hosts(&Policy::default(), None)), (1, 6));
    assert_eq!(hosts(&floating, NonZeroU64::new(3)), 3);
}

#[test]
fn a_place_has_one_key_pair_at_a_time() {
    let acme = TestVendor::open();
    let host_key = acme.issue(Allowance::HOST_KEY, None, 3);
    granted(approve(&acme, &host_request(&host_key, 1, machine(1))));
    granted(approve(&acme, &host_request(&host_key, 2, machine(1))));
    assert_eq!(refused(approve(&acme, &host_request(&host_key, 1, machine(1)))), Refusal::Revoked);
    granted(approve(&acme, &host_request(&host_key, 2, machine(1))));
    assert!(newest(&*acme.store).unwrap().is_none(), "the certificate of a host's former key pair ends by itself");

    let multiple_key = acme.issue(Allowance::multiple_key(9), None, 4);
    granted(approve(&acme, &machine_request(&multiple_key, 3, "acme-cad", machine(3))));
    granted(approve(&acme, &machine_request(&multiple_key, 4, "acme-cad", machine(3))));
    let list = newest(&*acme.store).unwrap().expect("a lease without end is revoked with its device key");
    let revocations: Revocations = Envelope::parse(&list.document).unwrap().document().unwrap();
    assert_eq!(revocations.keys, [pair(3).id()]);
    assert_eq!(refused(approve(&acme, &machine_request(&multiple_key, 3, "acme-cad", machine(3)))), Refusal::Revoked);
}

#[test]
fn a_key_pair_that_asks_again_keeps_its_place_and_gets_a_later_end() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let first = granted(approve(&acme, &host_request(&key, 1, machine(1))));
    let year = later(Span::days(365));
    let again = acme.authority().approve(&host_request(&key, 1, machine(1)), year, &seeded(6)).unwrap();
    let again = granted(again);
    assert_eq!((first.placement, again.placement), (Placement::New(place(1, 1)), Placement::Again(place(1, 1))));
    assert_eq!(again.expires, Some(year.at.plus(Span::days(730))));
    assert_eq!(keys::list(&*acme.store).unwrap()[0].places_taken, 1);
}

#[test]
fn a_host_whose_hardware_drifts_slowly_stays_the_same_host() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let mut parts = [
        (Component::MachineId, [1; 8]),
        (Component::SystemUuid, [1; 8]),
        (Component::SystemDisk, [1; 8]),
        (Component::BoardSerial, [1; 8]),
    ];
    for n in 0..4_u8 {
        parts[usize::from(n)].1 = [2; 8];
        let answer = granted(approve(&acme, &host_request(&key, n + 1, Fingerprint::new(parts).unwrap())));
        assert_eq!(answer.placement.ordinals(), place(1, u64::from(n) + 1));
    }
}

#[test]
fn a_host_is_activated_ten_times_and_a_key_for_six_hosts() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    for n in 1..=10 {
        let answer = granted(approve(&acme, &host_request(&key, n, machine(1))));
        assert_eq!(answer.placement.ordinals(), place(1, n.into()));
    }
    let eleventh = refused(approve(&acme, &host_request(&key, 11, machine(1))));
    assert_eq!(eleventh, Refusal::ActivationsExhausted { activations: 10 });
    for host in 2..=6 {
        let answer = granted(approve(&acme, &host_request(&key, 20 + host, machine(host))));
        assert_eq!(answer.placement, Placement::New(place(host.into(), 1)));
    }
    let before = audited(&acme);
    assert_eq!(refused(approve(&acme, &host_request(&key, 30, machine(7)))), Refusal::HostsExhausted { hosts: 6 });
    assert_eq!(audited(&acme), before, "a refusal changes nothing");
    let renewed = granted(approve(&acme, &host_request(&key, 10, machine(1))));
    assert_eq!(renewed.placement, Placement::Again(place(1, 10)));
    let moved = granted(approve(&acme, &host_request(&key, 31, machine(6))));
    assert_eq!(moved.placement, Placement::Anew(place(6, 2)));
}

#[test]
fn a_multiple_key_activates_so_many_machines_for_ever() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::multiple_key(2), None, 3);
    let answer = granted(approve(&acme, &machine_request(&key, 1, "acme-cad", machine(1))));
    let root = acme.authority().vendor().root;
    let lease = trust::verify::<Lease>(&answer.document, &root, AT.at, None).unwrap().document;
    assert_eq!((lease.expires, lease.count, lease.method), (None, None, Method::MultipleKey));
    assert_eq!((lease.client, lease.fingerprint), (pair(1).id(), machine(1)));
    let for_another_product = granted(approve(&acme, &machine_request(&key, 1, "acme-cam", machine(1))));
    assert_eq!(for_another_product.placement, Placement::Again(place(1, 1)));
    let new_device_key = granted(approve(&acme, &machine_request(&key, 2, "acme-cad", machine(1))));
    assert_eq!(new_device_key.placement, Placement::Anew(place(1, 2)));
    granted(approve(&acme, &machine_request(&key, 3, "acme-cad", machine(2))));
    let third = refused(approve(&acme, &machine_request(&key, 4, "acme-cad", machine(3))));
    assert_eq!(third, Refusal::ActivationsExhausted { activations: 2 });
    let foreign = refused(approve(&acme, &machine_request(&key, 2, "other", machine(1))));
    assert_eq!(foreign, Refusal::ProductNotGranted);
}

#[test]
fn a_trial_by_multiple_key_ends_when_the_trial_does() {
    let acme = TestVendor::open();
    let end = AT.at.plus(Span::days(14));
    let key = acme.issue(Allowance::multiple_key(2), Some(Policy { end: Some(end), ..Policy::default() }), 3);
    let request = machine_request(&key, 1, "acme-cad", machine(1));
    assert_eq!(granted(approve(&acme, &request)).expires, Some(end));
    let late = acme.authority().approve(&request, later(Span::days(14)), &seeded(5)).unwrap();
    assert_eq!(refused(late), Refusal::GrantEnded { end });
}

#[test]
fn product_keys_that_may_not_be_used_are_told_apart() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let multiple = acme.issue(Allowance::multiple_key(2), None, 4);
    let stranger = ProductKey::secret(KeyKind::Host, key.number(), [9; 9]);
    assert_eq!(refused(approve(&acme, &host_request(&stranger, 1, machine(1)))), Refusal::UnknownKey);
    let wrong = Refusal::WrongKindOfKey { found: KeyKind::Multiple, needed: KeyKind::Host };
    assert_eq!(refused(approve(&acme, &host_request(&multiple, 1, machine(1)))), wrong);
    let wrong = Refusal::WrongKindOfKey { found: KeyKind::Host, needed: KeyKind::Multiple };
    assert_eq!(refused(approve(&acme, &machine_request(&key, 1, "acme-cad", machine(1)))), wrong);
    granted(approve(&acme, &host_request(&key, 1, machine(1))));
    acme.store.transact("revoke", |tx| tx.withdraw_key(Keypair::of_product_key(&key).id(), AT)).unwrap();
    assert_eq!(refused(approve(&acme, &host_request(&key, 1, machine(1)))), Refusal::Revoked);
}

#[test]
fn a_proof_that_was_taken_from_another_request_does_not_hold() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let overheard: leasehold_wire::HostRequest =
        leasehold_wire::request::open(&host_request(&key, 1, machine(1))).unwrap();
    let thief = pair(2);
    let request = leasehold_wire::HostRequest { key: thief.public(), ..overheard };
    let forged = envelope::sign(&request, &thief, &[]);
    assert_eq!(refused(approve(&acme, &forged)), Refusal::BadSignature);
}

#[test]
fn what_is_no_request_or_was_altered_is_no_request() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let request = host_request(&key, 1, machine(1));
    let authority = acme.authority();
    let fails = |bytes: &[u8]| authority.approve(bytes, AT, &seeded(5)).unwrap_err();
    assert!(matches!(fails(b""), Error::Request(Reason::Malformed(_))));
    assert!(matches!(fails(&request[..100]), Error::Request(Reason::Malformed(_))));
    assert!(matches!(fails(authority.certificate()), Error::NotARequest(Typ::Authority)));
    for at in 0..request.len() {
        let mut altered = request.clone();
        altered[at] ^= 1;
        assert!(matches!(fails(&altered), Error::Request(_)), "byte {at}");
    }
    assert_eq!(keys::list(&*acme.store).unwrap()[0].places_taken, 0);
}

#[test]
fn limits_hold_for_authorities_that_answer_at_the_same_time() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let answers = thread::scope(|scope| {
        let threads = (0..4_u8).map(|thread| {
            let (home, key) = (&acme.home, &key);
            scope.spawn(move || {
                let own = store(&home.store());
                let authority = Authority::open(home, own, &passphrase(), AT.at).unwrap();
                let ask = |n: u8| {
                    let request = host_request(key, 1 + thread * 5 + n, machine(thread * 5 + n));
                    authority.approve(&request, AT, &seeded(u64::from(n))).unwrap()
                };
                (0..5).map(ask).collect::<Vec<_>>()
            })
        });
        let threads: Vec<_> = threads.collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    let mut places: Vec<u64> = answers
        .iter()
        .filter_map(|answer| match answer {
            Approval::Granted(granted) => Some(granted.placement.ordinals().place),
            Approval::Refused(_) => None,
        })
        .collect();
    places.sort_unstable();
    assert_eq!(places, [1, 2, 3, 4, 5, 6]);
}

#[test]
fn a_clock_far_behind_is_noticed_before_anything_is_signed() {
    let acme = TestVendor::open();
    let early = Authority::open(&acme.home, Arc::clone(&acme.store), &passphrase(), Timestamp::from_unix(1_000));
    assert!(matches!(early, Err(Error::Certificate(Reason::NotYetValid))));
}
