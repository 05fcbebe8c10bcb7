//! `POST /api/v1/keys`.

use std::num::NonZeroU64;

use leasehold_core::activation::Allowance;
use leasehold_core::{Policy, Span};
use leasehold_dashboard::authority::data;
use leasehold_service::admin::input::{Count, FamilyIdInput, Object, Validity, Words};
use leasehold_service::admin::{Answer, created};
use leasehold_service::{Problem, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::key_view;
use crate::keys::{self, Counts, NewKey, host_allowance};
use crate::serve::admin::call::Call;
use crate::serve::admin::families;

use crate::serve::admin::policy::PolicyInput;
use crate::serve::admin::problems::problem;

/// A product key to issue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewKey)]
pub(in crate::serve::admin) struct Input {
    #[schema(inline)]
    family: FamilyIdInput,
    kind: data::Kind,
    #[schema(inline)]
    customer: Option<Words>,
    /// Of a multiple key, and only of one: how many machines it activates.
    #[schema(inline)]
    machines: Option<Count>,
    /// Of a host key, and only of one: how many hosts it activates. Unless given 6, or 1 where the policy has a capacity:
    /// each host may grant so many leases.
    #[schema(inline)]
    hosts: Option<Count>,
    /// How many key pairs it activates at most on each host or machine; 10 unless given.
    #[schema(inline)]
    activations_each: Option<Count>,
    /// How long certificates of its hosts are valid, in seconds; 90 days with a capacity and two years without unless given.
    #[schema(inline)]
    certificate_validity: Option<Validity>,
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
    issued: data::Key,
}

/// Issues a product key. It is shown in this answer alone: where the answer is lost, issue another and revoke the first.
#[utoipa::path(post, operation_id = "issue-key", path = "/api/v1/keys", tag = "keys", request_body = Input,
    responses((status = 201, description = "The key", body = View)))]
pub(in crate::serve::admin) fn issue(call: &Call<'_>) -> Answer {
    let input: Input = call.input.body()?;
    let family = families::find(call, input.family.0)?;
    let change = input.policy.as_ref().map(|Object(policy)| policy.change()).transpose()?;
    let policy = change.unwrap_or_default().apply(family.policy);
    let each = input.activations_each.and_then(|each| NonZeroU64::new(each.0));
    let allowance = input.allowance(&policy)?.with_activations(each);
    let customer = input.customer.map(|name| name.text("body: customer")).transpose()?;
    let new = NewKey {
        family: family.id,
        allowance,
        customer,
        policy: Some(policy),
        certificate_validity: input.certificate_validity.map(|validity| Span::seconds(validity.0)),
    };
    let issued = keys::issue(call.store(), &new, call.stamp(), call.rng);
    let (key, issued) = issued.map_err(|error| problem(&error))?;
    let counts = Counts { places: 0, activations: 0 };
    created(&View { key: key.to_string(), issued: key_view(&issued, counts) })
}

impl Input {
    /// Which of the numbers goes with which kind is a rule that the description tells in words.
    fn allowance(&self, policy: &Policy) -> Result<Allowance, Problem> {
        match (self.kind, self.machines, self.hosts) {
            (data::Kind::Host, None, hosts) => {
                Ok(host_allowance(policy, hosts.and_then(|hosts| NonZeroU64::new(hosts.0))))
            }
            (data::Kind::Multiple, Some(machines), None) => Ok(Allowance::multiple_key(machines.0)),
            (data::Kind::Host, Some(_), _) | (data::Kind::Multiple, _, _) => {
                let detail = "body: a host key may have hosts, a multiple key has machines, and neither has the other";
                let title = "the request cannot be carried out";
                Err(Problem::new("malformed", StatusCode::UNPROCESSABLE_ENTITY, title, detail))
            }
        }
    }
}
