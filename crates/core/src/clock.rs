//! The floor of proven time: what a client knows the time to be at least, whatever its clock says.

use crate::time::{Span, Timestamp};

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

/// What time it is for a client whose clock says `local` and which has proof of `floor`.
pub fn read(local: Timestamp, floor: Timestamp) -> Reading {
    let set_back = local.plus(Span::CLOCK_TOLERANCE) < floor;
    Reading { now: if set_back { floor } else { local }, set_back }
}
