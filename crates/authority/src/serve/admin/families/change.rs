//! `PATCH /api/v1/families/{id}`.

use leasehold_core::FamilyId;
use leasehold_dashboard::authority::data;
use leasehold_service::admin::input::{FamilyIdInput, Object};
use leasehold_service::admin::{Answer, ok};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{fork_policy, view};
use crate::families;
use crate::products::Availability;
use crate::serve::admin::call::Call;

use crate::serve::admin::policy::PolicyInput;
use crate::serve::admin::problems::problem;

/// Fields of a family to update; a field that is missing stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FamilyInput)]
pub(in crate::serve::admin) struct Input {
    #[schema(value_type = Option<PolicyInput>)]
    policy: Option<Object<PolicyInput>>,
    forked: Option<data::Forked>,
    /// true takes it out of all that is granted from now on, false brings it back.
    withdrawn: Option<bool>,
}

/// Changes what the product keys issued from now on grant, or withdraws a family.
#[utoipa::path(patch, operation_id = "change-family", path = "/api/v1/families/{id}", tag = "catalogue",
    params(("id" = inline(FamilyIdInput), Path)), request_body = Input,
    responses((status = 200, description = "The family as it is now", body = data::Family)))]
pub(in crate::serve::admin) fn change(call: &Call<'_>) -> Answer {
    let id: FamilyId = call.input.parameter("id")?;
    let input: Input = call.input.body()?;
    let change = input.policy.map(|Object(policy)| policy.change()).transpose()?.unwrap_or_default();
    let changed = families::change(call.store(), &id, &change, call.stamp());
    let mut family = changed.map_err(|error| problem(&error))?.after;
    if let Some(forked) = input.forked {
        let changed = families::set_forked(call.store(), &id, fork_policy(forked), call.stamp());
        family = changed.map_err(|error| problem(&error))?.after;
    }
    if let Some(withdrawn) = input.withdrawn {
        let availability = if withdrawn { Availability::Withdrawn } else { Availability::Granted };
        let changed = families::set_availability(call.store(), &id, availability, call.stamp());
        family = changed.map_err(|error| problem(&error))?.after;
    }
    ok(&view(&family))
}
