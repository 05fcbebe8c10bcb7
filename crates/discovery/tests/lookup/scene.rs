//! What the tests of lookup share.

use std::net::SocketAddr;
use std::time::Duration;

use leasehold_core::{Span, Timestamp};
use leasehold_discovery::{Config, Finder, Found, LookupOutcome, ServerReply, ServiceLabel};
use leasehold_testkit::clock::VirtualClock;
use leasehold_testkit::rng::SeededRng;

/// A clock that tests move, and random bytes that are the same for the same seed.
#[derive(Debug)]
pub(crate) struct Scene {
    clock: VirtualClock,
    rng: SeededRng,
}

impl Scene {
    pub(crate) fn new(seed: u64) -> Self {
        Self { clock: VirtualClock::new(Timestamp::default()), rng: SeededRng::new(seed) }
    }

    pub(crate) fn pass(&self, time: Span) {
        self.clock.advance(time);
    }

    pub(crate) fn find(&self, finder: &Finder) -> Found {
        finder.find(&ServiceLabel::default(), &self.clock, &self.rng)
    }
}

/// A finder that asks `servers` about `suffixes`.
pub(crate) fn finder(servers: &[SocketAddr], suffixes: &[&str]) -> Finder {
    let suffixes = suffixes.iter().map(|suffix| suffix.parse().expect("a suffix")).collect();
    Finder::new(Config::new(servers.to_vec(), suffixes))
}

/// The same with a shorter timeout, for servers that are silent: what answers beside them has to do so within it.
pub(crate) fn quick(servers: &[SocketAddr], suffixes: &[&str]) -> Finder {
    let usual = finder(servers, suffixes);
    Finder::new(Config { timeout: Duration::from_secs(3), ..usual.config().clone() })
}

pub(crate) fn targets(found: &Found) -> Vec<String> {
    found.candidates.iter().map(|candidate| format!("{}:{}", candidate.target, candidate.port)).collect()
}

pub(crate) fn outcomes(found: &Found) -> Vec<LookupOutcome> {
    found.searched.iter().map(|searched| searched.outcome).collect()
}

/// The replies about the first name, in order.
pub(crate) fn replies(found: &Found) -> Vec<ServerReply> {
    found.searched[0].attempts.iter().map(|attempt| attempt.reply).collect()
}
