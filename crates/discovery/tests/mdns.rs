//! Announcing on the local link, and browsing there. The link is one of the test's own, in a network namespace: nothing
//! leaves the machine.

use std::env;
use std::process::Command;
use std::time::Duration;

use leasehold_core::{Code, Timestamp};
use leasehold_discovery::ServiceLabel;
use leasehold_discovery::mdns::{Announcement, browse};
use leasehold_testkit::clock::VirtualClock;
use leasehold_testkit::need::{Need, is_missing};

/// A clock that stands still: the browser itself bounds the wait for an answer.
fn clock() -> VirtualClock {
    VirtualClock::new(Timestamp::default())
}

/// Runs the test `name` again in a namespace with a link of its own, where there can be one; whether this is that run.
fn on_a_link_of_its_own(name: &str) -> bool {
    const INSIDE: &str = "LEASEHOLD_TEST_LINK";
    if env::var_os(INSIDE).is_some() {
        return true;
    }
    if is_missing(&[Need::NetworkNamespace]) {
        return false;
    }
    let script = "ip link set lo up && ip link add link0 type veth peer name link1 && ip addr add 192.0.2.1/24 dev link0 \
                  && ip link set link1 up && ip link set link0 up && exec \"$0\" --exact \"$1\"";
    let program = env::current_exe().expect("this program");
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--net", "sh", "-c", script]).arg(program).arg(name).env(INSIDE, "1");
    let output = command.output().expect("unshare (util-linux) and ip (iproute2) are installed");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
    false
}

#[test]
fn an_announced_host_is_found_with_its_port() {
    if !on_a_link_of_its_own("an_announced_host_is_found_with_its_port") {
        return;
    }
    let label: ServiceLabel = "lh-test-found".parse().unwrap();
    let host = "lease1.example.com".parse().unwrap();
    let announcement = Announcement::begin(&label, &host, 16_881).unwrap();
    let found = browse(&label, Duration::from_mins(2), 1, &clock()).unwrap();
    drop(announcement);
    assert_eq!(found.len(), 1, "no multicast on this machine?");
    assert_eq!((found[0].target.as_str(), found[0].port), ("lease1.local", 16_881));
    assert!(!found[0].addresses.is_empty());
}

#[test]
fn browsing_ends_with_its_time() {
    if !on_a_link_of_its_own("browsing_ends_with_its_time") {
        return;
    }
    let label: ServiceLabel = "lh-test-none".parse().unwrap();
    assert_eq!(browse(&label, Duration::from_millis(50), 1, &clock()).unwrap(), []);
}

#[test]
fn a_label_that_is_too_long_for_multicast_is_an_error() {
    if !on_a_link_of_its_own("a_label_that_is_too_long_for_multicast_is_an_error") {
        return;
    }
    let label: ServiceLabel = "leasehold-for-the-whole-company".parse().unwrap();
    let host = "lease1.example.com".parse().unwrap();
    let error = Announcement::begin(&label, &host, 1).map(|_| ()).unwrap_err();
    assert_eq!(error.code(), Code::NotADomainName);
    assert!(error.to_string().contains(label.as_str()), "{error}");
}
