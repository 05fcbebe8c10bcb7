//! Products, manifests and product keys.

mod common;

use common::{AT, TestVendor, product, seeded};
use leasehold_authority::keys::{self, NewKey};
use leasehold_authority::products::{self, NewFamily, NewProduct};
use leasehold_authority::{Error, vendor};
use leasehold_core::activation::Allowance;
use leasehold_core::standing::Mode;
use leasehold_core::{KeyKind, Policy, PolicyFault, ProductKey, Span};
use leasehold_wire::{Keypair, Manifest, trust};

#[test]
fn numbers_are_the_next_free_ones_unless_they_are_given() {
    let acme = TestVendor::open();
    let number = |id: &str| products::list(&*acme.store).unwrap().iter().find(|p| p.id.as_str() == id).unwrap().number;
    assert_eq!((number("acme-cad").value(), number("acme-cam").value(), number("other").value()), (1, 2, 3));
    let given = NewProduct { number: Some(5.try_into().unwrap()), ..product("five", "acme") };
    assert_eq!(products::add(&*acme.store, &given, AT).unwrap().number.value(), 5);
    assert_eq!(products::add(&*acme.store, &product("four", "acme"), AT).unwrap().number.value(), 4);
    assert_eq!(products::add(&*acme.store, &product("six", "acme"), AT).unwrap().number.value(), 6);
    let families: Vec<_> = products::families(&*acme.store).unwrap().iter().map(|f| f.number.value()).collect();
    assert_eq!(families, [1, 2]);
}

#[test]
fn what_is_there_already_is_not_added_again() {
    let acme = TestVendor::open();
    let add = |new: NewProduct| products::add(&*acme.store, &new, AT).unwrap_err();
    assert!(matches!(add(product("acme-cad", "acme")), Error::ProductExists(_)));
    let number = Some(1.try_into().unwrap());
    assert!(matches!(add(NewProduct { number, ..product("x", "acme") }), Error::ProductNumberTaken(_)));
    let family = |id: &str, number, policy| NewFamily { id: id.parse().unwrap(), number, policy };
    let with = |family| NewProduct { family, ..product("x", "acme") };
    assert!(matches!(add(with(family("new", number, None))), Error::FamilyNumberTaken(_)));
    let policy = Some(Policy { threshold: 1, ..Policy::default() });
    assert!(matches!(add(with(family("acme", None, policy))), Error::FamilyExists(_)));
    let two = Some(2.try_into().unwrap());
    assert!(matches!(add(with(family("acme", two, None))), Error::FamilyExists(_)));
    let faulty = Some(Policy { threshold: 0, ..Policy::default() });
    assert!(matches!(add(with(family("new", None, faulty))), Error::Policy(PolicyFault::Threshold)));
    assert!(matches!(add(NewProduct { drift: Some(6), ..product("x", "acme") }), Error::Policy(_)));
    assert_eq!(products::list(&*acme.store).unwrap().len(), 3, "nothing of it was added");
    assert_eq!(products::families(&*acme.store).unwrap().len(), 2);
}

#[test]
fn a_manifest_is_believed_from_the_root_key_alone() {
    let acme = TestVendor::open();
    let new = NewProduct {
        mode: Mode::Advise,
        service: Some("acme".parse().unwrap()),
        drift: Some(1),
        ..product("acme-pdm", "acme")
    };
    products::add(&*acme.store, &new, AT).unwrap();
    let root = vendor(&*acme.store).unwrap().root;
    let manifest = |id: &str| {
        let document = acme.authority().manifest(&id.parse().unwrap(), AT.at, &seeded(3)).unwrap();
        trust::verify::<Manifest>(&document, &root, AT.at, None).unwrap().document
    };
    let plain = manifest("acme-cad");
    assert_eq!((plain.mode, plain.service, plain.drift, plain.root), (None, None, 2, root));
    assert_eq!(plain.generic_key, ProductKey::generic(root.id(), plain.number));
    assert_eq!((plain.family.as_str(), plain.initial_grace), ("acme", Span::days(30)));
    let other = manifest("acme-pdm");
    assert_eq!((other.mode, other.drift, other.number.value()), (Some(Mode::Advise), 1, 4));
    assert_eq!(other.service, Some("acme".parse().unwrap()));
    let unknown = acme.authority().manifest(&"none".parse().unwrap(), AT.at, &seeded(3));
    assert!(matches!(unknown, Err(Error::UnknownProduct(_))));
}

#[test]
fn a_product_key_is_kept_by_its_public_half_alone() {
    let acme = TestVendor::open();
    let policy = Policy { threshold: 1, capacity: Some(50), ..Policy::default() };
    let new = NewKey {
        family: "acme".parse().unwrap(),
        allowance: Allowance::multiple_key(40),
        customer: Some("Müller & Söhne".parse().unwrap()),
        policy: Some(policy.clone()),
        certificate_validity: None,
    };
    let (key, issued) = keys::issue(&*acme.store, &new, AT, &seeded(3)).unwrap();
    assert_eq!((key.kind(), key.number().value()), (KeyKind::Multiple, 1));
    assert_eq!(issued.public, Keypair::of_product_key(&key).public());
    let listed = keys::list(&*acme.store).unwrap();
    assert_eq!((listed.len(), &listed[0].key, listed[0].places_taken), (1, &issued, 0));
    assert_eq!((issued.last_five.as_str(), &issued.policy), (key.last_five(), &policy));
    assert_eq!(keys::find(&*acme.store, issued.public.id()).unwrap().unwrap().key, issued);
    let mut files = std::fs::read(acme.home.store()).unwrap();
    files.extend(std::fs::read(acme.home.store().with_extension("db-wal")).unwrap_or_default());
    let characters: String = key.to_string().replace('-', "");
    for secret in [key.to_string().as_bytes(), characters.as_bytes(), &key.seed()] {
        assert!(!files.windows(secret.len()).any(|window| window == secret), "the store has the key itself");
    }
}

#[test]
fn a_product_key_is_for_a_family_that_there_is_and_a_policy_that_can_be_followed() {
    let acme = TestVendor::open();
    let new = |family: &str, policy| NewKey {
        family: family.parse().unwrap(),
        allowance: Allowance::HOST_KEY,
        customer: None,
        policy,
        certificate_validity: None,
    };
    let issue = |new: NewKey| keys::issue(&*acme.store, &new, AT, &seeded(3)).map(drop);
    assert!(matches!(issue(new("none", None)), Err(Error::UnknownFamily(_))));
    let ended = Policy { end: Some(AT.at), ..Policy::default() };
    assert!(matches!(issue(new("acme", Some(ended))), Err(Error::Policy(PolicyFault::Ended))));
    let features = (0..32).map(|n| format!("{n:0255}").parse().unwrap()).collect();
    let wide = Policy { features, ..Policy::default() };
    assert!(matches!(issue(new("acme", Some(wide))), Err(Error::GrantTooLarge(_))));
    assert!(keys::list(&*acme.store).unwrap().is_empty());
}

#[test]
fn nothing_can_be_done_before_there_is_a_vendor() {
    let acme = TestVendor::empty();
    assert!(matches!(products::list(&*acme.store), Err(Error::NotInitialised)));
    assert!(matches!(products::add(&*acme.store, &product("x", "x"), AT), Err(Error::NotInitialised)));
    assert!(matches!(keys::list(&*acme.store), Err(Error::NotInitialised)));
}

#[test]
fn a_product_that_is_sold_cannot_be_marked_for_tests() {
    let acme = TestVendor::open();
    let service = Some(leasehold_wire::Manifest::TEST_SERVICE.parse().unwrap());
    let marked = NewProduct { service: service.clone(), ..product("acme-x", "acme") };
    assert!(matches!(products::add(&*acme.store, &marked, AT), Err(Error::TestService)));
    products::add(&*acme.store, &product("acme-x", "acme"), AT).unwrap();
    let change = products::ProductChange { service: Some(service), ..products::ProductChange::default() };
    let changed = products::change(&*acme.store, &"acme-x".parse().unwrap(), &change, AT);
    assert!(matches!(changed, Err(Error::TestService)));
}
