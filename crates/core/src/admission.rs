//! What a host decides: pure steps, before and after the sighting is recorded (DESIGN section 4).

use crate::code::Code;
use crate::fingerprint::Fingerprint;
use crate::grant::{Grant, Policy};
use crate::id::{Cti, KeyId};
use crate::length::LeaseLength;
use crate::standing::Revocation;
use crate::subscription::{SignIn, SignInFault, UserId};
use crate::text::{ProductId, ProductNumber};
use crate::time::{Span, Timestamp};

/// What deciding needs of a verified request.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'r> {
    /// The device key that signed.
    pub client: KeyId,
    /// The request's own name.
    pub cti: Cti,
    /// When it was made, by the client's clock.
    pub issued: Timestamp,
    /// What it asks for.
    pub product: &'r ProductId,
    /// The number it believes that product to have.
    pub number: ProductNumber,
    /// The machine it runs on.
    pub fingerprint: &'r Fingerprint,
    /// The lease it says it holds.
    pub holds: Option<Cti>,
    /// What it shows of the user who has signed in.
    pub sign_in: SignIn,
    /// How it came to the host.
    pub delivery: Delivery,
}

/// How a request came to the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// Over the network, a moment after it was made.
    #[default]
    Network,
    /// By a file that was carried, days after it was made: it cannot be asked again with a later one.
    File,
}

/// All that one decision needs of the store: no table behind it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally<'s> {
    /// The client's stored fingerprint, if it has asked before.
    pub known: Option<&'s Fingerprint>,
    /// When the last request that is recorded for this client and product was made, by the client's clock.
    pub last_issued: Option<Timestamp>,
    /// Clients of the family that count within the window, this one included if it counts ([`Counting`]).
    pub clients: u64,
    /// Live leases of the family.
    pub live: u64,
    /// The last lease this client was given for this product.
    pub held: Option<Held>,
    /// Other devices of the family on which the user who asks holds a live lease; `None` where no user asks, but a machine.
    pub devices: Option<u64>,
}

/// The last lease a client was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its name.
    pub lease: Cti,
    /// The request it answered.
    pub request: Cti,
    /// When it ends, or was ended.
    pub expires: Timestamp,
    /// Whether it runs until then.
    pub end: LeaseEnd,
    /// The user who signed in for it; `None` where it is a machine's.
    pub user: Option<UserId>,
}

/// How a lease ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseEnd {
    /// At its time.
    Expiry,
    /// It was given back or ended before its time. From then on it runs at no time, whatever a clock says.
    Early,
}

/// Whether a client counts for the threshold, decided each time it is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// It counts.
    Counts,
    /// It does not: another client with an equal fingerprint counted when it was last seen.
    Twin,
}

/// Whether another client with an equal fingerprint counts now ([`Fingerprint::has_twins`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Equal {
    /// None does.
    None,
    /// One does.
    Counts,
}

/// What a host answers once the sighting is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A lease.
    Grant {
        /// When it ends.
        expires: Timestamp,
        /// Clients of the family that count within the window.
        count: u64,
    },
    /// A refusal with its reason.
    Refuse(Refusal),
}

/// Why a host grants no lease. [`Refusal::code`] is the problem type, [`Refusal::status`] the HTTP status of DESIGN section 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The host has no certificate valid now.
    HostNotActivated,
    /// The host's clock is more than 4 hours behind its newest seal.
    ClockBehind {
        /// When the newest seal was made.
        sealed: Timestamp,
        /// What the host's clock says.
        host: Timestamp,
    },
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
    /// The product is for users who sign in, and the request shows none.
    SignInNeeded(SignInFault),
    /// The user's groups give no right to the product.
    NotSubscribed,
    /// The request is not newer than the last one recorded for this client and product.
    Replayed {
        /// When that one was made, by the client's clock.
        last: Timestamp,
    },
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
    /// All leases are in use.
    CapacityReached {
        /// How many there are.
        capacity: u64,
        /// When to ask again.
        retry: Span,
    },
    /// The user holds leases on as many other devices as allowed.
    DevicesReached {
        /// How many that are.
        devices: u64,
        /// When to ask again.
        retry: Span,
    },
}

/// The steps before the sighting counts: finds the grant that covers the request.
///
/// `grants` is what the host certificate allows, `None` without a certificate valid at `now`; `sealed` is when the host's
/// newest seal was made.
///
/// # Errors
/// The first refusal of DESIGN section 4 that applies; nothing is recorded then.
pub fn screen<'g>(
    grants: Option<&'g [Grant]>,
    sealed: Option<Timestamp>,
    ask: &Ask<'_>,
    revocation: Revocation,
    now: Timestamp,
) -> Result<&'g Grant, Refusal> {
    let grants = grants.ok_or(Refusal::HostNotActivated)?;
    if let Some(sealed) = sealed.filter(|sealed| now.plus(Span::CLOCK_TOLERANCE) < *sealed) {
        return Err(Refusal::ClockBehind { sealed, host: now });
    }
    let found = grants.iter().find_map(|grant| Some((grant, grant.number_of(ask.product)?)));
    let (grant, number) = found.ok_or(Refusal::ProductNotGranted)?;
    if number != ask.number {
        return Err(Refusal::KeyMismatch);
    }
    if let Some(end) = grant.policy.end.filter(|end| *end <= now) {
        return Err(Refusal::GrantEnded { end });
    }
    if now.since(ask.issued) > ask.delivery.max_age() || ask.issued.since(now) > Span::CLOCK_TOLERANCE {
        return Err(Refusal::ClockSkew { client: ask.issued, host: now });
    }
    match (revocation, grant.policy.devices, ask.sign_in) {
        (Revocation::Revoked, ..) => Err(Refusal::Revoked),
        (Revocation::Clear, Some(_), SignIn::Needed(fault)) => Err(Refusal::SignInNeeded(fault)),
        (Revocation::Clear, Some(_), SignIn::NotSubscribed) => Err(Refusal::NotSubscribed),
        (Revocation::Clear, None, _) | (Revocation::Clear, Some(_), SignIn::User(_)) => Ok(grant),
    }
}

impl Delivery {
    /// How old a request may be.
    pub const fn max_age(self) -> Span {
        match self {
            Self::Network => Span::CLOCK_TOLERANCE,
            Self::File => Span::days(30),
        }
    }
}

impl Counting {
    /// Whether a client counts that is seen now. `before` is how it counted when it was last seen, if that lies within the
    /// window; `equal` tells of others with the fingerprint that is stored for it from now on.
    pub const fn of(before: Option<Self>, equal: Equal) -> Self {
        match (before, equal) {
            (Some(Self::Counts), Equal::None | Equal::Counts) | (Some(Self::Twin) | None, Equal::None) => Self::Counts,
            (Some(Self::Twin) | None, Equal::Counts) => Self::Twin,
        }
    }
}

impl Tally<'_> {
    /// The last steps before the sighting is recorded: a client whose lease is a user's shows the user again, and a request has
    /// to be newer than the last one. One that is carried may be the last one itself, where no lease came of it, or one that still
    /// runs and may be lost.
    ///
    /// # Errors
    /// [`Refusal::SignInNeeded`], [`Refusal::Replayed`]; nothing is recorded then.
    pub fn screen(&self, ask: &Ask<'_>, now: Timestamp) -> Result<(), Refusal> {
        if let SignIn::Needed(fault) = ask.sign_in
            && self.held.is_some_and(|held| held.user.is_some() && held.runs_at(now))
        {
            return Err(Refusal::SignInNeeded(fault));
        }
        let over = || self.held.is_some_and(|held| held.request == ask.cti && !held.runs_at(now));
        match self.last_issued {
            Some(last) if ask.delivery == Delivery::File && ask.issued == last && !over() => Ok(()),
            Some(last) if ask.issued <= last => Err(Refusal::Replayed { last }),
            Some(_) | None => Ok(()),
        }
    }

    /// Decides whether the client gets a lease at `now`, its own sighting already counted.
    ///
    /// A client whose lease still runs is never refused for want of capacity. For a user, the number of devices stands in the
    /// place of the threshold. `length` is how long the lease is to last, within the grant.
    pub fn admit(&self, policy: &Policy, length: LeaseLength, fingerprint: &Fingerprint, now: Timestamp) -> Verdict {
        if self.known.is_some_and(|known| !known.same_machine(fingerprint, policy.drift)) {
            return Verdict::Refuse(Refusal::CloneSuspected);
        }
        let retry = policy.retry;
        match (self.devices, policy.devices) {
            (Some(held), Some(devices)) if held >= devices => {
                return Verdict::Refuse(Refusal::DevicesReached { devices, retry });
            }
            (None, _) if self.clients < policy.threshold => {
                let (count, required) = (self.clients, policy.threshold);
                return Verdict::Refuse(Refusal::ThresholdNotMet { count, required, retry });
            }
            (Some(_) | None, _) => {}
        }
        let live = self.held.filter(|held| held.runs_at(now));
        match policy.capacity {
            Some(capacity) if live.is_none() && self.live >= capacity => {
                Verdict::Refuse(Refusal::CapacityReached { capacity, retry })
            }
            _ => {
                let expires = length.expiry(policy, live.map(|held| held.expires), now);
                Verdict::Grant { expires, count: self.clients }
            }
        }
    }
}

impl LeaseEnd {
    /// As stores keep it: whether the lease was ended early.
    pub const fn is_early(self) -> bool {
        matches!(self, Self::Early)
    }

    /// What stores keep.
    pub const fn of(early: bool) -> Self {
        if early { Self::Early } else { Self::Expiry }
    }
}

impl Held {
    /// Whether the lease is live at `now`.
    pub fn runs_at(&self, now: Timestamp) -> bool {
        self.runs_until().is_some_and(|end| now < end)
    }

    /// Until when the lease is live; `None` where it was ended before its time.
    pub const fn runs_until(&self) -> Option<Timestamp> {
        match self.end {
            LeaseEnd::Expiry => Some(self.expires),
            LeaseEnd::Early => None,
        }
    }

    /// Ends the lease at `now`, before its time.
    pub fn end_early(&mut self, now: Timestamp) {
        if self.end == LeaseEnd::Expiry {
            (self.expires, self.end) = (self.expires.min(now), LeaseEnd::Early);
        }
    }

    /// Whether two machines share the device key that asks: it names a lease that is neither the last it was given,
    /// nor does its request repeat the one that last lease answered (a lost reply, asked again).
    pub fn forked_by(&self, ask: &Ask<'_>) -> bool {
        ask.holds.is_some_and(|named| named != self.lease) && ask.cti != self.request
    }
}

impl Refusal {
    /// The problem type, without its URN prefix.
    pub const fn code(&self) -> Code {
        match self {
            Self::HostNotActivated => Code::HostNotActivated,
            Self::ClockBehind { .. } => Code::ClockBehind,
            Self::ProductNotGranted => Code::ProductNotGranted,
            Self::KeyMismatch => Code::KeyMismatch,
            Self::GrantEnded { .. } => Code::GrantEnded,
            Self::ClockSkew { .. } => Code::ClockSkew,
            Self::Revoked => Code::Revoked,
            Self::SignInNeeded(_) => Code::SignInNeeded,
            Self::NotSubscribed => Code::NotSubscribed,
            Self::Replayed { .. } => Code::Replayed,
            Self::CloneSuspected => Code::CloneSuspected,
            Self::ThresholdNotMet { .. } => Code::ThresholdNotMet,
            Self::CapacityReached { .. } => Code::CapacityReached,
            Self::DevicesReached { .. } => Code::DevicesReached,
        }
    }

    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::HostNotActivated | Self::ClockBehind { .. } => 503,
            Self::SignInNeeded(_) => 401,
            Self::ProductNotGranted | Self::GrantEnded { .. } | Self::Revoked | Self::NotSubscribed => 403,
            Self::KeyMismatch | Self::ClockSkew { .. } => 422,
            Self::Replayed { .. }
            | Self::CloneSuspected
            | Self::ThresholdNotMet { .. }
            | Self::CapacityReached { .. }
            | Self::DevicesReached { .. } => 409,
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
        assert_eq!(newcomer.admit(&policy, LeaseLength::LONGEST, &machine(1), now), Verdict::Refuse(refusal));
        let held = Held {
            lease: Cti([1; 16]),
            request: Cti([2; 16]),
            expires: now.plus(Span::HOUR),
            end: LeaseEnd::Expiry,
            user: None,
        };
        let own = Tally { held: Some(held), ..newcomer };
        assert!(matches!(own.admit(&policy, LeaseLength::LONGEST, &machine(1), now), Verdict::Grant { .. }));
    }

    #[test]
    fn a_user_needs_no_threshold_and_has_so_many_devices_and_the_capacity() {
        let now = Timestamp::from_unix(100);
        let policy = Policy { threshold: 5, devices: Some(2), capacity: Some(9), ..Policy::default() };
        let with = |devices| Tally { clients: 1, devices, ..Tally::default() };
        let verdict = |tally: Tally<'_>| tally.admit(&policy, LeaseLength::LONGEST, &machine(1), now);
        assert!(matches!(verdict(with(Some(1))), Verdict::Grant { .. }));
        let refusal = Refusal::DevicesReached { devices: 2, retry: policy.retry };
        assert_eq!(verdict(with(Some(2))), Verdict::Refuse(refusal));
        assert!(matches!(verdict(with(None)), Verdict::Refuse(Refusal::ThresholdNotMet { .. })));
        let full = Tally { live: 9, ..with(Some(0)) };
        assert!(matches!(verdict(full), Verdict::Refuse(Refusal::CapacityReached { .. })));
    }

    #[test]
    fn a_client_that_counts_goes_on_and_another_counts_where_no_twin_does() {
        for (before, equal, expected) in [
            (None, Equal::None, Counting::Counts),
            (None, Equal::Counts, Counting::Twin),
            (Some(Counting::Twin), Equal::Counts, Counting::Twin),
            (Some(Counting::Twin), Equal::None, Counting::Counts),
            (Some(Counting::Counts), Equal::Counts, Counting::Counts),
        ] {
            assert_eq!(Counting::of(before, equal), expected, "{before:?} {equal:?}");
        }
    }

    #[test]
    fn a_lease_that_was_ended_early_runs_at_no_time() {
        let at = Timestamp::from_unix;
        let held =
            Held { lease: Cti([1; 16]), request: Cti([2; 16]), expires: at(100), end: LeaseEnd::Expiry, user: None };
        for (now, until) in [(50, 50), (200, 100)] {
            let mut ended = held;
            ended.end_early(at(now));
            ended.end_early(at(10));
            assert_eq!(ended.expires, at(until), "the first end stays");
            assert!([0, 9, 49, 99, 300].iter().all(|now| !ended.runs_at(at(*now))));
        }
    }

    #[test]
    fn a_request_that_is_carried_may_be_old_and_come_again_unless_its_lease_is_over() {
        let (product, fingerprint) = ("p".parse().unwrap(), machine(1));
        let day = |day: u64| Timestamp::from_unix(day * 86_400);
        let grant = Grant {
            family: "f".parse().unwrap(),
            products: [(product, 1.try_into().unwrap())].to_vec(),
            policy: Policy::default(),
        };
        let ask = |issued, delivery| Ask {
            client: KeyId([0; 16]),
            cti: Cti([2; 16]),
            issued,
            product: &product,
            number: 1.try_into().unwrap(),
            fingerprint: &fingerprint,
            holds: None,
            sign_in: SignIn::default(),
            delivery,
        };
        let grants = core::slice::from_ref(&grant);
        let screened =
            |issued, delivery| screen(Some(grants), None, &ask(issued, delivery), Revocation::Clear, day(100)).is_ok();
        let late = day(70).minus(Span::seconds(1));
        for (issued, network, file) in
            [(day(100), true, true), (day(70), false, true), (late, false, false), (day(101), false, false)]
        {
            assert_eq!(
                (screened(issued, Delivery::Network), screened(issued, Delivery::File)),
                (network, file),
                "{issued}"
            );
        }
        let held = |request: u8, expires| {
            Some(Held { lease: Cti([1; 16]), request: Cti([request; 16]), expires, end: LeaseEnd::Expiry, user: None })
        };
        for (held, again) in
            [(None, true), (held(9, day(99)), true), (held(2, day(101)), true), (held(2, day(99)), false)]
        {
            let tally = Tally { last_issued: Some(day(90)), held, ..Tally::default() };
            assert_eq!(tally.screen(&ask(day(90), Delivery::File), day(100)).is_ok(), again, "{held:?}");
            assert!(tally.screen(&ask(day(90), Delivery::Network), day(100)).is_err());
            assert!(tally.screen(&ask(day(89), Delivery::File), day(100)).is_err(), "an older one");
        }
    }

    #[test]
    fn a_lost_reply_asked_again_is_no_fork_and_an_older_lease_is() {
        let expires = Timestamp::from_unix(9);
        let held = Held { lease: Cti([1; 16]), request: Cti([2; 16]), expires, end: LeaseEnd::Expiry, user: None };
        let (product, fingerprint) = ("p".parse().unwrap(), machine(1));
        let ask = |cti: u8, holds: Option<u8>| Ask {
            client: KeyId([0; 16]),
            cti: Cti([cti; 16]),
            issued: Timestamp::from_unix(0),
            product: &product,
            number: 1.try_into().unwrap(),
            fingerprint: &fingerprint,
            holds: holds.map(|byte| Cti([byte; 16])),
            sign_in: SignIn::default(),
            delivery: Delivery::Network,
        };
        assert!(!held.forked_by(&ask(9, Some(1))), "it holds the last lease");
        assert!(!held.forked_by(&ask(2, Some(8))), "its last reply was lost");
        assert!(!held.forked_by(&ask(9, None)), "it names no lease");
        assert!(held.forked_by(&ask(9, Some(8))));
    }
}
