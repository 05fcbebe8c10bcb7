//! Whether a policy can be lived with: what a vendor sets is checked once, before it is signed.

use crate::grant::Policy;
use crate::time::{Span, Timestamp};

/// What makes a policy one that no client or host could follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// Not even one client.
    #[error("threshold 0: must be at least 1")]
    Threshold,
    /// No lease could ever be given.
    #[error("capacity 0: must be at least 1, or none")]
    Capacity,
    /// No user could ever hold a lease.
    #[error("devices 0: must be at least 1, or none")]
    Devices,
    /// More than there are components.
    #[error("drift {0}: must be at most 5, since one component of six stays")]
    Drift(u64),
    /// A renewal that comes at once would flood the host.
    #[error("renewal {0}: must be at least 1 min")]
    RenewalTooShort(Span),
    /// A retry that comes at once would flood the host.
    #[error("retry {0}: must be at least 1 min")]
    RetryTooShort(Span),
    /// Leases would end before they are renewed.
    #[error("renewal {renewal}: must be shorter than the validity ({validity})")]
    RenewalTooLong {
        /// How long until a client renews.
        renewal: Span,
        /// How long a lease lasts.
        validity: Span,
    },
    /// Leases would end before a client tries again.
    #[error("retry {retry}: must be shorter than the validity ({validity})")]
    RetryTooLong {
        /// How long until a client tries again.
        retry: Span,
        /// How long a lease lasts.
        validity: Span,
    },
    /// Clients would no longer count when they ask again.
    #[error("window {window}: must be at least as long as the renewal ({renewal})")]
    WindowTooShort {
        /// How long a client counts.
        window: Span,
        /// How long until a client renews.
        renewal: Span,
    },
    /// A length of time beyond any use.
    #[error("{0}: must be at most 36500 d")]
    TooLong(Span),
    /// An end that has passed.
    #[error("end: must lie in the future")]
    Ended,
    /// More features than fit into a lease.
    #[error("features: must be at most 32, these are {0}")]
    TooManyFeatures(usize),
    /// Features without a name or named twice.
    #[error("features: each must have a name of its own")]
    FeatureNames,
}

impl Policy {
    /// Whether hosts and clients can follow it from `now` on.
    ///
    /// # Errors
    /// The first [`PolicyFault`] found.
    pub fn check(&self, now: Timestamp) -> Result<(), PolicyFault> {
        self.check_numbers()?;
        self.check_spans()?;
        if self.end.is_some_and(|end| end <= now) {
            return Err(PolicyFault::Ended);
        }
        self.check_features()
    }

    fn check_numbers(&self) -> Result<(), PolicyFault> {
        if self.threshold == 0 {
            Err(PolicyFault::Threshold)
        } else if self.capacity == Some(0) {
            Err(PolicyFault::Capacity)
        } else if self.devices == Some(0) {
            Err(PolicyFault::Devices)
        } else if self.drift > MAX_DRIFT {
            Err(PolicyFault::Drift(self.drift))
        } else {
            Ok(())
        }
    }

    fn check_spans(&self) -> Result<(), PolicyFault> {
        let Self { window, validity, renewal, retry, grace, .. } = *self;
        if let Some(span) = [window, validity, renewal, retry, grace].into_iter().find(|span| *span > LONGEST) {
            Err(PolicyFault::TooLong(span))
        } else if renewal < Span::MINUTE {
            Err(PolicyFault::RenewalTooShort(renewal))
        } else if retry < Span::MINUTE {
            Err(PolicyFault::RetryTooShort(retry))
        } else if renewal >= validity {
            Err(PolicyFault::RenewalTooLong { renewal, validity })
        } else if retry >= validity {
            Err(PolicyFault::RetryTooLong { retry, validity })
        } else if window < renewal {
            Err(PolicyFault::WindowTooShort { window, renewal })
        } else {
            Ok(())
        }
    }

    fn check_features(&self) -> Result<(), PolicyFault> {
        let named = |at: usize| {
            let name = self.features[at].as_str();
            !name.trim().is_empty() && self.features[..at].iter().all(|other| other.as_str() != name)
        };
        if self.features.len() > MAX_FEATURES {
            Err(PolicyFault::TooManyFeatures(self.features.len()))
        } else if (0..self.features.len()).all(named) {
            Ok(())
        } else {
            Err(PolicyFault::FeatureNames)
        }
    }
}

const MAX_DRIFT: u64 = 5;
const MAX_FEATURES: usize = 32;
const LONGEST: Span = Span::days(36_500);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    const NOW: Timestamp = Timestamp::from_unix(1_000);

    fn fault(change: impl FnOnce(&mut Policy)) -> Option<PolicyFault> {
        let mut policy = Policy::default();
        change(&mut policy);
        policy.check(NOW).err()
    }

    #[test]
    fn the_default_and_a_floating_policy_can_be_lived_with() {
        assert_eq!(fault(|_| {}), None);
        let floating = |policy: &mut Policy| {
            policy.threshold = 1;
            policy.capacity = Some(50);
            policy.validity = Span::HOUR;
            policy.renewal = Span::seconds(900);
            policy.retry = Span::MINUTE;
        };
        assert_eq!(fault(floating), None);
    }

    #[test]
    fn what_nobody_could_follow_is_named() {
        assert_eq!(fault(|policy| policy.threshold = 0), Some(PolicyFault::Threshold));
        assert_eq!(fault(|policy| policy.capacity = Some(0)), Some(PolicyFault::Capacity));
        assert_eq!(fault(|policy| policy.devices = Some(0)), Some(PolicyFault::Devices));
        assert_eq!(fault(|policy| policy.drift = 6), Some(PolicyFault::Drift(6)));
        assert_eq!(fault(|policy| policy.end = Some(NOW)), Some(PolicyFault::Ended));
        assert!(matches!(fault(|policy| policy.validity = Span::DAY), Some(PolicyFault::RenewalTooLong { .. })));
        assert!(matches!(fault(|policy| policy.retry = Span::ZERO), Some(PolicyFault::RetryTooShort(_))));
        assert!(matches!(fault(|policy| policy.window = Span::DAY), Some(PolicyFault::WindowTooShort { .. })));
        assert!(matches!(fault(|policy| policy.grace = Span::seconds(u64::MAX)), Some(PolicyFault::TooLong(_))));
        let twice = vec!["cloud".parse().unwrap(), "cloud".parse().unwrap()];
        assert_eq!(fault(|policy| policy.features = twice), Some(PolicyFault::FeatureNames));
    }
}
