//! Fields of a policy to update, and the state before and after any change.

use leasehold_core::{Policy, Span, Text, Timestamp};

/// Fields of a policy to update; `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyChange {
    /// Distinct clients within the window before leases are granted.
    pub threshold: Option<u64>,
    /// How long a client counts after it last asked.
    pub window: Option<Span>,
    /// How long a lease lasts.
    pub validity: Option<Span>,
    /// A client asks again this long after its lease was issued.
    pub renewal: Option<Span>,
    /// A client that failed asks again after this.
    pub retry: Option<Span>,
    /// How long everything works after a lease has ended.
    pub grace: Option<Span>,
    /// Most live leases at once; `Some(None)` takes the limit away.
    pub capacity: Option<Option<u64>>,
    /// Devices on which one signed-in user may hold a lease at once; `Some(None)` makes it no subscription.
    pub devices: Option<Option<u64>>,
    /// Fingerprint components that may change before a machine counts as another one.
    pub drift: Option<u64>,
    /// When the grant ends; `Some(None)` takes the end away.
    pub end: Option<Option<Timestamp>>,
    /// Names of options that leases carry; an empty list takes them away.
    pub features: Option<Vec<Text>>,
}

/// The state before and after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed<T> {
    /// Before the change.
    pub before: T,
    /// After it.
    pub after: T,
}

impl PolicyChange {
    /// `policy` with the changes.
    #[must_use]
    pub fn apply(&self, policy: Policy) -> Policy {
        Policy {
            threshold: self.threshold.unwrap_or(policy.threshold),
            window: self.window.unwrap_or(policy.window),
            validity: self.validity.unwrap_or(policy.validity),
            renewal: self.renewal.unwrap_or(policy.renewal),
            retry: self.retry.unwrap_or(policy.retry),
            grace: self.grace.unwrap_or(policy.grace),
            capacity: self.capacity.unwrap_or(policy.capacity),
            drift: self.drift.unwrap_or(policy.drift),
            end: self.end.unwrap_or(policy.end),
            features: self.features.clone().unwrap_or(policy.features),
            devices: self.devices.unwrap_or(policy.devices),
        }
    }
}

impl<T: PartialEq> Changed<T> {
    /// Whether it was like that before.
    pub fn is_nothing(&self) -> bool {
        self.before == self.after
    }
}
