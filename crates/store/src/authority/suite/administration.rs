//! What a vendor changes, looks up and revokes.

use std::slice;

use leasehold_core::activation::{Allowance, Placement};
use leasehold_core::{Cti, KeyId, Span};

use super::{Fixture, Outcome, sample};
use crate::authority::{Family, IssuedKey, Product, Revocation, RevocationList, Revoked};

/// Each change is there afterwards, with one row that says what was before and after; no change leaves none.
///
/// # Errors
/// Where the store fails.
pub fn what_is_changed_is_read_back_and_said(fixture: &dyn Fixture) -> Outcome {
    let id = sample::fill(&*fixture.open())?;
    let (family, product, key) = (sample::bare_family(1), sample::bare_product(1), sample::host_key(1));
    let other_family = Family { id: family.id, number: family.number, ..sample::family(9) };
    let other_product = Product { id: product.id, number: product.number, ..sample::product(9) };
    let other_key = IssuedKey {
        customer: Some(sample::text("Müller & Söhne")),
        policy: sample::family(1).policy,
        allowance: Allowance::Hosts { hosts: 9, activations: 20 },
        ..key.clone()
    };
    let said = fixture.open().transact("change", |tx| {
        let before = tx.audit(None, 99)?.len();
        tx.change_family(&family, &family, sample::AT)?;
        tx.change_product(&product, &product, sample::AT)?;
        tx.change_key(&key, &key, sample::AT)?;
        assert_eq!(tx.audit(None, 99)?.len(), before, "nothing was changed");
        tx.change_family(&family, &other_family, sample::AT)?;
        tx.change_product(&product, &other_product, sample::AT)?;
        tx.change_key(&key, &other_key, sample::AT)?;
        tx.audit(None, 3)
    })?;
    let words: Vec<_> = said.iter().map(|row| (row.action.as_str(), row.subject.clone())).collect();
    let (product_id, family_id) = (product.id.to_string(), family.id.to_string());
    assert_eq!(
        words,
        [("key-changed", id.to_string()), ("product-changed", product_id), ("family-changed", family_id)]
    );
    assert!(said[0].detail.starts_with("customer: none -> \"Müller & Söhne\", hosts: 6 -> 9, "), "{}", said[0].detail);
    assert!(said[0].detail.ends_with("features: [] -> [\"cloud\" \"3-D, \\\"solid\\\"\"]"), "{}", said[0].detail);
    fixture.open().transact("read", |tx| {
        assert_eq!(tx.family(&family.id)?, Some(other_family.clone()));
        assert_eq!(tx.product(&product.id)?, Some(other_product.clone()));
        assert_eq!(tx.key(id)?, Some(other_key.clone()));
        tx.change_family(&other_family, &family, sample::AT)?;
        tx.change_product(&other_product, &product, sample::AT)?;
        tx.change_key(&other_key, &key, sample::AT)?;
        assert_eq!(tx.families()?, slice::from_ref(&family));
        assert_eq!(tx.products()?, slice::from_ref(&product));
        assert_eq!(tx.keys()?, slice::from_ref(&key));
        Ok(())
    })
}

/// Five characters may be those of several keys.
///
/// # Errors
/// Where the store fails.
pub fn keys_are_found_by_their_last_five(fixture: &dyn Fixture) -> Outcome {
    let id = sample::fill(&*fixture.open())?;
    let twin = sample::host_key(2);
    let other = IssuedKey { last_five: sample::text("ZZZZZ"), ..sample::multiple_key(9) };
    fixture.open().transact("add and look", |tx| {
        tx.add_key(&twin, sample::AT)?;
        tx.add_key(&other, sample::AT)?;
        assert_eq!(tx.keys_ending("QPZRY")?, [sample::host_key(1), twin.clone()]);
        assert_eq!(tx.keys_ending("ZZZZZ")?, slice::from_ref(&other));
        assert!(tx.keys_ending("qpzry")?.is_empty());
        assert_eq!(tx.key_ids()?, [other.public.id(), id, twin.public.id()], "oldest first");
        Ok(())
    })
}

/// By ordinal, the latest key pair of each.
///
/// # Errors
/// Where the store fails.
pub fn places_are_read_page_by_page(fixture: &dyn Fixture) -> Outcome {
    let store = fixture.open();
    let key = sample::fill(&*store)?;
    store.transact("record and read", |tx| {
        for n in 1..=7 {
            tx.record(&sample::activation(key, n, Placement::New(sample::ordinals(n, 1))), sample::AT)?;
        }
        tx.record(&sample::activation(key, 8, Placement::Anew(sample::ordinals(3, 2))), sample::AT)?;
        let first = tx.places(key, 0, 3)?;
        let ordinals: Vec<_> = first.iter().map(|place| place.ordinals).collect();
        assert_eq!(ordinals, [sample::ordinals(1, 1), sample::ordinals(2, 1), sample::ordinals(3, 2)]);
        assert_eq!(first[2].subject, sample::pair(8));
        let rest = tx.places(key, 3, u64::MAX)?;
        assert_eq!(rest.iter().map(|place| place.ordinals.place).collect::<Vec<_>>(), [4, 5, 6, 7]);
        assert!(tx.places(key, 7, 3)?.is_empty() && tx.places(key, u64::MAX, 3)?.is_empty());
        assert_eq!((tx.places_taken(key)?, tx.activations_taken(key)?), (7, 8));
        assert_eq!(tx.activations_taken(KeyId([8; 16]))?, 0);
        Ok(())
    })
}

/// Also an earlier pair of a host, and one that several product keys have activated.
///
/// # Errors
/// Where the store fails.
pub fn activations_are_found_by_their_key_pair(fixture: &dyn Fixture) -> Outcome {
    let store = fixture.open();
    let key = sample::fill(&*store)?;
    let second = sample::multiple_key(9);
    store.transact("record and look", |tx| {
        tx.add_key(&second, sample::AT)?;
        let other = second.public.id();
        tx.record(&sample::activation(key, 1, Placement::New(sample::ordinals(1, 1))), sample::AT)?;
        tx.record(&sample::activation(key, 2, Placement::Anew(sample::ordinals(1, 2))), sample::AT)?;
        tx.record(&sample::activation(other, 1, Placement::New(sample::ordinals(1, 1))), sample::later(Span::DAY))?;
        let found = tx.activations_of(sample::pair(1).id())?;
        assert_eq!(found.iter().map(|(key, _)| *key).collect::<Vec<_>>(), [key, other]);
        assert_eq!((found[0].1.ordinals, found[0].1.subject), (sample::ordinals(1, 1), sample::pair(1)));
        assert_eq!(found[1].1.first, sample::later(Span::DAY).at);
        assert!(tx.activations_of(sample::pair(3).id())?.is_empty());
        assert_eq!(tx.activated(key)?, [sample::pair(1).id(), sample::pair(2).id()]);
        Ok(())
    })
}

/// Entries are added once, with the list that first named them.
///
/// # Errors
/// Where the store fails.
pub fn the_revocation_list_grows_and_its_newest_stays(fixture: &dyn Fixture) -> Outcome {
    let (key, document) = (Revoked::Key(KeyId([1; 16])), Revoked::Document(Cti([1; 16])));
    let list = |number: u64| RevocationList {
        number,
        issued: sample::AT.at,
        document: vec![0xd2; usize::try_from(number).expect("a small number")],
    };
    fixture.open().transact("revoke", |tx| {
        tx.revoke(&[key], &list(1), sample::AT)?;
        assert!(tx.is_revoked(key)? && !tx.is_revoked(document)?);
        tx.revoke(&[key, document], &list(2), sample::later(Span::DAY))
    })?;
    fixture.open().transact("read", |tx| {
        let first = Revocation { what: key, at: sample::AT.at, list: 1 };
        let second = Revocation { what: document, at: sample::later(Span::DAY).at, list: 2 };
        assert_eq!(tx.revocations()?, [first, second]);
        assert_eq!(tx.revocation_list()?, Some(list(2)));
        assert!(tx.is_revoked(document)?);
        tx.revoke(&[], &list(3), sample::AT)?;
        assert_eq!(tx.revocation_list()?, Some(list(3)));
        let rows = tx.audit(None, 9)?;
        let words: Vec<_> = rows.iter().rev().map(|row| (row.action.as_str(), row.detail.as_str())).collect();
        let expected = [
            ("revoked-key", "list=1"),
            ("list-signed", "entries=1"),
            ("revoked-document", "list=2"),
            ("list-signed", "entries=2"),
            ("list-signed", "entries=2"),
        ];
        assert_eq!(words, expected);
        Ok(())
    })
}
