//! Cases about product keys.
#![expect(clippy::missing_panics_doc, reason = "cases are tests: to panic is how they fail")]

use std::slice;

use leasehold_core::Span;
use leasehold_core::activation::Allowance;

use crate::authority::IssuedKey;
use crate::authority::suite::{Fixture, Outcome, sample};

/// Product keys come back as they were given, with and without their optional parts, oldest first.
///
/// # Errors
/// Where the store fails.
pub fn keys_are_read_back(fixture: &dyn Fixture) -> Outcome {
    let (key, bare) = (sample::multiple_key(7), sample::host_key(1));
    fixture.open().transact("fill", |tx| {
        tx.add_family(&sample::bare_family(1), sample::AT)?;
        tx.add_key(&key, sample::AT)?;
        tx.add_key(&bare, sample::AT)
    })?;
    fixture.open().transact("read", |tx| {
        assert_eq!(tx.keys()?, [key.clone(), bare.clone()]);
        assert_eq!(tx.key(key.public.id())?, Some(key.clone()));
        assert!(tx.places(key.public.id(), 0, 99)?.is_empty());
        Ok(())
    })
}

/// A changed key is there afterwards, with one row that says what was before and after; no change leaves none.
///
/// # Errors
/// Where the store fails.
pub fn a_changed_key_is_read_back(fixture: &dyn Fixture) -> Outcome {
    let id = sample::fill(&*fixture.open())?;
    let key = sample::host_key(1);
    let other = IssuedKey {
        customer: Some(sample::text("Müller & Söhne")),
        policy: sample::family(1).policy,
        allowance: Allowance::Hosts { hosts: 9, activations: 20 },
        certificate_validity: Some(Span::DAY),
        ..key.clone()
    };
    fixture.open().transact("change", |tx| {
        let before = tx.audit(None, 99)?.len();
        tx.change_key(&key, &key, sample::AT)?;
        assert_eq!(tx.audit(None, 99)?.len(), before, "nothing was changed");
        tx.change_key(&key, &other, sample::AT)?;
        let row = tx.audit(None, 1)?.remove(0);
        assert_eq!((row.action.as_str(), row.subject), ("key-changed", id.to_string()));
        assert!(row.detail.starts_with("customer: none -> \"Müller & Söhne\", hosts: 6 -> 9, "), "{}", row.detail);
        assert!(row.detail.ends_with("features: [] -> [\"cloud\" \"3-D, \\\"solid\\\"\"]"), "{}", row.detail);
        Ok(())
    })?;
    fixture.open().transact("change back", |tx| {
        assert_eq!(tx.key(id)?, Some(other.clone()));
        tx.change_key(&other, &key, sample::AT)?;
        assert_eq!(tx.keys()?, slice::from_ref(&key));
        Ok(())
    })
}

/// The time of the first withdrawal counts.
///
/// # Errors
/// Where the store fails.
pub fn a_key_stays_revoked_from_its_first_time(fixture: &dyn Fixture) -> Outcome {
    let key = sample::fill(&*fixture.open())?;
    fixture.open().transact("revoke", |tx| {
        tx.withdraw_key(key, sample::later(Span::HOUR))?;
        tx.withdraw_key(key, sample::later(Span::DAY))?;
        let withdrawn = tx.key(key)?.and_then(|key| key.withdrawn);
        assert_eq!(withdrawn, Some(sample::later(Span::HOUR).at));
        assert_eq!(tx.audit(None, 1)?[0].at, sample::later(Span::HOUR).at, "the second one has changed nothing");
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
