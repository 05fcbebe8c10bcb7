//! What the tests of lookup share.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

use leasehold_discovery::{Config, Finder, Found, Heard, Outcome, ServiceLabel, Surroundings};
use leasehold_testkit::chance::Seeded;

/// A clock that tests turn, and chance that comes out the same for the same seed.
#[derive(Debug)]
pub(crate) struct Scene {
    chance: Seeded,
    running: Mutex<Duration>,
}

impl Scene {
    pub(crate) fn new(seed: u64) -> Self {
        Self { chance: Seeded::new(seed), running: Mutex::default() }
    }

    pub(crate) fn pass(&self, time: Duration) {
        *self.running.lock().expect("no test panics here") += time;
    }

    pub(crate) fn find(&self, finder: &Finder) -> Found {
        finder.find(&ServiceLabel::default(), self)
    }
}

impl Surroundings for Scene {
    fn running(&self) -> Duration {
        *self.running.lock().expect("no test panics here")
    }

    fn fill(&self, bytes: &mut [u8]) {
        self.chance.fill(bytes);
    }
}

/// A finder that asks `servers` about `suffixes`.
pub(crate) fn finder(servers: &[SocketAddr], suffixes: &[&str]) -> Finder {
    let suffixes = suffixes.iter().map(|suffix| suffix.parse().expect("a suffix")).collect();
    Finder::new(Config::new(servers.to_vec(), suffixes))
}

/// The same, with no more patience than a loopback server needs.
pub(crate) fn impatient(servers: &[SocketAddr], suffixes: &[&str]) -> Finder {
    let patient = finder(servers, suffixes);
    Finder::new(Config { timeout: Duration::from_millis(300), ..patient.config().clone() })
}

pub(crate) fn targets(found: &Found) -> Vec<String> {
    found.candidates.iter().map(|candidate| format!("{}:{}", candidate.target, candidate.port)).collect()
}

pub(crate) fn outcomes(found: &Found) -> Vec<Outcome> {
    found.searched.iter().map(|searched| searched.outcome).collect()
}

/// What was heard about the first name, in order.
pub(crate) fn heard(found: &Found) -> Vec<Heard> {
    found.searched[0].attempts.iter().map(|attempt| attempt.heard).collect()
}
