//! Copies: nothing is lost or changed, and what is not empty is left alone.
#![expect(clippy::missing_panics_doc, reason = "cases are tests: to panic is how they fail")]

use leasehold_core::Span;
use leasehold_core::activation::Placement;

use crate::StoreError;
use crate::authority::copy::{Record, Summary, dump, restore};
use crate::authority::objects::suite::{directory, object};
use crate::authority::reports::suite::{tip, usage};
use crate::authority::suite::{Fixture, Outcome, sample};
use crate::authority::tokens::suite::token;
use crate::authority::{AuthorityStore, Fork, RevocationList, Revoked};

/// All records of a store come into another one, and nothing else.
///
/// # Errors
/// Where a store fails.
pub fn a_copy_holds_what_its_original_holds(fixture: &dyn Fixture, other: &dyn Fixture) -> Outcome {
    let (original, copy) = (fixture.open(), other.open());
    fill(&*original)?;
    let records = all(&*original)?;
    assert!(records.len() > 20, "{}", records.len());
    let mut broken = records.clone().into_iter().take(9);
    let failed = restore(&*copy, &mut || broken.next().map(Some).ok_or(StoreError::InUse));
    assert!(matches!(failed, Err(StoreError::InUse)), "{failed:?}");
    assert!(all(&*copy)?.is_empty(), "a copy that fails leaves nothing");
    let mut next = records.clone().into_iter();
    restore(&*copy, &mut || Ok(next.next()))?;
    assert_eq!(all(&*copy)?, records);
    let refused = restore(&*copy, &mut || Ok(None));
    assert!(matches!(refused, Err(StoreError::NotEmpty)), "{refused:?}");
    let digest = |records: &[Record]| {
        let mut summary = Summary::default();
        records.iter().for_each(|record| summary.add(record));
        summary.digest()
    };
    assert_ne!(digest(&records), digest(&records[1..]));
    // Both go on from there similar.
    for store in [&original, &copy] {
        store.transact("go on", |tx| tx.withdraw_key(sample::host_key(1).public.id(), sample::later(Span::HOUR)))?;
    }
    assert_eq!(all(&*copy)?, all(&*original)?);
    Ok(())
}

fn fill(store: &dyn AuthorityStore) -> Outcome {
    let key = sample::fill(store)?;
    store.transact("fill more", |tx| {
        tx.add_authority_certificate(&sample::certificate(1), sample::AT)?;
        tx.add_authority_certificate(&sample::certificate(2), sample::AT)?;
        tx.add_family(&sample::family(2), sample::AT)?;
        tx.add_product(&sample::product(2), sample::AT)?;
        tx.add_key(&sample::multiple_key(7), sample::AT)?;
        for n in 1..=4 {
            let placement = Placement::New(sample::ordinals(n, 1));
            tx.record_activation(&sample::activation(key, n, placement), sample::AT)?;
        }
        tx.record_activation(&directory(key, 5, Placement::New(sample::ordinals(5, 1))), sample::AT)?;
        tx.record_object(&object(key, 5))?;
        let again = Placement::Again(sample::ordinals(2, 1));
        tx.record_activation(&sample::activation(key, 2, again), sample::later(Span::DAY))?;
        let host = sample::pair(2).id();
        tx.record_tip(key, host, tip(4), Some(tip(3)))?;
        tx.record_fork(key, host, &Fork { at: sample::AT.at, expected: tip(4), reported: None }, sample::AT)?;
        tx.record_tip(key, sample::pair(1).id(), tip(1), None)?;
        tx.record_usage(&usage(key))?;
        let list = RevocationList { number: 3, issued: sample::AT.at, document: vec![7; 90] };
        tx.revoke(&[Revoked::Key(key), Revoked::Document(leasehold_core::Cti([5; 16]))], &list, sample::AT)?;
        tx.add_token(&token(1), sample::AT)?;
        tx.add_token(&token(2), sample::AT)
    })
}

fn all(store: &dyn AuthorityStore) -> Result<Vec<Record>, StoreError> {
    let mut records = Vec::new();
    dump(store, &mut |record| {
        records.push(record);
        Ok(())
    })?;
    Ok(records)
}
