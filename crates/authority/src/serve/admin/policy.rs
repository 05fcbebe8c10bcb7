//! Policies in JSON. Times are seconds since 1970, lengths of time seconds.

use leasehold_core::{Policy, Span, Timestamp};
use leasehold_dashboard::authority::data;
use leasehold_service::Problem;
use leasehold_service::admin::input::{Count, Drift, Nullable, Seconds, Time, Words};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::policy_change::PolicyChange;

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

/// What a product key or a family grants.
pub(super) fn view(policy: &Policy) -> data::Policy {
    data::Policy {
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
