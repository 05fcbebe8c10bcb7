//! Product keys.

use std::num::NonZeroU64;

use leasehold_core::activation::Allowance;
use leasehold_core::{FamilyId, KeyId, Text, Timestamp};
use leasehold_service::Problem;
use leasehold_store::authority::IssuedKey;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{Answer, Call, created, limit, ok, parsed};
use super::catalogue::find_family;
use super::given::{Given, Parsed};
use super::policy::{PolicyInput, PolicyView};
use super::problems::problem;
use super::revocations::{WithdrawalView, withdrawal};
use crate::key_name::KeyName;
use crate::keys::{self, Counts, KeyChange, NewKey, Page};
use crate::policy_change::PolicyChange;
use crate::revocations::Target;

/// A product key without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Key)]
pub(super) struct KeyView {
    /// The name of its public half.
    id: String,
    last_five: String,
    kind: KindView,
    family: String,
    #[schema(required)]
    customer: Option<String>,
    /// When, in seconds since 1970.
    issued: u64,
    #[schema(required)]
    revoked: Option<u64>,
    /// Hosts or machines that it activates at most.
    places: u64,
    places_taken: u64,
    /// Key pairs that it activates at most on each of them.
    activations_each: u64,
    /// Key pairs that it has activated on all of them.
    activations_taken: u64,
    policy: PolicyView,
}

/// A product key as it is issued.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct IssuedKeyView {
    /// The key itself: it is in this answer alone, and kept nowhere.
    key: String,
    issued: KeyView,
}

/// A page of product keys, oldest first. It may have fewer than asked for, or none, though more follow.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeyPage {
    items: Vec<KeyView>,
    /// What `after` is to be for the next page; null where this is the last.
    #[schema(required)]
    next: Option<String>,
}

/// What a product key activates.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Kind)]
pub(super) enum KindView {
    /// Hosts.
    Host,
    /// Machines directly with the authority.
    Multiple,
}

/// A product key to issue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewKeyInput {
    #[schema(value_type = String)]
    family: Parsed<FamilyId>,
    kind: KindView,
    #[schema(value_type = Option<String>)]
    customer: Option<Parsed<Text>>,
    /// Of a multiple key, and only of one: how many machines it activates.
    #[schema(value_type = Option<u64>)]
    machines: Option<NonZeroU64>,
    /// In what it differs from the family's.
    #[serde(default)]
    policy: Option<PolicyInput>,
}

/// What of a product key is to change; what is missing stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyInput {
    /// null is nobody in particular.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    customer: Given<Parsed<Text>>,
    #[serde(default)]
    policy: Option<PolicyInput>,
    /// Hosts or machines at most.
    #[schema(value_type = Option<u64>)]
    places: Option<NonZeroU64>,
    /// Key pairs at most on each of them.
    #[schema(value_type = Option<u64>)]
    activations_each: Option<NonZeroU64>,
}

/// How far a product key is to be withdrawn.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RevokeKeyInput {
    /// Whether what it has activated is put on the revocation list too; else that holds to its end.
    #[serde(default)]
    places: bool,
}

/// The product keys, oldest first.
#[utoipa::path(get, operation_id = "list-keys", path = "/api/v1/keys", tag = "keys",
    params(
        ("after" = Option<String>, Query, description = "Only keys issued after the one of this id."),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 1000, description = "Keys at most; 100 unless given."),
        ("family" = Option<String>, Query, description = "Only keys of this family."),
        ("customer" = Option<String>, Query, description = "Only keys of this customer."),
    ),
    responses((status = 200, description = "A page of keys", body = KeyPage)))]
pub(super) fn keys(call: &Call<'_>) -> Answer {
    let [after, most, family, customer] = call.query(["after", "limit", "family", "customer"])?;
    let (after, most) = (parsed::<KeyId>("after", after)?, limit(most)?);
    let (family, customer) = (parsed::<FamilyId>("family", family)?, parsed::<Text>("customer", customer)?);
    let wanted = |key: &IssuedKey| {
        family.is_none_or(|family| key.family == family)
            && customer.as_ref().is_none_or(|who| key.customer.as_ref() == Some(who))
    };
    let Page { keys, next } = keys::page(call.store(), after, most, &wanted).map_err(|error| problem(&error))?;
    ok(&KeyPage {
        items: keys.iter().map(|(key, counts)| KeyView::new(key, *counts)).collect(),
        next: next.map(|id| id.to_string()),
    })
}

/// One product key, by its id or its last five characters.
#[utoipa::path(get, operation_id = "show-key", path = "/api/v1/keys/{key}", tag = "keys", params(("key" = String, Path)),
    responses((status = 200, description = "The key", body = KeyView)))]
pub(super) fn key(call: &Call<'_>) -> Answer {
    found(call, &call.parameter("key")?)
}

/// Issues a product key. It is shown in this answer alone: where the answer is lost, issue another and revoke the first.
#[utoipa::path(post, operation_id = "issue-key", path = "/api/v1/keys", tag = "keys", request_body = NewKeyInput,
    responses((status = 201, description = "The key", body = IssuedKeyView)))]
pub(super) fn issue(call: &Call<'_>) -> Answer {
    let input: NewKeyInput = call.body()?;
    let allowance = match (input.kind, input.machines) {
        (KindView::Host, None) => Allowance::HOST_KEY,
        (KindView::Multiple, Some(machines)) => Allowance::multiple_key(machines.get()),
        (KindView::Host, Some(_)) | (KindView::Multiple, None) => {
            return Err(Problem::malformed("body: machines: a multiple key has it, a host key has not"));
        }
    };
    let family = find_family(call, input.family.0)?;
    let policy = input.policy.map(|policy| PolicyChange::from(policy).apply(family.policy));
    let customer = input.customer.map(|customer| customer.0);
    let new = NewKey { family: family.id, allowance, customer, policy };
    let issued = keys::issue(call.store(), &new, call.stamp(), &mut call.random());
    let (key, issued) = issued.map_err(|error| problem(&error))?;
    let counts = Counts { places: 0, activations: 0 };
    created(&IssuedKeyView { key: key.to_string(), issued: KeyView::new(&issued, counts) })
}

/// Changes a product key. What it grants reaches a host with its next certificate, when it renews.
#[utoipa::path(patch, operation_id = "change-key", path = "/api/v1/keys/{key}", tag = "keys", params(("key" = String, Path)),
    request_body = KeyInput, responses((status = 200, description = "The key as it is now", body = KeyView)))]
pub(super) fn change(call: &Call<'_>) -> Answer {
    let name: KeyName = call.parameter("key")?;
    let input: KeyInput = call.body()?;
    let change = KeyChange {
        customer: input.customer.map(|customer| customer.0),
        policy: input.policy.map(PolicyChange::from).unwrap_or_default(),
        places: input.places,
        activations: input.activations_each,
    };
    keys::change(call.store(), &name, &change, call.stamp()).map_err(|error| problem(&error))?;
    found(call, &name)
}

/// Withdraws a product key for ever: it activates and renews nothing more.
#[utoipa::path(post, operation_id = "revoke-key", path = "/api/v1/keys/{key}/revoke", tag = "keys", params(("key" = String, Path)),
    request_body = RevokeKeyInput,
    responses((status = 200, description = "What was put on the revocation list by it", body = WithdrawalView)))]
pub(super) fn revoke(call: &Call<'_>) -> Answer {
    let name: KeyName = call.parameter("key")?;
    let RevokeKeyInput { places } = call.body()?;
    if places {
        return withdrawal(call, &[Target::ProductKey(name)]);
    }
    keys::revoke(call.store(), &name, call.stamp()).map_err(|error| problem(&error))?;
    withdrawal(call, &[])
}

fn found(call: &Call<'_>, name: &KeyName) -> Answer {
    let (key, counts) = keys::with_counts(call.store(), name).map_err(|error| problem(&error))?;
    ok(&KeyView::new(&key, counts))
}

impl KeyView {
    fn new(key: &IssuedKey, taken: Counts) -> Self {
        let kind = match key.allowance {
            Allowance::Hosts { .. } => KindView::Host,
            Allowance::Machines { .. } => KindView::Multiple,
        };
        Self {
            id: key.public.id().to_string(),
            last_five: key.last_five.to_string(),
            kind,
            family: key.family.to_string(),
            customer: key.customer.as_ref().map(ToString::to_string),
            issued: key.issued.unix(),
            revoked: key.revoked.map(Timestamp::unix),
            places: key.allowance.places(),
            places_taken: taken.places,
            activations_each: key.allowance.activations(),
            activations_taken: taken.activations,
            policy: (&key.policy).into(),
        }
    }
}
