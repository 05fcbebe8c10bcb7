//! Time as an argument, and the floor of proven time: what a client knows the time to be at least, whatever its clock says.

use alloc::string::String;
use core::fmt;
use core::time::Duration;

use crate::time::{Span, Timestamp};

/// Where the time comes from.
pub trait Clock: fmt::Debug + Send + Sync {
    /// What the local clock says; it may be wrong.
    fn now(&self) -> Timestamp;

    /// How long the current boot has lasted, on a clock that cannot be set.
    fn running(&self) -> Running;
}

/// A reading of the clock that cannot be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// Which run of the clock: readings of different runs do not compare.
    pub boot: String,
    /// Time since that run began.
    pub since: Duration,
}

/// The time a client decides by, and whether its clock is to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The time to decide by.
    pub now: Timestamp,
    /// The local clock is more than 4 hours behind proven time; the floor is used until it catches up.
    pub set_back: bool,
}

/// The floor: the `iat` of the newest lease plus the running time counted since, on a monotonic clock.
///
/// Local time never raises it, so that a clock once set to 2099 by mistake burns nothing.
pub fn floor(newest_lease: Timestamp, ran_since: Span) -> Timestamp {
    newest_lease.plus(ran_since)
}

/// The floor once a host has answered with a lease issued at `issued`, where it was `floor` before: it never falls.
///
/// # Errors
/// [`ClockSkew`] where the lease is more than 4 hours older than what is proven; it is not to be believed then, even if its
/// signature holds.
pub fn raise(floor: Timestamp, issued: Timestamp) -> Result<Timestamp, ClockSkew> {
    if issued.plus(Span::CLOCK_TOLERANCE) < floor {
        return Err(ClockSkew { floor, issued });
    }
    Ok(floor.max(issued))
}

/// A lease is older than the time that the client has proof of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("issued at {issued}, more than 4 hours before {floor}, which an earlier lease proves")]
pub struct ClockSkew {
    /// The time that is proven.
    pub floor: Timestamp,
    /// When the lease was issued.
    pub issued: Timestamp,
}

/// What time it is for a client whose clock says `local` and which has proof of `floor`.
pub fn read(local: Timestamp, floor: Timestamp) -> Reading {
    let set_back = local.plus(Span::CLOCK_TOLERANCE) < floor;
    Reading { now: if set_back { floor } else { local }, set_back }
}
