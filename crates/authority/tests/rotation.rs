//! Another authority in the place of the one there is, also when its making is interrupted.

mod common;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use common::{AT, TestVendor, granted, host_request, later, machine, pair, passphrase, seeded, store};
use leasehold_authority::revocations::{self, Target};
use leasehold_authority::rotation::{self, AuthorityStatus, Rotated, Rotation, authorities};
use leasehold_authority::{Authority, Error, Home, Secret, Start};
use leasehold_core::activation::Allowance;
use leasehold_core::{KeyId, Span};
use leasehold_store::authority::AuthorityStore;
use leasehold_wire::{HostCertificate, Reason, Revocations, trust};

fn rotation(home: &Home) -> Rotation {
    Rotation {
        root_key: home.root_key(),
        root_passphrase: passphrase(),
        passphrase: passphrase(),
        validity: Span::days(3_650),
    }
}

fn rotate(home: &Home, store: &Arc<dyn AuthorityStore>, seed: u64) -> Result<Rotated, Error> {
    rotation::rotate(home, store, &rotation(home), later(Span::DAY), &seeded(seed))
}

fn open(home: &Home, store: &Arc<dyn AuthorityStore>) -> Result<Authority, Error> {
    Authority::open(home, Arc::clone(store), &passphrase(), later(Span::DAY).at)
}

fn stands(store: &Arc<dyn AuthorityStore>) -> Vec<(KeyId, AuthorityStatus)> {
    let all = authorities(&**store).expect("authorities");
    all.into_iter().map(|one| (one.certificate.authority, one.status)).collect()
}

#[test]
fn a_new_authority_signs_and_what_the_former_one_signed_holds() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let former = acme.authority();
    let request = host_request(&key, 1, machine(1));
    let earlier = granted(former.approve(&request, AT, &seeded(5)).unwrap()).document;
    let first = former.revoke(&[Target::Key(pair(9).id())], AT, &seeded(6)).unwrap().list.unwrap();
    let rotated = rotate(&acme.home, &acme.store, 7).unwrap();
    assert_eq!((rotated.start, rotated.former), (Start::Fresh, Some(former.id())));
    assert_eq!(
        stands(&acme.store),
        [(former.id(), AuthorityStatus::Superseded), (rotated.authority, AuthorityStatus::Active)]
    );
    let authority = open(&acme.home, &acme.store).unwrap();
    assert_eq!(authority.id(), rotated.authority);
    assert_eq!(fs::read(acme.home.authority_certificate()).unwrap(), authority.certificate());
    assert!(acme.home.former_authority_key(former.id()).exists() && !acme.home.next_authority_key().exists());
    let root = authority.vendor().root;
    let now = later(Span::DAY);
    let renewed = granted(authority.approve(&request, now, &seeded(8)).unwrap());
    for (document, signer) in [(&earlier, former.id()), (&renewed.document, authority.id())] {
        let opened = trust::verify::<HostCertificate>(document, &root, now.at, None).unwrap();
        assert_eq!(opened.signer, signer);
    }
    assert_eq!(renewed.placement.ordinals().activation, 1, "the same host");
    let list = rotated.list.unwrap();
    let opened = trust::verify::<Revocations>(&list.document, &root, now.at, None).unwrap();
    assert_eq!((opened.signer, opened.document.number), (authority.id(), first.number + 1));
    assert_eq!(opened.document.keys, [pair(9).id()], "with all that was revoked before");
}

#[test]
fn a_revoked_authority_signs_nothing_and_what_it_signed_holds_no_more() {
    let acme = TestVendor::open();
    let key = acme.issue(Allowance::HOST_KEY, None, 3);
    let former = acme.authority();
    let request = host_request(&key, 1, machine(1));
    let earlier = granted(former.approve(&request, AT, &seeded(5)).unwrap()).document;
    let aside = rotate(&acme.home, &acme.store, 7).unwrap().aside.unwrap();
    let authority = open(&acme.home, &acme.store).unwrap();
    let now = later(Span::DAY);
    let late = former.revoke(&[Target::Key(pair(8).id())], now, &seeded(8));
    assert!(matches!(late, Err(Error::Superseded(id)) if id == former.id()), "lists are the newest one's");
    let withdrawal = authority.revoke(&[Target::Authority(former.id())], now, &seeded(8)).unwrap();
    let root = authority.vendor().root;
    let list = trust::verify::<Revocations>(&withdrawal.list.unwrap().document, &root, now.at, None).unwrap().document;
    let judged = |document: &[u8]| trust::verify::<HostCertificate>(document, &root, now.at, Some(&list)).map(drop);
    assert_eq!(judged(&earlier), Err(Reason::Revoked));
    let running = former.approve(&request, now, &seeded(9));
    assert!(matches!(running, Err(Error::Certificate(Reason::Revoked))), "also one that still runs");
    let back = former.revoke(&[Target::Authority(authority.id())], now, &seeded(9));
    assert!(matches!(back, Err(Error::Certificate(Reason::Revoked))));
    let renewed = granted(authority.approve(&request, now, &seeded(9)).unwrap()).document;
    assert_eq!(judged(&renewed), Ok(()));
    fs::copy(aside, acme.home.authority_key()).unwrap();
    assert!(matches!(open(&acme.home, &acme.store), Err(Error::Certificate(Reason::Revoked))));
    assert_eq!(
        stands(&acme.store),
        [(former.id(), AuthorityStatus::Revoked), (authority.id(), AuthorityStatus::Active)]
    );
}

/// The files of the vendor's folder, copied while its store is closed.
fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
    }
}

/// Leaves in `cut` what a step of the rotation that is complete in `whole` leaves; the fifth step would be the last.
fn take(step: u8, whole: &Home, cut: &Home, former: KeyId) {
    let copy = |from: &Path, to: &Path| fs::copy(from, to).map(drop).expect("a copy");
    match step {
        1 => copy(&whole.authority_key(), &cut.next_authority_key()),
        2 => ["authority.db", "authority.db-wal", "authority.db-shm"]
            .iter()
            .for_each(|name| copy(&whole.folder().join(name), &cut.folder().join(name))),
        3 => copy(&whole.authority_certificate(), &cut.authority_certificate()),
        _ => copy(&whole.former_authority_key(former), &cut.former_authority_key(former)),
    }
}

#[test]
fn a_rotation_that_was_cut_short_is_continued_wherever_it_stopped() {
    let (before, after) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let acme = TestVendor::open();
    let former = acme.authority().id();
    acme.authority().revoke(&[Target::Key(pair(9).id())], AT, &seeded(6)).unwrap();
    let home = acme.home.clone();
    copy(home.folder(), before.path());
    let next = rotate(&home, &acme.store, 7).unwrap();
    copy(home.folder(), after.path());
    let (whole, fresh) = (Home::new(after.path()), Home::new(before.path()));
    for done in 1..=4 {
        let folder = tempfile::tempdir().unwrap();
        let cut = Home::new(folder.path());
        copy(fresh.folder(), cut.folder());
        (1..=done).for_each(|step| take(step, &whole, &cut, former));
        let store = store(&cut.store());
        assert_eq!(open(&cut, &store).unwrap().id(), former, "after step {done} the former one still signs");
        let continued = rotate(&cut, &store, 99).unwrap();
        assert_eq!((continued.start, continued.authority), (Start::Continued, next.authority), "after step {done}");
        assert_eq!(open(&cut, &store).unwrap().id(), next.authority);
        assert_eq!(stands(&store), [(former, AuthorityStatus::Superseded), (next.authority, AuthorityStatus::Active)]);
        assert_eq!(revocations::newest(&*store).unwrap().unwrap().number, 2, "the list was signed anew once");
        assert_eq!(rotate(&cut, &store, 98).unwrap().start, Start::Fresh, "the one after it is another");
    }
}

#[test]
fn a_rotation_needs_the_root_and_leaves_all_as_it_was_without_it() {
    let acme = TestVendor::open();
    let before = acme.authority().id();
    let fails = |rotation: Rotation| rotation::rotate(&acme.home, &acme.store, &rotation, AT, &seeded(7)).unwrap_err();
    let right = || rotation(&acme.home);
    let wrong = Secret::new("wrong".to_owned());
    assert!(matches!(fails(Rotation { root_passphrase: wrong, ..right() }), Error::WrongPassphrase(_)));
    let gone = acme.home.folder().join("missing.pem");
    assert!(matches!(fails(Rotation { root_key: gone, ..right() }), Error::File { .. }));
    assert!(matches!(fails(Rotation { root_key: acme.home.authority_key(), ..right() }), Error::AnotherKey(_)));
    assert!(matches!(fails(Rotation { passphrase: Secret::new(String::new()), ..right() }), Error::EmptyPassphrase));
    assert!(!acme.home.next_authority_key().exists());
    assert_eq!(acme.authority().id(), before);
    fs::rename(acme.home.root_key(), acme.home.folder().join("elsewhere.pem")).unwrap();
    fs::remove_file(acme.home.authority_key()).unwrap();
    let elsewhere = Rotation { root_key: acme.home.folder().join("elsewhere.pem"), ..right() };
    let rotated = rotation::rotate(&acme.home, &acme.store, &elsewhere, AT, &seeded(7)).unwrap();
    assert_eq!(rotated.aside, None, "also where the former key is lost");
    assert_eq!(acme.authority().id(), rotated.authority);
}
