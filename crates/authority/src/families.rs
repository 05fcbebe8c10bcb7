//! Changing and withdrawing families.

use leasehold_core::FamilyId;
use leasehold_store::authority::{AuthorityStore, Family, ForkPolicy, Stamp, Transaction};

use crate::error::Error;
use crate::grant::{check_size, grant};
use crate::policy_change::{Changed, PolicyChange};
use crate::products::{Availability, withdrawn};
use crate::transact;

/// Changes what the product keys issued from now on grant unless they say otherwise. Those that there are stay as they are.
///
/// # Errors
/// [`Error::UnknownFamily`], [`Error::Policy`], [`Error::GrantTooLarge`]; [`Error::NotInitialised`], [`Error::Store`].
pub fn change(
    store: &dyn AuthorityStore,
    id: &FamilyId,
    change: &PolicyChange,
    by: Stamp,
) -> Result<Changed<Family>, Error> {
    alter(store, "change a family", id, by, |tx, family| {
        let vendor = tx.vendor()?.ok_or(Error::NotInitialised)?;
        let policy = change.apply(family.policy.clone());
        if policy != family.policy {
            policy.check(by.at)?;
            let products = tx.products()?;
            let members = products.iter().filter(|product| product.family == *id);
            check_size(&vendor.name, &grant(*id, members, &policy))?;
        }
        Ok(Family { policy, ..family.clone() })
    })
}

/// Changes how a family treats hosts that have forked.
///
/// # Errors
/// [`Error::UnknownFamily`]; [`Error::NotInitialised`], [`Error::Store`].
pub fn set_forked(
    store: &dyn AuthorityStore,
    id: &FamilyId,
    forked: ForkPolicy,
    by: Stamp,
) -> Result<Changed<Family>, Error> {
    alter(store, "change a family", id, by, |_, family| Ok(Family { forked, ..family.clone() }))
}

/// Withdraws a family from all that is granted from now on, renewals included, or brings it back. A withdrawn family takes
/// no products and no keys.
///
/// # Errors
/// [`Error::UnknownFamily`]; [`Error::NotInitialised`], [`Error::Store`].
pub fn set_availability(
    store: &dyn AuthorityStore,
    id: &FamilyId,
    availability: Availability,
    by: Stamp,
) -> Result<Changed<Family>, Error> {
    alter(store, "withdraw a family", id, by, |_, family| {
        Ok(Family { withdrawn: withdrawn(family.withdrawn, availability, by), ..family.clone() })
    })
}

fn alter(
    store: &dyn AuthorityStore,
    name: &'static str,
    id: &FamilyId,
    by: Stamp,
    alter: impl Fn(&mut dyn Transaction, &Family) -> Result<Family, Error>,
) -> Result<Changed<Family>, Error> {
    transact(store, name, |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        let before = tx.family(id)?.ok_or(Error::UnknownFamily(*id))?;
        let after = alter(tx, &before)?;
        tx.change_family(&before, &after, by)?;
        Ok(Changed { before, after })
    })
}
