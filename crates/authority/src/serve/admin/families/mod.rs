//! Families.

pub(super) mod change;
pub(super) mod list;
pub(super) mod show;

use leasehold_core::{FamilyId, Timestamp};
use leasehold_service::Problem;
use leasehold_store::authority::Family;
use serde::Serialize;
use utoipa::ToSchema;

use super::call::Call;
use super::policy::PolicyView;
use super::problems::problem;
use crate::error::Error;
use crate::products;

/// Products whose clients are counted together.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Family)]
pub(super) struct FamilyView {
    id: String,
    number: u32,
    /// What product keys issued from now on grant unless they say otherwise.
    policy: PolicyView,
    /// Since when nothing of it is granted any more, in seconds since 1970.
    #[schema(required)]
    withdrawn: Option<u64>,
}

/// The family of this id.
pub(super) fn find(call: &Call<'_>, id: FamilyId) -> Result<Family, Problem> {
    let found = products::families(call.store()).map_err(|error| problem(&error))?;
    found.into_iter().find(|family| family.id == id).ok_or_else(|| problem(&Error::UnknownFamily(id)))
}

impl From<&Family> for FamilyView {
    fn from(family: &Family) -> Self {
        let Family { id, number, policy, withdrawn } = family;
        let withdrawn = withdrawn.map(Timestamp::unix);
        Self { id: id.to_string(), number: number.value(), policy: policy.into(), withdrawn }
    }
}
