//! Families.

pub(super) mod change;
pub(super) mod list;
pub(super) mod show;

use leasehold_core::{FamilyId, Timestamp};
use leasehold_service::Problem;
use leasehold_store::authority::{Family, ForkPolicy};
use serde::{Deserialize, Serialize};
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
    forked: ForkedView,
    /// Since when nothing of it is granted any more, in seconds since 1970.
    #[schema(required)]
    withdrawn: Option<u64>,
}

/// How hosts that have forked are treated: they are shown as such, and renewed or refused.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Forked)]
pub(super) enum ForkedView {
    Show,
    Refuse,
}

/// The family of this id.
pub(super) fn find(call: &Call<'_>, id: FamilyId) -> Result<Family, Problem> {
    let found = products::families(call.store()).map_err(|error| problem(&error))?;
    found.into_iter().find(|family| family.id == id).ok_or_else(|| problem(&Error::UnknownFamily(id)))
}

impl From<&Family> for FamilyView {
    fn from(family: &Family) -> Self {
        let Family { id, number, policy, forked, withdrawn } = family;
        let withdrawn = withdrawn.map(Timestamp::unix);
        Self { id: id.to_string(), number: number.value(), policy: policy.into(), forked: (*forked).into(), withdrawn }
    }
}

impl From<ForkPolicy> for ForkedView {
    fn from(policy: ForkPolicy) -> Self {
        match policy {
            ForkPolicy::Show => Self::Show,
            ForkPolicy::Refuse => Self::Refuse,
        }
    }
}

impl From<ForkedView> for ForkPolicy {
    fn from(view: ForkedView) -> Self {
        match view {
            ForkedView::Show => Self::Show,
            ForkedView::Refuse => Self::Refuse,
        }
    }
}
