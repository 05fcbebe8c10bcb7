//! Announcing on the local link, and browsing there.

use std::time::Duration;

use leasehold_discovery::mdns::{Announcement, browse};
use leasehold_discovery::{ServiceLabel, Surroundings};

/// A clock that stands: the wait for an answer is bounded by the browser itself.
#[derive(Debug)]
struct Scene;

impl Surroundings for Scene {
    fn running(&self) -> Duration {
        Duration::ZERO
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

#[test]
fn an_announced_host_is_found_with_its_port() {
    let label: ServiceLabel = "lh-test-found".parse().unwrap();
    let host = "lease1.example.com".parse().unwrap();
    let announcement = Announcement::begin(&label, &host, 16_881).unwrap();
    let found = browse(&label, Duration::from_secs(20), 1, &Scene).unwrap();
    drop(announcement);
    assert_eq!(found.len(), 1, "no multicast on this machine?");
    assert_eq!((found[0].target.as_str(), found[0].port), ("lease1.local", 16_881));
    assert!(!found[0].addresses.is_empty());
}

#[test]
fn browsing_ends_with_its_time() {
    let label: ServiceLabel = "lh-test-nobody".parse().unwrap();
    assert_eq!(browse(&label, Duration::from_millis(50), 1, &Scene).unwrap(), []);
}

#[test]
fn a_label_that_is_too_long_for_multicast_is_an_error() {
    let label: ServiceLabel = "leasehold-for-the-whole-company".parse().unwrap();
    let host = "lease1.example.com".parse().unwrap();
    let error = Announcement::begin(&label, &host, 1).map(|_| ()).unwrap_err();
    assert_eq!(error.code(), "not-a-domain-name");
    assert!(error.to_string().contains(label.as_str()), "{error}");
}
