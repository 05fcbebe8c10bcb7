//! Changing and withdrawing products, families and keys.

mod common;

use std::num::NonZeroU64;

use common::{AT, TestVendor, granted, host_request, later, machine, machine_request, product, refused, seeded};
use leasehold_authority::keys::{self, KeyChange, NewKey};
use leasehold_authority::products::{self, Availability, ProductChange};
use leasehold_authority::{Approval, Error, KeyName, PolicyChange, activations, families};
use leasehold_core::activation::{Allowance, Refusal};
use leasehold_core::standing::Mode;
use leasehold_core::{FamilyId, KeyId, Policy, PolicyFault, ProductId, ProductKey, Span};
use leasehold_wire::{Envelope, HostCertificate, Keypair, Manifest};

fn family() -> FamilyId {
    "acme".parse().expect("an id")
}

fn cad() -> ProductId {
    "acme-cad".parse().expect("an id")
}

fn name_of(key: &ProductKey) -> KeyName {
    KeyName::Id(Keypair::of_product_key(key).id())
}

fn approve(acme: &TestVendor, request: &[u8]) -> Approval {
    acme.authority().approve(request, AT, &seeded(5)).expect("an answer")
}

fn certificate(document: &[u8]) -> HostCertificate {
    Envelope::parse(document).expect("an envelope").document().expect("a certificate")
}

fn last_words(acme: &TestVendor) -> (String, String) {
    let row = acme.store.transact("look", |tx| tx.audit(None, 1)).expect("a store").remove(0);
    (row.action, row.detail)
}

#[test]
fn a_changed_product_is_in_the_next_manifest() {
    let acme = TestVendor::open();
    let change = ProductChange {
        title: Some("Acme CAD 2".parse().unwrap()),
        initial_grace: Some(Span::ZERO),
        drift: Some(1),
        service: Some(Some("acme".parse().unwrap())),
        mode: Some(Mode::Advise),
    };
    let changed = products::change(&*acme.store, &cad(), &change, AT).unwrap();
    assert_eq!((changed.before.title.as_str(), changed.after.title.as_str()), ("acme-cad", "Acme CAD 2"));
    let (action, detail) = last_words(&acme);
    assert_eq!(action, "product-changed");
    assert!(detail.starts_with("title: \"acme-cad\" -> \"Acme CAD 2\", initial_grace: 30 d -> 0 s"), "{detail}");
    let document = acme.authority().manifest(&cad(), AT.at, &seeded(3)).unwrap();
    let manifest: Manifest = Envelope::parse(&document).unwrap().document().unwrap();
    assert_eq!((manifest.title.as_str(), manifest.drift, manifest.mode), ("Acme CAD 2", 1, Some(Mode::Advise)));
    assert_eq!(manifest.service.unwrap().as_str(), "acme");
    let back = ProductChange { service: Some(None), ..ProductChange::default() };
    assert_eq!(products::change(&*acme.store, &cad(), &back, AT).unwrap().after.service, None);
    let nothing = products::change(&*acme.store, &cad(), &ProductChange::default(), AT).unwrap();
    assert!(nothing.is_nothing());
    let faulty = ProductChange { drift: Some(6), ..ProductChange::default() };
    assert!(matches!(products::change(&*acme.store, &cad(), &faulty, AT), Err(Error::Policy(PolicyFault::Drift(6)))));
    let unknown = products::change(&*acme.store, &"none".parse().unwrap(), &change, AT);
    assert!(matches!(unknown, Err(Error::UnknownProduct(_))));
}

#[test]
fn a_changed_family_counts_for_keys_issued_from_then_on() {
    let acme = TestVendor::open();
    let earlier = acme.issue(Allowance::HOST_KEY, None, 3);
    let change = PolicyChange { threshold: Some(1), capacity: Some(Some(50)), ..PolicyChange::default() };
    let changed = families::change(&*acme.store, &family(), &change, AT).unwrap();
    assert_eq!((changed.before.policy.threshold, changed.after.policy.threshold), (5, 1));
    let later = acme.issue(Allowance::HOST_KEY, None, 4);
    let policy = |key| keys::named(&*acme.store, &name_of(key)).unwrap().key.policy;
    assert_eq!((policy(&earlier), policy(&later)), (Policy::default(), changed.after.policy));
    let faulty = PolicyChange { validity: Some(Span::DAY), ..PolicyChange::default() };
    assert!(matches!(families::change(&*acme.store, &family(), &faulty, AT), Err(Error::Policy(_))));
}

#[test]
fn a_changed_key_reaches_its_host_when_it_renews() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let request = host_request(&key, 1, machine(1));
    let before = certificate(&granted(approve(&acme, &request)).document);
    let change = KeyChange {
        customer: Some(Some("Example AG".parse().unwrap())),
        policy: PolicyChange {
            capacity: Some(Some(9)),
            end: Some(Some(later(Span::days(90)).at)),
            features: Some(vec!["cloud".parse().unwrap()]),
            ..PolicyChange::default()
        },
        certificate_validity: Some(Some(Span::days(30))),
        places: NonZeroU64::new(1),
        activations: NonZeroU64::new(2),
    };
    let changed = keys::change(&*acme.store, &name_of(&key), &change, AT).unwrap();
    assert_eq!(changed.after.allowance, Allowance::Hosts { hosts: 1, activations: 2 });
    let after = certificate(&granted(approve(&acme, &request)).document);
    assert_eq!((before.grants[0].policy.capacity, after.grants[0].policy.capacity), (None, Some(9)));
    assert_eq!((after.host_ordinal, after.activation_ordinal), (1, 1), "it has used up nothing");
    let other = refused(approve(&acme, &host_request(&key, 2, machine(2))));
    assert_eq!(other, Refusal::HostsExhausted { hosts: 1 });
    granted(approve(&acme, &host_request(&key, 3, machine(1))));
    let third = refused(approve(&acme, &host_request(&key, 4, machine(1))));
    assert_eq!(third, Refusal::ActivationsExhausted { activations: 2 });
    let open =
        PolicyChange { capacity: Some(None), end: Some(None), features: Some(vec![]), ..PolicyChange::default() };
    let clear = KeyChange { customer: Some(None), policy: open, ..KeyChange::default() };
    let cleared = keys::change(&*acme.store, &name_of(&key), &clear, AT).unwrap().after;
    assert_eq!((cleared.customer, cleared.policy), (None, Policy::default()));
}

#[test]
fn a_key_that_has_ended_keeps_its_end_when_only_its_customer_changes() {
    let acme = TestVendor::open();
    let policy = Policy { end: Some(later(Span::DAY).at), ..Policy::default() };
    let key = acme.issue(Allowance::HOST_KEY, Some(policy), 3);
    let renamed = KeyChange { customer: Some(Some("Example AG".parse().unwrap())), ..KeyChange::default() };
    assert!(keys::change(&*acme.store, &name_of(&key), &renamed, later(Span::days(2))).is_ok());
    let policy = PolicyChange { threshold: Some(1), ..PolicyChange::default() };
    let loosened = KeyChange { policy, ..KeyChange::default() };
    let refused = keys::change(&*acme.store, &name_of(&key), &loosened, later(Span::days(2)));
    assert!(matches!(refused, Err(Error::Policy(PolicyFault::Ended))));
}

#[test]
fn a_key_is_named_by_its_end_while_no_other_ends_so() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let end: KeyName = key.last_five().parse().unwrap();
    assert_eq!(keys::named(&*acme.store, &end).unwrap().key.public, Keypair::of_product_key(&key).public());
    let other: KeyName = "QQQQQ".parse().unwrap();
    assert!(matches!(keys::named(&*acme.store, &other), Err(Error::UnknownKey(_))));
    let unknown = KeyName::Id(KeyId([9; 16]));
    assert!(matches!(keys::withdraw(&*acme.store, &unknown, AT), Err(Error::UnknownKey(_))));
    let twin = acme.store.transact("a twin", |tx| {
        let mut twin = tx.keys()?.remove(0);
        twin.public = Keypair::from_seed(&[9; 32]).public();
        tx.add_key(&twin, AT)?;
        Ok(twin.public.id())
    });
    let Err(Error::AmbiguousKey(_, ids)) = keys::named(&*acme.store, &end) else { panic!("two keys end so") };
    assert!(ids.contains(&twin.unwrap()) && ids.len() == 2);
}

#[test]
fn a_withdrawn_product_is_granted_no_more_until_it_is_brought_back() {
    let acme = TestVendor::open();
    let (host, multiple) = (acme.issue(Allowance::HOST_KEY, None, 3), acme.issue(Allowance::multiple_key(9), None, 4));
    let products_of = |n| {
        let answer = granted(approve(&acme, &host_request(&host, n, machine(n))));
        certificate(&answer.document).grants[0].products.len()
    };
    assert_eq!(products_of(1), 2);
    products::set_availability(&*acme.store, &cad(), Availability::Withdrawn, AT).unwrap();
    let again = products::set_availability(&*acme.store, &cad(), Availability::Withdrawn, later(Span::DAY)).unwrap();
    assert_eq!(again.after.withdrawn, Some(AT.at), "from the first time");
    assert_eq!(products_of(1), 1, "also in a renewal");
    let lease = approve(&acme, &machine_request(&multiple, 1, "acme-cad", machine(1)));
    assert_eq!(refused(lease), Refusal::ProductNotGranted);
    let manifest = acme.authority().manifest(&cad(), AT.at, &seeded(3));
    assert!(matches!(manifest, Err(Error::ProductWithdrawn(_))));
    products::set_availability(&*acme.store, &"acme-cam".parse().unwrap(), Availability::Withdrawn, AT).unwrap();
    let nothing_left = approve(&acme, &host_request(&host, 1, machine(1)));
    assert_eq!(refused(nothing_left), Refusal::ProductNotGranted);
    products::set_availability(&*acme.store, &cad(), Availability::Granted, AT).unwrap();
    assert_eq!(products_of(1), 1);
}

#[test]
fn a_withdrawn_family_takes_no_products_and_keys_and_grants_nothing() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    families::set_availability(&*acme.store, &family(), Availability::Withdrawn, AT).unwrap();
    assert_eq!(refused(approve(&acme, &host_request(&key, 1, machine(1)))), Refusal::ProductNotGranted);
    let new = NewKey {
        family: family(),
        allowance: Allowance::HOST_KEY,
        customer: None,
        policy: None,
        certificate_validity: None,
    };
    let issued = keys::issue(&*acme.store, &new, AT, &seeded(9));
    assert!(matches!(issued, Err(Error::FamilyWithdrawn(_))));
    let added = products::add(&*acme.store, &product("acme-pdm", "acme"), AT);
    assert!(matches!(added, Err(Error::FamilyWithdrawn(_))));
    families::set_availability(&*acme.store, &family(), Availability::Granted, AT).unwrap();
    granted(approve(&acme, &host_request(&key, 1, machine(1))));
}

#[test]
fn hosts_are_found_by_their_key_pair_and_read_page_by_page() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::multiple_key(9), None, 3);
    for n in 1..=5 {
        granted(approve(&acme, &machine_request(&key, n, "acme-cad", machine(n))));
    }
    let found = activations::find(&*acme.store, common::pair(3).id()).unwrap();
    assert_eq!((found.len(), found[0].activation.ordinals.place), (1, 3));
    assert_eq!(found[0].key.last_five.as_str(), key.last_five());
    assert!(matches!(activations::find(&*acme.store, KeyId([1; 16])), Err(Error::UnknownHost(_))));
    let page = activations::page(&*acme.store, &name_of(&key), 2, 2).unwrap();
    assert_eq!(page.iter().map(|one| one.activation.ordinals.place).collect::<Vec<_>>(), [3, 4]);
}
