//! Policies in JSON. Times are seconds since 1970, lengths of time seconds.

use leasehold_core::{Policy, Span, Timestamp};
use leasehold_service::Problem;
use leasehold_service::admin::input::{Count, Drift, Nullable, Seconds, Time, Words};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    /// Most live leases at once on one host's store; null is no limit.
    #[schema(required)]
    capacity: Option<u64>,
    /// Devices on which one signed-in user may hold a lease at once; null is no subscription.
    #[schema(required)]
    devices: Option<u64>,
    /// Fingerprint components that may change before a machine counts as another one.
    drift: u64,
    /// When the grant ends; null is never.
    #[schema(required)]
    end: Option<u64>,
    /// Names of options that leases carry.
    features: Vec<String>,
}

/// Fields of a policy to update; a field that is missing stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyInput {
    #[schema(inline)]
    threshold: Option<Count>,
    #[schema(inline)]
    window: Option<Seconds>,
    #[schema(inline)]
    validity: Option<Seconds>,
    #[schema(inline)]
    renewal: Option<Seconds>,
    #[schema(inline)]
    retry: Option<Seconds>,
    #[schema(inline)]
    grace: Option<Seconds>,
    /// null takes the limit away.
    #[serde(default)]
    #[schema(inline, value_type = Option<Count>)]
    capacity: Nullable<Count>,
    /// null makes it no subscription.
    #[serde(default)]
    #[schema(inline, value_type = Option<Count>)]
    devices: Nullable<Count>,
    #[schema(inline)]
    drift: Option<Drift>,
    /// null takes the end away.
    #[serde(default)]
    #[schema(inline, value_type = Option<Time>)]
    end: Nullable<Time>,
    /// All of them; an empty list takes them away.
    #[schema(inline)]
    features: Option<Vec<Words>>,
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
            devices: policy.devices,
            drift: policy.drift,
            end: policy.end.map(Timestamp::unix),
            features: policy.features.iter().map(ToString::to_string).collect(),
        }
    }
}

impl PolicyInput {
    pub(super) fn change(&self) -> Result<PolicyChange, Problem> {
        let span = |seconds: Option<Seconds>| seconds.map(|seconds| Span::seconds(seconds.0));
        let features =
            self.features.as_ref().map(|names| names.iter().map(|name| name.text("body: features")).collect());
        Ok(PolicyChange {
            threshold: self.threshold.map(|count| count.0),
            window: span(self.window),
            validity: span(self.validity),
            renewal: span(self.renewal),
            retry: span(self.retry),
            grace: span(self.grace),
            capacity: self.capacity.clone().change(|count| Ok(count.0))?,
            devices: self.devices.clone().change(|count| Ok(count.0))?,
            drift: self.drift.map(|drift| drift.0),
            end: self.end.clone().change(|time| Ok(Timestamp::from_unix(time.0)))?,
            features: features.transpose()?,
        })
    }
}
