//! A line of the log for each decision, and under load a line a second that counts the rest.

use std::fmt::Display;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use leasehold_core::{Refusal, Timestamp};

use crate::job::{RequestKind, Verified};
use crate::stages::start;

/// Which decisions were logged within this second.
#[derive(Debug, Default)]
pub(crate) struct DecisionLog {
    second: Mutex<Second>,
}

#[derive(Debug, Default)]
struct Second {
    began: Option<Instant>,
    lines: u32,
    left_out: LeftOut,
}

/// Decisions without a line of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct LeftOut {
    granted: u64,
    refused: u64,
    released: u64,
}

impl DecisionLog {
    /// A lease was granted until `expires`.
    pub(crate) fn granted(&self, item: &Verified, expires: Timestamp) {
        if self.has_room(|left_out| &mut left_out.granted) {
            let (client, address, product) = (item.client, &item.origin, product(item));
            item.follow.span.in_scope(|| tracing::info!(%client, %address, %product, until = %expires, "granted"));
        }
    }

    /// A request was refused.
    pub(crate) fn refused(&self, item: &Verified, refusal: &Refusal) {
        if self.has_room(|left_out| &mut left_out.refused) {
            let (client, address, product) = (item.client, &item.origin, product(item));
            let code = refusal.code().name();
            item.follow.span.in_scope(|| tracing::info!(%client, %address, %product, code, "refused"));
        }
    }

    /// A lease was given back.
    pub(crate) fn released(&self, item: &Verified) {
        if self.has_room(|left_out| &mut left_out.released) {
            let (client, address, product) = (item.client, &item.origin, product(item));
            item.follow.span.in_scope(|| tracing::info!(%client, %address, %product, "released"));
        }
    }

    /// Tells what was left out, once its second is over.
    pub(crate) fn tell(&self) {
        self.second().turn(start());
    }

    /// Whether a decision gets a line; if not, it is counted.
    fn has_room(&self, kind: impl FnOnce(&mut LeftOut) -> &mut u64) -> bool {
        if !tracing::enabled!(tracing::Level::INFO) {
            return false;
        }
        let mut second = self.second();
        second.turn(start());
        let room = second.lines < MAX_LINES;
        if room {
            second.lines += 1;
        } else {
            *kind(&mut second.left_out) += 1;
        }
        room
    }

    fn second(&self) -> MutexGuard<'_, Second> {
        self.second.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Second {
    /// Begins another second where this one is over.
    fn turn(&mut self, now: Instant) {
        if self.began.is_some_and(|began| now.duration_since(began) < SECOND) {
            return;
        }
        let LeftOut { granted, refused, released } = self.left_out;
        if self.left_out != LeftOut::default() {
            tracing::info!(granted, refused, released, "more decisions, not logged one by one");
        }
        *self = Self { began: Some(now), ..Self::default() };
    }
}

fn product(item: &Verified) -> impl Display {
    match &item.kind {
        RequestKind::Lease(request) => request.product,
        RequestKind::Release(release) => release.product,
    }
}

const SECOND: Duration = Duration::from_secs(1);
/// Lines a second: as many as can be read back, and a small part of what a host decides under load.
const MAX_LINES: u32 = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_of_a_second_is_counted_and_the_next_begins_anew() {
        let began = start();
        let mut second = Second::default();
        second.turn(began);
        (second.lines, second.left_out.granted) = (MAX_LINES, 7);
        second.turn(began + SECOND / 2);
        assert_eq!((second.lines, second.left_out.granted), (MAX_LINES, 7));
        second.turn(began + SECOND);
        assert_eq!((second.lines, second.left_out), (0, LeftOut::default()));
    }
}
