//! Policies in JSON. Times are seconds since 1970, lengths of time seconds.

use leasehold_core::{Policy, Span, Text, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::given::{Given, Parsed};
use crate::policy_change::PolicyChange;

/// What a product key grants.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Policy)]
pub(super) struct PolicyView {
    /// Distinct clients within `window` before leases are granted.
    threshold: u64,
    /// How long a client counts after it last asked.
    window: u64,
    /// How long a lease lasts.
    validity: u64,
    /// A client asks again this long after its lease was issued.
    renewal: u64,
    /// A client that failed asks again after this.
    retry: u64,
    /// How long everything works after a lease has ended.
    grace: u64,
    /// Most live leases at once; null is no limit.
    #[schema(required)]
    capacity: Option<u64>,
    /// Fingerprint components that may change before a machine counts as another one.
    drift: u64,
    /// When the grant ends; null is never.
    #[schema(required)]
    end: Option<u64>,
    /// Names of options that leases carry.
    features: Vec<String>,
}

/// What of a policy is to change; what is missing stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyInput {
    threshold: Option<u64>,
    window: Option<u64>,
    validity: Option<u64>,
    renewal: Option<u64>,
    retry: Option<u64>,
    grace: Option<u64>,
    /// null takes the limit away.
    #[serde(default)]
    #[schema(value_type = Option<u64>)]
    capacity: Given<u64>,
    drift: Option<u64>,
    /// null takes the end away.
    #[serde(default)]
    #[schema(value_type = Option<u64>)]
    end: Given<u64>,
    /// All of them; an empty list takes them away.
    #[schema(value_type = Option<Vec<String>>)]
    features: Option<Vec<Parsed<Text>>>,
}

impl From<&Policy> for PolicyView {
    fn from(policy: &Policy) -> Self {
        Self {
            threshold: policy.threshold,
            window: policy.window.as_seconds(),
            validity: policy.validity.as_seconds(),
            renewal: policy.renewal.as_seconds(),
            retry: policy.retry.as_seconds(),
            grace: policy.grace.as_seconds(),
            capacity: policy.capacity,
            drift: policy.drift,
            end: policy.end.map(Timestamp::unix),
            features: policy.features.iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<PolicyInput> for PolicyChange {
    fn from(input: PolicyInput) -> Self {
        let features = |features: Vec<Parsed<Text>>| features.into_iter().map(|feature| feature.0).collect();
        Self {
            threshold: input.threshold,
            window: input.window.map(Span::seconds),
            validity: input.validity.map(Span::seconds),
            renewal: input.renewal.map(Span::seconds),
            retry: input.retry.map(Span::seconds),
            grace: input.grace.map(Span::seconds),
            capacity: input.capacity.map(|capacity| capacity),
            drift: input.drift,
            end: input.end.map(Timestamp::from_unix),
            features: input.features.map(features),
        }
    }
}
