//! `PATCH /api/v1/keys/{key}`.

use std::num::NonZeroU64;

use leasehold_core::Span;
use leasehold_dashboard::authority::data;
use leasehold_service::Problem;
use leasehold_service::admin::Answer;
use leasehold_service::admin::input::{Count, Nullable, Object, Validity, Words};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view;
use crate::key_name::KeyName;
use crate::keys::{self, KeyChange};
use crate::serve::admin::call::Call;
use crate::serve::admin::key_name_input::KeyNameInput;
use crate::serve::admin::policy::PolicyInput;
use crate::serve::admin::problems::problem;

/// Fields of a product key to update; a field that is missing stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = KeyInput)]
pub(in crate::serve::admin) struct Input {
    /// null is no customer in particular.
    #[serde(default)]
    #[schema(inline, value_type = Option<Words>)]
    customer: Nullable<Words>,
    #[schema(value_type = Option<PolicyInput>)]
    policy: Option<Object<PolicyInput>>,
    /// In seconds; null is the usual time.
    #[serde(default)]
    #[schema(inline, value_type = Option<Validity>)]
    certificate_validity: Nullable<Validity>,
    /// Hosts or machines at most.
    #[schema(inline)]
    places: Option<Count>,
    /// Key pairs at most on each of them.
    #[schema(inline)]
    activations_each: Option<Count>,
}

/// Changes a product key. What it grants reaches a host with its next certificate, when it renews.
#[utoipa::path(patch, operation_id = "change-key", path = "/api/v1/keys/{key}", tag = "keys",
    params(("key" = inline(KeyNameInput), Path)), request_body = Input,
    responses((status = 200, description = "The key as it is now", body = data::Key)))]
pub(in crate::serve::admin) fn change(call: &Call<'_>) -> Answer {
    let name: KeyName = call.input.parameter("key")?;
    let change = call.input.body::<Input>()?.change()?;
    keys::change(call.store(), &name, &change, call.stamp()).map_err(|error| problem(&error))?;
    view(call, &name)
}

impl Input {
    fn change(self) -> Result<KeyChange, Problem> {
        let count = |count: Option<Count>| count.and_then(|count| NonZeroU64::new(count.0));
        Ok(KeyChange {
            customer: self.customer.change(|name| name.text("body: customer"))?,
            policy: self.policy.map(|Object(policy)| policy.change()).transpose()?.unwrap_or_default(),
            certificate_validity: self.certificate_validity.change(|validity| Ok(Span::seconds(validity.0)))?,
            places: count(self.places),
            activations: count(self.activations_each),
        })
    }
}
