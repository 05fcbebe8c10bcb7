//! `POST /api/v1/keys`.

use leasehold_core::activation::Allowance;
use leasehold_service::{Problem, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{KeyView, KindView};
use crate::keys::{self, Counts, NewKey};
use crate::serve::admin::call::{Answer, Call, created};
use crate::serve::admin::families;
use crate::serve::admin::input::{Count, FamilyIdInput, Object, Words};
use crate::serve::admin::policy::PolicyInput;
use crate::serve::admin::problems::problem;

/// A product key to issue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewKey)]
pub(in crate::serve::admin) struct Input {
    #[schema(inline)]
    family: FamilyIdInput,
    kind: KindView,
    #[schema(inline)]
    customer: Option<Words>,
    /// Of a multiple key, and only of one: how many machines it activates.
    #[schema(inline)]
    machines: Option<Count>,
    /// Where it differs from the family's policy.
    #[schema(value_type = Option<PolicyInput>)]
    policy: Option<Object<PolicyInput>>,
}

/// A product key as it is issued.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IssuedKey)]
pub(in crate::serve::admin) struct View {
    /// The key itself: it is in this answer alone, and kept nowhere.
    key: String,
    issued: KeyView,
}

/// Issues a product key. It is shown in this answer alone: where the answer is lost, issue another and revoke the first.
#[utoipa::path(post, operation_id = "issue-key", path = "/api/v1/keys", tag = "keys", request_body = Input,
    responses((status = 201, description = "The key", body = View)))]
pub(in crate::serve::admin) fn issue(call: &Call<'_>) -> Answer {
    let input: Input = call.body()?;
    let allowance = input.allowance()?;
    let family = families::find(call, input.family.0)?;
    let policy = input.policy.map(|Object(policy)| policy.change()).transpose()?;
    let policy = policy.map(|change| change.apply(family.policy));
    let customer = input.customer.map(|name| name.text("body: customer")).transpose()?;
    let new = NewKey { family: family.id, allowance, customer, policy };
    let issued = keys::issue(call.store(), &new, call.stamp(), &mut call.random());
    let (key, issued) = issued.map_err(|error| problem(&error))?;
    let counts = Counts { places: 0, activations: 0 };
    created(&View { key: key.to_string(), issued: KeyView::new(&issued, counts) })
}

impl Input {
    /// That a multiple key has machines, and only such a key, is a rule that the description tells in words.
    fn allowance(&self) -> Result<Allowance, Problem> {
        match (self.kind, self.machines) {
            (KindView::Host, None) => Ok(Allowance::HOST_KEY),
            (KindView::Multiple, Some(machines)) => Ok(Allowance::multiple_key(machines.0)),
            (KindView::Host, Some(_)) | (KindView::Multiple, None) => {
                let detail = "body: machines: a multiple key has it, a host key has not";
                let title = "the request cannot be carried out";
                Err(Problem::new("malformed", StatusCode::UNPROCESSABLE_ENTITY, title, detail))
            }
        }
    }
}
