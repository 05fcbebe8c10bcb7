//! What every backend of [`AuthorityStore`] must pass. A backend's tests invoke [`crate::authority_suite!`].
#![expect(clippy::missing_panics_doc, reason = "cases are tests: to panic is how they fail")]

pub(super) mod sample;

use leasehold_core::KeyId;

pub use super::activations::suite::{
    a_host_takes_ten_activations_from_many_threads, a_key_pair_that_asks_again_keeps_its_ordinals,
    a_key_pair_that_asks_many_times_at_once_takes_one_place, a_key_takes_six_hosts_from_many_threads,
    a_random_history_agrees_with_a_model, activations_are_found_by_their_key_pair,
    hosts_of_all_keys_are_read_page_by_page, machines_of_one_make_are_told_apart,
    machines_that_share_a_component_are_found, places_are_read_page_by_page, what_was_answered_outlives_its_connection,
};
pub use super::audit::suite::each_change_leaves_one_row_of_audit;
pub use super::copy::suite::a_copy_holds_what_its_original_holds;
pub use super::families::suite::{a_changed_family_is_read_back, families_are_read_back};
pub use super::keys::suite::{
    a_changed_key_is_read_back, a_key_stays_revoked_from_its_first_time, keys_are_found_by_their_last_five,
    keys_are_read_back,
};
pub use super::objects::suite::{a_directory_is_known_by_its_id, objects_are_read_back};
pub use super::products::suite::{a_changed_product_is_read_back, products_are_read_back};
pub use super::reports::suite::{
    the_tip_of_each_host_is_kept_and_forks_are_audited, the_usage_of_a_month_is_its_latest_report_and_its_highest_peak,
};
pub use super::revocations::suite::the_revocation_list_grows_and_its_newest_stays;
pub use super::tokens::suite::tokens_are_found_by_their_hash_and_stay_withdrawn;
pub use super::vendor::suite::a_vendor_is_read_back;

use super::AuthorityStore;
use crate::StoreError;

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
            a_vendor_is_read_back
            families_are_read_back
            products_are_read_back
            keys_are_read_back
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
            a_changed_family_is_read_back
            a_changed_product_is_read_back
            a_changed_key_is_read_back
            keys_are_found_by_their_last_five
            places_are_read_page_by_page
            hosts_of_all_keys_are_read_page_by_page
            activations_are_found_by_their_key_pair
            a_directory_is_known_by_its_id
            objects_are_read_back
            the_revocation_list_grows_and_its_newest_stays
            the_tip_of_each_host_is_kept_and_forks_are_audited
            the_usage_of_a_month_is_its_latest_report_and_its_highest_peak
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
