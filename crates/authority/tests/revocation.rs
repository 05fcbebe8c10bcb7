//! Revoking hosts, keys and documents, and the list that says so.

mod common;

use common::{AT, TestVendor, granted, host_request, later, machine, machine_request, pair, refused, seeded};
use leasehold_authority::revocations::{self, Target, Withdrawal};
use leasehold_authority::{Error, KeyName};
use leasehold_core::activation::{Allowance, Refusal};
use leasehold_core::{Cti, KeyId, ProductKey, Span};
use leasehold_store::authority::{RevocationList, Revoked};
use leasehold_wire::{HostCertificate, Keypair, Lease, Reason, Revocations, trust};

fn revoke(acme: &TestVendor, targets: &[Target]) -> Withdrawal {
    acme.authority().revoke(targets, AT, &seeded(9)).expect("a list")
}

/// The list, verified with the root key.
fn read(acme: &TestVendor, list: &RevocationList) -> Revocations {
    let root = acme.authority().vendor().root;
    trust::verify::<Revocations>(&list.document, &root, AT.at, None).expect("it is believed").document
}

fn activate(acme: &TestVendor, key: &ProductKey, n: u8) -> Vec<u8> {
    let answer = acme.authority().approve(&host_request(key, n, machine(n)), AT, &seeded(5));
    granted(answer.expect("an answer")).document
}

#[test]
fn a_revoked_host_is_on_the_list_and_is_not_answered_again() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let certificate = activate(&acme, &key, 1);
    assert_eq!(revocations::newest(&*acme.store).unwrap(), None);
    let withdrawal = revoke(&acme, &[Target::Host(pair(1).id())]);
    assert_eq!(withdrawal.added, [Revoked::Key(pair(1).id())]);
    let stored = withdrawal.list.unwrap();
    assert_eq!(revocations::newest(&*acme.store).unwrap().as_ref(), Some(&stored));
    let list = read(&acme, &stored);
    assert_eq!((list.number, list.keys.as_slice()), (1, [pair(1).id()].as_slice()));
    let root = acme.authority().vendor().root;
    let judged = trust::verify::<HostCertificate>(&certificate, &root, AT.at, Some(&list));
    assert_eq!(judged.unwrap_err(), Reason::Revoked);
    let again = acme.authority().approve(&host_request(&key, 1, machine(1)), AT, &seeded(5)).unwrap();
    assert_eq!(refused(again), Refusal::Revoked);
    let anew = acme.authority().approve(&host_request(&key, 2, machine(1)), AT, &seeded(5)).unwrap();
    assert_eq!(granted(anew).placement.ordinals().activation, 2, "a new key pair mends a mistake");
}

#[test]
fn lists_are_numbered_and_what_was_revoked_stays() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    (1..=3).for_each(|n| drop(activate(&acme, &key, n)));
    let host = |n: u8| Target::Host(pair(n).id());
    let first = revoke(&acme, &[host(1)]).list.unwrap();
    let same = revoke(&acme, &[host(1)]);
    assert!(same.added.is_empty() && same.list == Some(first), "nothing new makes no new list");
    let document = Cti([7; 16]);
    let second = revoke(&acme, &[host(1), host(2), host(2), Target::Document(document), Target::Key(KeyId([6; 16]))]);
    assert_eq!(second.added.len(), 3);
    let list = read(&acme, &second.list.unwrap());
    assert_eq!((list.number, list.keys.len(), list.documents.as_slice()), (2, 3, [document].as_slice()));
    let rows = acme.store.transact("look", |tx| tx.audit(None, 4)).unwrap();
    let actions: Vec<_> = rows.iter().rev().map(|row| row.action.as_str()).collect();
    assert_eq!(actions, ["revoked-key", "revoked-key", "revoked-document", "list-signed"]);
}

#[test]
fn a_key_is_revoked_with_every_key_pair_it_has_activated() {
    let acme = TestVendor::open();
    let (key, other) = (acme.issue(Allowance::multiple_key(9), None, 3), acme.issue(Allowance::HOST_KEY, None, 4));
    let ask = |n, on| {
        let request = machine_request(&key, n, "acme-cad", machine(on));
        granted(acme.authority().approve(&request, AT, &seeded(5)).unwrap()).document
    };
    let leases = [ask(1, 1), ask(2, 1), ask(3, 3)];
    activate(&acme, &other, 4);
    let name: KeyName = key.last_five().parse().unwrap();
    let list = read(&acme, &revoke(&acme, &[Target::ProductKey(name)]).list.unwrap());
    assert_eq!(list.keys.len(), 3, "also the earlier pair of the first machine");
    let root = acme.authority().vendor().root;
    for lease in leases {
        let judged = trust::verify::<Lease>(&lease, &root, AT.at, Some(&list));
        assert_eq!(judged.unwrap_err(), Reason::Revoked);
    }
    let asked = acme.authority().approve(&machine_request(&key, 9, "acme-cad", machine(9)), AT, &seeded(5));
    assert_eq!(refused(asked.unwrap()), Refusal::Revoked);
    assert!(!list.revokes_key(pair(4).id()));
}

#[test]
fn what_cannot_be_revoked_changes_nothing() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    activate(&acme, &key, 1);
    let authority = acme.authority();
    let fails = |target: Target| authority.revoke(&[Target::Host(pair(1).id()), target], AT, &seeded(9)).unwrap_err();
    assert!(matches!(fails(Target::Host(KeyId([1; 16]))), Error::UnknownHost(_)));
    assert!(matches!(fails(Target::ProductKey("QQQQQ".parse().unwrap())), Error::UnknownKey(_)));
    assert!(matches!(fails(Target::Authority(KeyId([1; 16]))), Error::UnknownAuthority(_)));
    assert!(matches!(fails(Target::Authority(authority.id())), Error::OwnAuthority(_)));
    assert!(matches!(fails(Target::Key(authority.id())), Error::OwnAuthority(_)));
    assert_eq!(revocations::newest(&*acme.store).unwrap(), None);
    let ended = authority.revoke(&[Target::Host(pair(1).id())], later(Span::days(3_650)), &seeded(9));
    assert!(matches!(ended, Err(Error::Certificate(Reason::Expired))));
}

#[test]
fn a_list_has_room_for_sixty_thousand_entries_and_says_so_before_there_are_too_many() {
    let acme = TestVendor::open();
    let authority = acme.authority();
    let entries = |from: u64, many: u64| -> Vec<Target> {
        let name = |n: u64| Cti((u128::from(n) << 64).to_be_bytes());
        (from..from + many).map(|n| Target::Document(name(n))).collect()
    };
    let list = revoke(&acme, &entries(0, 60_000)).list.unwrap();
    assert_eq!(read(&acme, &list).documents.len(), 60_000);
    let full = authority.revoke(&entries(60_000, 3_000), AT, &seeded(9));
    assert!(matches!(full, Err(Error::ListFull { entries: 63_000, .. })));
    assert_eq!(revocations::standing(&*acme.store).unwrap().entries.len(), 60_000, "the last list stands");
}

#[test]
fn many_that_revoke_at_once_make_lists_of_different_numbers() {
    let acme = TestVendor::open();
    let authority = acme.authority();
    std::thread::scope(|scope| {
        for n in 0..4_u8 {
            let authority = &authority;
            scope.spawn(move || {
                for m in 0..5_u8 {
                    let target = Target::Key(Keypair::from_seed(&[n * 5 + m; 32]).id());
                    authority.revoke(&[target], AT, &seeded(u64::from(n * 5 + m))).expect("a list");
                }
            });
        }
    });
    let standing = revocations::standing(&*acme.store).unwrap();
    let mut numbers: Vec<u64> = standing.entries.iter().map(|entry| entry.list).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    assert_eq!(read(&acme, &standing.list.unwrap()).keys.len(), 20);
}
