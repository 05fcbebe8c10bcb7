//! What every backend of [`AuthorityStore`] must pass. A backend's tests invoke [`crate::authority_suite!`].
#![expect(clippy::missing_panics_doc, reason = "cases are tests: to panic is how they fail")]

mod activations;
mod administration;
mod copies;
mod sample;
mod tokens;

pub use activations::{
    a_host_takes_ten_activations_from_many_threads, a_key_pair_that_asks_again_keeps_its_ordinals,
    a_key_pair_that_asks_many_times_at_once_takes_one_place, a_key_takes_six_hosts_from_many_threads,
    a_random_history_agrees_with_a_model, machines_of_one_make_are_told_apart,
    machines_that_share_a_component_are_found,
};
pub use administration::{
    activations_are_found_by_their_key_pair, keys_are_found_by_their_last_five, places_are_read_page_by_page,
    the_revocation_list_grows_and_its_newest_stays, what_is_changed_is_read_back_and_said,
};
pub use copies::a_copy_holds_what_its_original_holds;
pub use tokens::tokens_are_found_by_their_hash_and_stay_withdrawn;

use leasehold_core::activation::Placement;
use leasehold_core::{KeyId, Span};

use crate::StoreError;
use crate::authority::{AuditRow, AuthorityStore};

/// A store that one case has to itself.
pub trait Fixture: Sync {
    /// Another connection to it.
    fn open(&self) -> Box<dyn AuthorityStore>;
}

/// How a case ends; what is wrong panics.
pub type Outcome = Result<(), StoreError>;

/// Makes a test of each case; the argument makes a [`Fixture`] around a fresh store.
#[macro_export]
macro_rules! authority_suite {
    ($fresh:expr) => {
        $crate::authority_suite! { $fresh =>
            a_fresh_store_is_empty
            what_is_added_is_read_back
            a_transaction_that_fails_leaves_nothing
            a_key_stays_revoked_from_its_first_time
            each_change_leaves_one_row_of_audit
            what_was_answered_outlives_its_connection
            a_key_pair_that_asks_again_keeps_its_ordinals
            machines_that_share_a_component_are_found
            machines_of_one_make_are_told_apart
            a_random_history_agrees_with_a_model
            a_key_takes_six_hosts_from_many_threads
            a_host_takes_ten_activations_from_many_threads
            a_key_pair_that_asks_many_times_at_once_takes_one_place
            what_is_changed_is_read_back_and_said
            keys_are_found_by_their_last_five
            places_are_read_page_by_page
            activations_are_found_by_their_key_pair
            the_revocation_list_grows_and_its_newest_stays
            tokens_are_found_by_their_hash_and_stay_withdrawn
        }
    };
    ($fresh:expr => $($case:ident)*) => {$(
        #[test]
        fn $case() -> $crate::authority::suite::Outcome {
            $crate::authority::suite::$case(&$fresh)
        }
    )*};
}

/// Nothing is there before it is added.
///
/// # Errors
/// Where the store fails.
pub fn a_fresh_store_is_empty(fixture: &dyn Fixture) -> Outcome {
    fixture.open().transact("look", |tx| {
        assert_eq!(tx.vendor()?, None);
        assert!(tx.authority_certificates()?.is_empty() && tx.families()?.is_empty() && tx.products()?.is_empty());
        assert!(tx.keys()?.is_empty() && tx.audit(None, 9)?.is_empty());
        assert_eq!(tx.key(KeyId([1; 16]))?, None);
        assert_eq!(tx.family(&sample::family(1).id)?, None);
        assert_eq!(tx.product(&sample::product(1).id)?, None);
        assert!(tx.key_ids()?.is_empty() && tx.keys_ending("QPZRY")?.is_empty());
        assert!(tx.revocations()?.is_empty() && tx.revocation_list()?.is_none());
        Ok(())
    })
}

/// Every value comes back as it was given, with and without its optional parts.
///
/// # Errors
/// Where the store fails.
pub fn what_is_added_is_read_back(fixture: &dyn Fixture) -> Outcome {
    let (family, bare_family) = (sample::family(2), sample::bare_family(1));
    let (product, bare_product) = (sample::product(2), sample::bare_product(1));
    let (key, bare_key) = (sample::multiple_key(7), sample::host_key(1));
    fixture.open().transact("fill", |tx| {
        tx.add_vendor(&sample::vendor(), sample::AT)?;
        tx.add_authority_certificate(&sample::certificate(1), sample::AT)?;
        tx.add_authority_certificate(&sample::certificate(2), sample::AT)?;
        tx.add_family(&family, sample::AT)?;
        tx.add_family(&bare_family, sample::AT)?;
        tx.add_product(&product, sample::AT)?;
        tx.add_product(&bare_product, sample::AT)?;
        tx.add_key(&key, sample::AT)?;
        tx.add_key(&bare_key, sample::AT)
    })?;
    fixture.open().transact("read", |tx| {
        assert_eq!(tx.vendor()?, Some(sample::vendor()));
        assert_eq!(tx.authority_certificates()?, [sample::certificate(1), sample::certificate(2)]);
        assert_eq!(tx.families()?, [bare_family.clone(), family.clone()], "by number");
        assert_eq!(tx.family(&family.id)?, Some(family.clone()));
        assert_eq!(tx.products()?, [bare_product.clone(), product.clone()], "by number");
        assert_eq!(tx.product(&product.id)?, Some(product.clone()));
        assert_eq!(tx.keys()?, [key.clone(), bare_key.clone()], "oldest first");
        assert_eq!(tx.key(key.public.id())?, Some(key.clone()));
        assert!(tx.places(key.public.id(), 0, 99)?.is_empty());
        Ok(())
    })
}

/// All or nothing.
///
/// # Errors
/// Where the store fails.
pub fn a_transaction_that_fails_leaves_nothing(fixture: &dyn Fixture) -> Outcome {
    let store = fixture.open();
    let failed: Outcome = store.transact("fail", |tx| {
        tx.add_vendor(&sample::vendor(), sample::AT)?;
        tx.add_family(&sample::family(1), sample::AT)?;
        Err(StoreError::Unavailable("meant to fail".into()))
    });
    assert!(matches!(failed, Err(StoreError::Unavailable(_))));
    store.transact("look", |tx| {
        assert_eq!(tx.vendor()?, None);
        assert!(tx.families()?.is_empty() && tx.audit(None, 9)?.is_empty());
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
        tx.revoke_key(key, sample::later(Span::HOUR))?;
        tx.revoke_key(key, sample::later(Span::DAY))?;
        let revoked = tx.key(key)?.and_then(|key| key.revoked);
        assert_eq!(revoked, Some(sample::later(Span::HOUR).at));
        assert_eq!(tx.audit(None, 1)?[0].at, sample::later(Span::HOUR).at, "the second one has changed nothing");
        Ok(())
    })
}

/// No change without its row, no row without its change.
///
/// # Errors
/// Where the store fails.
pub fn each_change_leaves_one_row_of_audit(fixture: &dyn Fixture) -> Outcome {
    let key = sample::fill(&*fixture.open())?;
    let rows = fixture.open().transact("change and read", |tx| {
        tx.add_authority_certificate(&sample::certificate(1), sample::AT)?;
        tx.record(&sample::activation(key, 1, Placement::New(sample::ordinals(1, 1))), sample::later(Span::HOUR))?;
        tx.record(&sample::activation(key, 1, Placement::Again(sample::ordinals(1, 1))), sample::AT)?;
        tx.revoke_key(key, sample::AT)?;
        tx.audit(None, 99)
    })?;
    let actions: Vec<&str> = rows.iter().rev().map(|row| row.action.as_str()).collect();
    let expected = [
        "vendor-added",
        "family-added",
        "product-added",
        "key-issued",
        "authority-certified",
        "activated-new",
        "activated-again",
        "key-revoked",
    ];
    assert_eq!(actions, expected);
    let AuditRow { at, actor, subject, detail, number, .. } = &rows[2];
    assert_eq!((*at, actor.as_str(), subject), (sample::later(Span::HOUR).at, "cli", &key.to_string()));
    assert!(detail.contains("place=1 activation=1 cti="), "{detail}");
    assert!(*number > rows[3].number);
    fixture.open().transact("read few", |tx| {
        assert_eq!(tx.audit(None, 3)?, rows[..3]);
        assert_eq!(tx.audit(Some(rows[2].number), 3)?, rows[3..6], "those before it");
        Ok(())
    })
}

/// What one connection has answered, the next one finds.
///
/// # Errors
/// Where the store fails.
pub fn what_was_answered_outlives_its_connection(fixture: &dyn Fixture) -> Outcome {
    let store = fixture.open();
    let key = sample::fill(&*store)?;
    let activation = sample::activation(key, 1, Placement::New(sample::ordinals(1, 1)));
    store.transact("record", |tx| tx.record(&activation, sample::AT))?;
    drop(store);
    fixture.open().transact("look", |tx| {
        let places = tx.places(key, 0, 99)?;
        assert_eq!(places.len(), 1);
        assert_eq!((&places[0].document, places[0].ordinals), (&activation.document, sample::ordinals(1, 1)));
        assert_eq!(tx.places_taken(key)?, 1);
        Ok(())
    })
}
