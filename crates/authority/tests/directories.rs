//! Directories that a host key activates: objects, places, revocation.

mod common;

use leasehold_authority::revocations::Target;
use leasehold_authority::rotation::{self, Rotation};
use leasehold_authority::{Approval, Authority, Error, activations, keys};
use leasehold_core::activation::{Allowance, Placement, Refusal};
use leasehold_core::{DirectoryId, KeyKind, Span};
use leasehold_store::authority::Revoked;
use leasehold_testkit::forge::with_mixed_order;
use leasehold_wire::{ActivationObject, Keypair, Reason, Revocations, trust};

use common::{
    AT, TestVendor, directory_request, directory_request_by, granted, host_request, later, machine, pair, passphrase,
    seeded,
};

fn refusal(approval: &Approval) -> Refusal {
    match approval {
        Approval::Refused(refusal) => *refusal,
        Approval::Granted(_) => panic!("granted"),
    }
}

fn object(acme: &TestVendor, document: &[u8]) -> ActivationObject {
    let at = later(Span::days(300)).at;
    trust::verify::<ActivationObject>(document, &acme.authority().vendor().root, at, None).expect("an object").document
}

#[test]
fn a_host_key_activates_a_directory_with_an_object_of_its_grant_and_its_id() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let answer = granted(acme.authority().approve(&directory_request(&key, 7, 1), AT, &seeded(5)).unwrap());
    let object = object(&acme, &answer.document);
    assert_eq!((object.directory, object.issued), (DirectoryId([7; 16]), AT.at));
    assert_eq!(object.grants.iter().map(|grant| grant.products.len()).collect::<Vec<_>>(), [2]);
    assert_eq!(answer.expires, Some(object.expires));
    assert_eq!((answer.directory, answer.placement.ordinals().place), (Some(object.directory), 1));
    let listed = activations::directories(&*acme.store, None).unwrap();
    assert_eq!((listed.len(), listed[0].activation.name.as_ref().unwrap().as_str()), (1, "corp.example"));
    assert_eq!(activations::directory(&*acme.store, object.directory).unwrap(), listed);
    let usage = &keys::list(&*acme.store).unwrap()[0];
    assert_eq!((usage.places_taken, usage.hosts.len()), (1, 0), "a directory is no host");
    let found = activations::find(&*acme.store, answer.subject);
    assert!(matches!(found, Err(Error::UnknownHost(_))), "{found:?}");
    let unknown = activations::directory(&*acme.store, DirectoryId([8; 16]));
    assert!(matches!(unknown, Err(Error::UnknownDirectory(_))), "{unknown:?}");
}

#[test]
fn asking_again_from_anywhere_takes_nothing_more_and_each_answer_is_a_new_object() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let ask =
        |cti, by, seed| granted(acme.authority().approve(&directory_request(&key, 7, cti), by, &seeded(seed)).unwrap());
    let (first, second) = (ask(1, AT, 5), ask(2, later(Span::days(300)), 6));
    assert!(matches!(second.placement, Placement::Again(_)) && second.expires > first.expires);
    assert_ne!(object(&acme, &first.document).cti, object(&acme, &second.document).cti);
    let usage = keys::with_counts(&*acme.store, &leasehold_authority::KeyName::Id(first.key.public.id())).unwrap().1;
    assert_eq!((usage.places, usage.activations), (1, 1));
}

#[test]
fn hosts_and_directories_share_the_places_of_a_key_and_each_has_ten_key_pairs() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::Hosts { hosts: 2, activations: 10 }, None, 3);
    let authority = acme.authority();
    let approve = |request: &[u8]| authority.approve(request, AT, &seeded(5)).unwrap();
    granted(approve(&host_request(&key, 1, machine(1))));
    granted(approve(&directory_request(&key, 7, 1)));
    assert_eq!(refusal(&approve(&directory_request(&key, 8, 1))), Refusal::HostsExhausted { hosts: 2 });
    assert_eq!(refusal(&approve(&host_request(&key, 2, machine(2)))), Refusal::HostsExhausted { hosts: 2 });
    for n in 2..=10 {
        let placed = granted(approve(&directory_request_by(&pair(100 + n), &key, 7, n))).placement;
        assert_eq!((placed.ordinals().place, placed.ordinals().activation), (2, u64::from(n)));
    }
    let eleventh = approve(&directory_request_by(&pair(99), &key, 7, 11));
    assert_eq!(refusal(&eleventh), Refusal::ActivationsExhausted { activations: 10 });
    assert_eq!(
        refusal(&approve(&directory_request(&key, 7, 12))),
        Refusal::Revoked,
        "a place has one key pair at a time"
    );
    assert_eq!(keys::list(&*acme.store).unwrap()[0].hosts.len(), 1);
}

#[test]
fn another_kind_of_key_a_forged_proof_and_a_key_of_mixed_order_activate_nothing() {
    let acme = TestVendor::open();
    let (host, multiple) = (acme.issue(Allowance::HOST_KEY, None, 3), acme.issue(Allowance::multiple_key(5), None, 4));
    let authority = acme.authority();
    let approve = |request: &[u8]| authority.approve(request, AT, &seeded(5));
    let wrong = Refusal::WrongKindOfKey { found: KeyKind::Multiple, needed: KeyKind::Host };
    assert_eq!(refusal(&approve(&directory_request(&multiple, 7, 1)).unwrap()), wrong);
    let usual = Keypair::of_directory(&host, DirectoryId([7; 16]));
    let forged = directory_request_by(&usual, &multiple, 7, 1);
    assert!(matches!(approve(&forged).unwrap(), Approval::Refused(Refusal::WrongKindOfKey { .. })));
    let mixed = with_mixed_order(&directory_request(&host, 7, 1), &usual);
    assert!(matches!(approve(&mixed), Err(Error::Request(Reason::BadSignature))));
    assert!(activations::directories(&*acme.store, None).unwrap().is_empty());
}

#[test]
fn a_revoked_directory_is_listed_with_every_object_that_still_holds_and_is_not_answered_again() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let authority = acme.authority();
    let ask = |cti: u8| authority.approve(&directory_request(&key, 7, cti), AT, &seeded(u64::from(cti))).unwrap();
    let objects = [1, 2].map(|cti| object(&acme, &granted(ask(cti)).document).cti);
    let other = authority.approve(&directory_request(&key, 8, 3), AT, &seeded(3)).unwrap();
    let other = object(&acme, &granted(other).document).cti;
    let revoked = authority.revoke(&[Target::Directory(DirectoryId([7; 16]))], AT, &seeded(9)).unwrap();
    let subject = Keypair::of_directory(&key, DirectoryId([7; 16])).id();
    let expected = [Revoked::Key(subject), Revoked::Document(objects[0]), Revoked::Document(objects[1])];
    assert!(
        expected.iter().all(|what| revoked.added.contains(what)) && revoked.added.len() == 3,
        "{:?}",
        revoked.added
    );
    assert_eq!(refusal(&ask(4)), Refusal::Revoked);
    let list = trust::verify::<Revocations>(&revoked.list.unwrap().document, &authority.vendor().root, AT.at, None);
    let list = list.unwrap().document;
    assert!(list.revokes_document(objects[0]) && !list.revokes_document(other));
    assert!(activations::directory(&*acme.store, DirectoryId([7; 16])).unwrap()[0].revoked);
    let none = authority.revoke(&[Target::Directory(DirectoryId([9; 16]))], AT, &seeded(9));
    assert!(matches!(none, Err(Error::UnknownDirectory(_))), "{none:?}");
}

#[test]
fn a_revoked_product_key_takes_the_objects_of_its_directories_with_it() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let authority = acme.authority();
    let answer = granted(authority.approve(&directory_request(&key, 7, 1), AT, &seeded(5)).unwrap());
    let name = leasehold_authority::KeyName::Id(answer.key.public.id());
    let revoked = authority.revoke(&[Target::ProductKey(name)], AT, &seeded(9)).unwrap();
    assert!(revoked.added.contains(&Revoked::Document(object(&acme, &answer.document).cti)), "{:?}", revoked.added);
}

#[test]
fn after_a_rotation_the_former_objects_hold_and_a_renewal_is_by_the_new_authority() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let first = granted(acme.authority().approve(&directory_request(&key, 7, 1), AT, &seeded(5)).unwrap());
    let rotation = Rotation {
        root_key: acme.home.root_key(),
        root_passphrase: passphrase(),
        passphrase: passphrase(),
        validity: Span::days(3_650),
    };
    rotation::rotate(&acme.home, &acme.store, &rotation, AT, &seeded(6)).unwrap();
    let next: Authority = acme.authority();
    let second = granted(next.approve(&directory_request(&key, 7, 2), AT, &seeded(7)).unwrap());
    assert!(second.placement.is_again());
    let root = next.vendor().root;
    let signer = |document: &[u8]| trust::verify::<ActivationObject>(document, &root, AT.at, None).unwrap().signer;
    assert_eq!(signer(&second.document), next.id());
    assert_ne!(signer(&first.document), next.id(), "the former object still verifies");
}
