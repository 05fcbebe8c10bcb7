//! Families.

pub(super) mod change;
pub(super) mod list;
pub(super) mod show;

use leasehold_core::{FamilyId, Timestamp};
use leasehold_dashboard::authority::data;
use leasehold_service::Problem;
use leasehold_store::authority::{Family, ForkPolicy};

use super::call::Call;
use super::policy;
use super::problems::problem;
use crate::error::Error;
use crate::products;

/// The family of this id.
pub(super) fn find(call: &Call<'_>, id: FamilyId) -> Result<Family, Problem> {
    let found = products::families(call.store()).map_err(|error| problem(&error))?;
    found.into_iter().find(|family| family.id == id).ok_or_else(|| problem(&Error::UnknownFamily(id)))
}

/// A family.
pub(super) fn view(family: &Family) -> data::Family {
    let Family { id, number, policy, forked, withdrawn } = family;
    let forked = match forked {
        ForkPolicy::Show => data::Forked::Show,
        ForkPolicy::Refuse => data::Forked::Refuse,
    };
    let (policy, withdrawn) = (policy::view(policy), withdrawn.map(Timestamp::unix));
    data::Family { id: id.to_string(), number: number.value(), policy, forked, withdrawn }
}

/// The treatment of this name.
fn fork_policy(view: data::Forked) -> ForkPolicy {
    match view {
        data::Forked::Show => ForkPolicy::Show,
        data::Forked::Refuse => ForkPolicy::Refuse,
    }
}
