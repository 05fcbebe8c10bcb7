//! What a host decides: two pure steps, before and after the sighting is recorded (DESIGN section 4).

use crate::fingerprint::Fingerprint;
use crate::grant::{Grant, Policy};
use crate::id::{Cti, KeyId};
use crate::standing::Revocation;
use crate::text::{ProductId, ProductNumber};
use crate::time::{Span, Timestamp};

/// What deciding needs of a verified request.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'r> {
    /// The device key that signed.
    pub client: KeyId,
    /// The request's own name.
    pub cti: Cti,
    /// The client's clock.
    pub clock: Timestamp,
    /// What it asks for.
    pub product: &'r ProductId,
    /// The number it believes that product to have.
    pub number: ProductNumber,
    /// The machine it runs on.
    pub fingerprint: &'r Fingerprint,
    /// The lease it says it holds.
    pub holds: Option<Cti>,
}

/// All that one decision needs of the store: no table behind it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally<'s> {
    /// The client's stored fingerprint, if it has asked before.
    pub known: Option<&'s Fingerprint>,
    /// Distinct clients of the family within the window, this one included.
    pub clients: u64,
    /// Live leases of the family.
    pub live: u64,
    /// The last lease this client was given for this product.
    pub held: Option<Held>,
}

/// The last lease a client was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its name.
    pub lease: Cti,
    /// The request it answered.
    pub request: Cti,
    /// When it ends, or was released.
    pub expires: Timestamp,
}

/// What a host answers once the sighting is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A lease.
    Grant {
        /// When it ends.
        expires: Timestamp,
        /// Distinct clients of the family within the window.
        count: u64,
    },
    /// A reasoned no.
    Refuse(Refusal),
}

/// A reasoned no. [`Refusal::code`] is the problem type, [`Refusal::status`] the HTTP status of DESIGN section 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The host has no certificate valid now.
    HostNotActivated,
    /// The product is in no grant.
    ProductNotGranted,
    /// The product has another number.
    KeyMismatch,
    /// The grant has ended.
    GrantEnded {
        /// When it did.
        end: Timestamp,
    },
    /// The clocks are more than 4 hours apart.
    ClockSkew {
        /// What the client's clock said.
        client: Timestamp,
        /// What the host's clock said.
        host: Timestamp,
    },
    /// The client or the host is revoked.
    Revoked,
    /// A known client's fingerprint is another machine's.
    CloneSuspected,
    /// Too few clients have asked.
    ThresholdNotMet {
        /// Those that have, within the window.
        count: u64,
        /// Those it takes.
        required: u64,
        /// When to ask again.
        retry: Span,
    },
    /// All leases are out.
    CapacityReached {
        /// How many there are.
        capacity: u64,
        /// When to ask again.
        retry: Span,
    },
}

/// The steps before the sighting counts: finds the grant that covers the request.
///
/// `grants` is what the host certificate allows, `None` without a certificate valid at `now`.
///
/// # Errors
/// The first refusal of DESIGN section 4 that applies; nothing is recorded then.
pub fn screen<'g>(
    grants: Option<&'g [Grant]>,
    ask: &Ask<'_>,
    revocation: Revocation,
    now: Timestamp,
) -> Result<&'g Grant, Refusal> {
    let grants = grants.ok_or(Refusal::HostNotActivated)?;
    let found = grants.iter().find_map(|grant| Some((grant, grant.number_of(ask.product)?)));
    let (grant, number) = found.ok_or(Refusal::ProductNotGranted)?;
    if number != ask.number {
        return Err(Refusal::KeyMismatch);
    }
    if let Some(end) = grant.policy.end.filter(|end| *end <= now) {
        return Err(Refusal::GrantEnded { end });
    }
    if ask.clock.distance(now) > Span::CLOCK_TOLERANCE {
        return Err(Refusal::ClockSkew { client: ask.clock, host: now });
    }
    match revocation {
        Revocation::Revoked => Err(Refusal::Revoked),
        Revocation::Clear => Ok(grant),
    }
}

impl Tally<'_> {
    /// Decides whether the client gets a lease at `now`, its own sighting already counted.
    ///
    /// A client whose lease still runs is never refused for want of capacity.
    pub fn admit(&self, policy: &Policy, fingerprint: &Fingerprint, now: Timestamp) -> Verdict {
        if self.known.is_some_and(|known| !known.same_machine(fingerprint, policy.drift)) {
            return Verdict::Refuse(Refusal::CloneSuspected);
        }
        if self.clients < policy.threshold {
            let (count, required, retry) = (self.clients, policy.threshold, policy.retry);
            return Verdict::Refuse(Refusal::ThresholdNotMet { count, required, retry });
        }
        let holds = self.held.is_some_and(|held| held.runs_at(now));
        match policy.capacity {
            Some(capacity) if !holds && self.live >= capacity => {
                Verdict::Refuse(Refusal::CapacityReached { capacity, retry: policy.retry })
            }
            _ => Verdict::Grant { expires: policy.expiry(now), count: self.clients },
        }
    }
}

impl Held {
    /// Whether the lease is live at `now`.
    pub fn runs_at(&self, now: Timestamp) -> bool {
        now < self.expires
    }

    /// Whether two machines share the device key that asks: it names a lease that is neither the last it was given,
    /// nor does its request repeat the one that last lease answered (a lost reply, asked again).
    pub fn forked_by(&self, ask: &Ask<'_>) -> bool {
        ask.holds.is_some_and(|named| named != self.lease) && ask.cti != self.request
    }
}

impl Refusal {
    /// The problem type, without its URN prefix.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::HostNotActivated => "host-not-activated",
            Self::ProductNotGranted => "product-not-granted",
            Self::KeyMismatch => "key-mismatch",
            Self::GrantEnded { .. } => "grant-ended",
            Self::ClockSkew { .. } => "clock-skew",
            Self::Revoked => "revoked",
            Self::CloneSuspected => "clone-suspected",
            Self::ThresholdNotMet { .. } => "threshold-not-met",
            Self::CapacityReached { .. } => "capacity-reached",
        }
    }

    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::HostNotActivated => 503,
            Self::ProductNotGranted | Self::GrantEnded { .. } | Self::Revoked => 403,
            Self::KeyMismatch | Self::ClockSkew { .. } => 422,
            Self::CloneSuspected | Self::ThresholdNotMet { .. } | Self::CapacityReached { .. } => 409,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::Component;

    fn machine(byte: u8) -> Fingerprint {
        Fingerprint::new([(Component::MachineId, [byte; 8])]).unwrap()
    }

    #[test]
    fn a_full_house_refuses_a_newcomer_and_renews_its_own() {
        let now = Timestamp::from_unix(100);
        let policy = Policy { threshold: 1, capacity: Some(1), ..Policy::default() };
        let newcomer = Tally { clients: 2, live: 1, ..Tally::default() };
        let refusal = Refusal::CapacityReached { capacity: 1, retry: policy.retry };
        assert_eq!(newcomer.admit(&policy, &machine(1), now), Verdict::Refuse(refusal));
        let held = Held { lease: Cti([1; 16]), request: Cti([2; 16]), expires: now.plus(Span::HOUR) };
        let own = Tally { held: Some(held), ..newcomer };
        assert!(matches!(own.admit(&policy, &machine(1), now), Verdict::Grant { .. }));
    }

    #[test]
    fn a_lost_reply_asked_again_is_no_fork_and_an_older_lease_is() {
        let held = Held { lease: Cti([1; 16]), request: Cti([2; 16]), expires: Timestamp::from_unix(9) };
        let (product, fingerprint) = ("p".parse().unwrap(), machine(1));
        let ask = |cti: u8, holds: Option<u8>| Ask {
            client: KeyId([0; 16]),
            cti: Cti([cti; 16]),
            clock: Timestamp::from_unix(0),
            product: &product,
            number: 1.try_into().unwrap(),
            fingerprint: &fingerprint,
            holds: holds.map(|byte| Cti([byte; 16])),
        };
        assert!(!held.forked_by(&ask(9, Some(1))), "it holds the last lease");
        assert!(!held.forked_by(&ask(2, Some(8))), "its last reply was lost");
        assert!(!held.forked_by(&ask(9, None)), "it names no lease");
        assert!(held.forked_by(&ask(9, Some(8))));
    }
}
