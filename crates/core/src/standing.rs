//! What a client may do now: a function of manifest, lease, fingerprint, revocations and time (DESIGN section 6).

use core::fmt;

use crate::attempt;
use crate::clock::Reading;
use crate::code::Code;
use crate::grant::Policy;
use crate::id::KeyId;
use crate::time::{Span, Timestamp};

/// What a client may do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No lease yet, within the manifest's initial grace: run, remind.
    Unactivated {
        /// When the initial grace ends.
        until: Timestamp,
    },
    /// A valid lease bound to this device key and machine: run.
    Licensed {
        /// When the lease ends; `None` is never (multiple keys).
        until: Option<Timestamp>,
        /// When the client asks again; `None` where there is nothing to renew.
        renew_at: Option<Timestamp>,
    },
    /// The lease has ended a short while ago, or the machine has become another one: run, warn.
    Grace {
        /// When the grace ends.
        until: Timestamp,
        /// Why the client is not licensed.
        why: Why,
    },
    /// Read-only, or as the vendor decides.
    Reduced {
        /// Why the client is not licensed.
        why: Why,
    },
}

/// Why a client is not licensed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The initial grace is over and there never was a lease.
    NeverActivated,
    /// The lease has ended.
    Expired,
    /// The lease, the client or a key above is on the revocation list.
    Revoked,
    /// The fingerprint is no longer that of the machine the lease was given to.
    AnotherMachine,
}

/// How a manifest wants the standing to reach the application (DESIGN section 3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The standing as it is.
    #[default]
    Enforce,
    /// The standing is told, never "reduced" to the application.
    Advise,
    /// As `Advise`, and silent.
    Observe,
}

/// All that standing depends on, the time apart.
#[derive(Clone, Copy, Debug)]
pub struct Evidence {
    /// The client's device key.
    pub client: KeyId,
    /// When the product first ran here.
    pub first_run: Timestamp,
    /// How long it runs unactivated.
    pub initial_grace: Span,
    /// The verified lease in hand.
    pub lease: Option<Lease>,
}

/// What standing needs of a lease.
#[derive(Clone, Copy, Debug)]
pub struct Lease {
    /// When it was issued.
    pub issued: Timestamp,
    /// When it ends; `None` is never.
    pub expires: Option<Timestamp>,
    /// When to ask again after it was issued.
    pub renewal: Span,
    /// How long everything works after it has ended.
    pub grace: Span,
    /// Whether it was given to this machine.
    pub machine: Machine,
    /// Whether the revocation list names it, its client or a key above.
    pub revocation: Revocation,
}

/// Whether a lease was given to the machine it is found on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// The fingerprint agrees.
    Same,
    /// The fingerprint is another machine's.
    Another {
        /// When that was first noticed.
        since: Timestamp,
    },
}

/// Whether a revocation list forbids something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// Nothing of it is listed.
    Clear,
    /// It is listed.
    Revoked,
}

impl Lease {
    /// What an activation object is worth to a machine that has read it in its directory at `read`: it stands like a lease from
    /// then on, until reading and validity, the object's end or the grant's end, the earliest (DESIGN section 6, *Directories*).
    pub fn by_directory(read: Timestamp, ends: Timestamp, policy: &Policy, revocation: Revocation) -> Self {
        let expires = read.plus(policy.validity).min(ends);
        let expires = policy.end.map_or(expires, |end| expires.min(end));
        let (renewal, grace) = (policy.renewal, policy.grace);
        Self { issued: read, expires: Some(expires), renewal, grace, machine: Machine::Same, revocation }
    }
}

impl Evidence {
    /// What the client may do at `clock`'s time.
    pub fn standing(&self, clock: Reading) -> Standing {
        let now = clock.now;
        let Some(lease) = self.lease else {
            let until = self.first_run.plus(self.initial_grace);
            return if now < until {
                Standing::Unactivated { until }
            } else {
                Standing::Reduced { why: Why::NeverActivated }
            };
        };
        if lease.revocation == Revocation::Revoked {
            return Standing::Reduced { why: Why::Revoked };
        }
        let end = lease.expires.map(|expires| expires.plus(lease.grace));
        if let Machine::Another { since } = lease.machine {
            let grace = since.plus(self.initial_grace);
            let until = end.map_or(grace, |end| grace.min(end));
            let why = Why::AnotherMachine;
            return if now < until { Standing::Grace { until, why } } else { Standing::Reduced { why } };
        }
        let (Some(expires), Some(until)) = (lease.expires, end) else {
            return Standing::Licensed { until: None, renew_at: None };
        };
        if now < expires {
            let renew_at = attempt::renew_at(self.client, lease.issued, lease.renewal);
            Standing::Licensed { until: Some(expires), renew_at: Some(renew_at) }
        } else if now < until {
            Standing::Grace { until, why: Why::Expired }
        } else {
            Standing::Reduced { why: Why::Expired }
        }
    }
}

impl Standing {
    /// The one word for it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Unactivated { .. } => "unactivated",
            Self::Licensed { .. } => "licensed",
            Self::Grace { .. } => "grace",
            Self::Reduced { .. } => "reduced",
        }
    }

    /// When this standing ends by itself, if it does.
    pub const fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Unactivated { until } | Self::Grace { until, .. } => Some(*until),
            Self::Licensed { until, .. } => *until,
            Self::Reduced { .. } => None,
        }
    }

    /// Why the client is not licensed, if it is not for a reason.
    pub const fn why(&self) -> Option<Why> {
        match self {
            Self::Grace { why, .. } | Self::Reduced { why } => Some(*why),
            Self::Unactivated { .. } | Self::Licensed { .. } => None,
        }
    }
}

impl fmt::Display for Standing {
    /// As an application may tell its user: `activated until 2027-05-28 14:34 UTC`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unactivated { until } => write!(f, "not activated yet; everything works until {until}"),
            Self::Licensed { until: Some(until), .. } => write!(f, "activated until {until}"),
            Self::Licensed { until: None, .. } => f.write_str("activated without an end"),
            Self::Grace { until, why } if until.unix() == u64::MAX => write!(f, "{}; everything works", why.told()),
            Self::Grace { until, why } => write!(f, "{}; everything works until {until}", why.told()),
            Self::Reduced { why } => write!(f, "{}", why.told()),
        }
    }
}

impl Why {
    /// The reason, as an application may tell its user.
    const fn told(self) -> &'static str {
        match self {
            Self::NeverActivated => "not activated",
            Self::Expired => "the activation has ended",
            Self::Revoked => "the activation was withdrawn",
            Self::AnotherMachine => "activated for another machine",
        }
    }

    /// The stable code.
    pub const fn code(self) -> Code {
        match self {
            Self::NeverActivated => Code::NeverActivated,
            Self::Expired => Code::Expired,
            Self::Revoked => Code::Revoked,
            Self::AnotherMachine => Code::AnotherMachine,
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.code().fmt(f)
    }
}

impl Mode {
    /// The mode with this number in a manifest.
    pub const fn from_number(number: u64) -> Option<Self> {
        match number {
            0 => Some(Self::Enforce),
            1 => Some(Self::Advise),
            2 => Some(Self::Observe),
            _ => None,
        }
    }

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Advise => "advise",
            Self::Observe => "observe",
        }
    }

    /// Its number in a manifest.
    pub const fn number(self) -> u64 {
        match self {
            Self::Enforce => 0,
            Self::Advise => 1,
            Self::Observe => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn what_was_read_in_a_directory_holds_until_the_earliest_of_its_ends() {
        let (read, days) = (Timestamp::from_unix(1_800_000_000), Span::days);
        let policy = |end: Option<u64>| Policy {
            validity: days(180),
            end: end.map(|end| read.plus(days(end))),
            ..Policy::default()
        };
        let until = |ends, end| {
            let lease = Lease::by_directory(read, read.plus(days(ends)), &policy(end), Revocation::Clear);
            lease.expires.map(|expires| expires.since(read))
        };
        assert_eq!(until(730, None), Some(days(180)), "reading and validity");
        assert_eq!(until(90, Some(100)), Some(days(90)), "the object's end");
        assert_eq!(until(730, Some(30)), Some(days(30)), "the grant's end");
    }

    #[test]
    fn a_standing_is_told_in_words_for_users() {
        let until = Timestamp::from_unix(1_800_000_000);
        let end = "2027-01-15 08:00 UTC";
        for (standing, told) in [
            (Standing::Unactivated { until }, "not activated yet; everything works until {end}"),
            (Standing::Licensed { until: Some(until), renew_at: None }, "activated until {end}"),
            (Standing::Licensed { until: None, renew_at: None }, "activated without an end"),
            (Standing::Grace { until, why: Why::Expired }, "the activation has ended; everything works until {end}"),
            (
                Standing::Grace { until: Timestamp::from_unix(u64::MAX), why: Why::NeverActivated },
                "not activated; everything works",
            ),
            (Standing::Reduced { why: Why::Revoked }, "the activation was withdrawn"),
            (Standing::Reduced { why: Why::AnotherMachine }, "activated for another machine"),
        ] {
            assert_eq!(standing.to_string(), told.replace("{end}", end));
        }
    }
}
