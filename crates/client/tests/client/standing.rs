//! Standing over time, with clocks that are wrong, and in the mode of the manifest.

use leasehold_client::{Client, Code, Options, TestClock, Tick};
use leasehold_core::standing::Mode;
use leasehold_core::{Clock, Grant, Policy, Span, Standing, Timestamp, Why};

use crate::scene::{Act, Scene};

#[test]
fn a_lease_runs_out_into_grace_and_then_reduced() {
    let scene = Scene::new();
    let expires = scene.licensed().lease.expires.unwrap();
    scene.clock.set(expires);
    let until = expires.plus(Span::days(30));
    assert_eq!(scene.client().standing(), Standing::Grace { until, why: Why::Expired });
    scene.clock.set(until);
    assert_eq!(scene.client().standing(), Standing::Reduced { why: Why::Expired });
}

#[test]
fn features_are_there_as_long_as_everything_works_and_the_raw_list_stays_readable() {
    let scene = Scene::with_host(|vendor| {
        let usual = crate::scene::grant();
        vendor.host(
            1,
            vec![Grant { policy: Policy { features: vec!["simulation".parse().unwrap()], ..usual.policy }, ..usual }],
        )
    });
    assert!(!scene.client().feature("simulation"), "no lease, no feature");
    scene.then(Act::Change(|lease| lease.features = vec!["simulation".parse().unwrap()]));
    scene.licensed();
    let told = |days| {
        let client = scene.client();
        let status = client.status();
        assert_eq!(status.features_in_lease().len(), 1, "the lease names it in every standing");
        assert!(!client.feature("printing"));
        (
            client.feature("simulation"),
            client.days_left(),
            client.standing().to_string().contains("everything works"),
            days,
        )
    };
    assert_eq!(told(0), (true, Some(180), false, 0));
    scene.clock.advance(Span::days(180));
    assert_eq!(told(180), (true, Some(30), true, 180), "grace");
    scene.clock.advance(Span::days(30));
    assert_eq!(told(210), (false, None, false, 210), "reduced");
}

#[test]
fn a_client_that_was_never_activated_is_reduced_after_the_initial_grace() {
    let scene = Scene::new();
    assert!(matches!(scene.client().standing(), Standing::Unactivated { .. }));
    scene.clock.advance(Span::days(30));
    assert_eq!(scene.client().standing(), Standing::Reduced { why: Why::NeverActivated });
}

#[test]
fn setting_the_clock_back_gains_nothing() {
    let scene = Scene::new();
    let lease = scene.licensed().lease;
    let start = lease.issued;
    // Three years of short runs on one boot, the clock always set back to the first day.
    for _ in 0..36 {
        scene.clock.advance(Span::days(30));
        scene.clock.set(start);
        drop(scene.client());
    }
    let client = scene.client();
    assert_eq!(client.standing(), Standing::Reduced { why: Why::Expired });
    let status = client.status();
    assert!(status.clock.set_back);
    assert_eq!(status.clock.now, start.plus(Span::days(36 * 30)));
}

#[test]
fn the_floor_outlives_a_reboot_and_the_time_switched_off_does_not_count() {
    let scene = Scene::new();
    let issued = scene.licensed().lease.issued;
    scene.clock.advance(Span::days(3));
    drop(scene.client());
    scene.clock.reboot();
    scene.clock.set(scene.clock.now().plus(Span::days(50)));
    drop(scene.client());
    scene.clock.advance(Span::DAY);
    scene.clock.set(issued);
    let clock = scene.client().status().clock;
    assert!(clock.set_back);
    assert_eq!(clock.now, issued.plus(Span::days(4)));
}

#[test]
fn without_its_memory_of_time_the_lease_proves_its_own_making() {
    let scene = Scene::new();
    let issued = scene.licensed().lease.issued;
    std::fs::remove_file(scene.file("time.json")).unwrap();
    drop(scene.client());
    scene.clock.advance(Span::DAY);
    scene.clock.set(issued.minus(Span::days(90)));
    let clock = scene.client().status().clock;
    assert!(clock.set_back);
    assert_eq!(clock.now, issued.plus(Span::DAY));
}

#[test]
fn a_clock_once_set_to_2099_burns_nothing() {
    let scene = Scene::new();
    let lease = scene.licensed().lease;
    scene.clock.set(Timestamp::from_unix(4_070_908_800));
    let client = scene.client();
    assert_eq!(client.standing(), Standing::Reduced { why: Why::Expired });
    scene.then(crate::scene::Act::Busy);
    drop(client.tick());
    scene.clock.set(lease.issued.plus(Span::DAY));
    let status = scene.client().status();
    assert_eq!(status.clock.now, lease.issued.plus(Span::DAY));
    assert!(!status.clock.set_back);
    assert!(matches!(status.standing, Standing::Licensed { .. }));
    assert!(status.next_attempt.unwrap() <= lease.issued.plus(Span::days(7)), "it does not wait until 2099");
    assert!(matches!(scene.client().tick(), Ok(Tick::Waits(_))));
}

#[test]
fn a_lease_much_older_than_proven_time_is_refused_and_proven_time_never_falls() {
    let scene = Scene::new();
    scene.licensed();
    scene.clock.advance(Span::days(399));
    let held = scene.licensed().lease;
    // Client and host alike: their clocks agree, and the signature holds.
    scene.clock.set(held.issued.minus(Span::days(399)));
    let error = scene.client().activate().unwrap_err();
    assert_eq!(error.code().name(), "clock-skew", "{error}");
    let status = scene.client().status();
    assert_eq!((status.clock.now, status.lease), (held.issued, Some(held.clone())));
    scene.clock.set(held.issued.minus(Span::HOUR));
    scene.licensed();
    scene.clock.set(held.issued.minus(Span::days(1)));
    assert_eq!(scene.client().status().clock.now, held.issued, "a lease an hour older takes nothing away");
}

#[test]
fn a_first_run_by_a_dead_clock_burns_nothing() {
    for wrong in [0, 4_070_908_800] {
        let scene = Scene::new();
        let now = scene.clock.now();
        scene.clock.set(Timestamp::from_unix(wrong));
        drop(scene.client());
        scene.clock.set(now);
        assert_eq!(scene.client().standing(), Standing::Unactivated { until: now.plus(Span::days(30)) }, "{wrong}");
        scene.clock.advance(Span::days(30));
        assert_eq!(scene.client().standing(), Standing::Reduced { why: Why::NeverActivated }, "nor gains anything");
    }
}

#[test]
fn an_application_starts_whatever_the_clock_says() {
    let scene = Scene::new();
    scene.licensed();
    for wrong in [0, 4_070_908_800] {
        scene.clock.set(Timestamp::from_unix(wrong));
        Client::open(&scene.manifest, scene.options()).unwrap().standing();
    }
}

#[test]
fn a_manifest_that_advises_never_reduces_and_one_that_observes_is_silent() {
    let mut scene = Scene::new();
    for (mode, advised) in [(Mode::Advise, true), (Mode::Observe, false)] {
        scene.manifest = scene.vendor.manifest_with(|manifest| manifest.mode = Some(mode));
        let client = scene.client();
        assert!(matches!(client.standing(), Standing::Unactivated { .. }) == advised);
        scene.clock.advance(Span::days(31));
        assert_eq!(client.status().standing, Standing::Reduced { why: Why::NeverActivated });
        match client.standing() {
            Standing::Grace { why: Why::NeverActivated, .. } => assert!(advised),
            Standing::Licensed { until: None, renew_at: None } => assert!(!advised),
            other => panic!("{other:?}"),
        }
        leasehold_client::generalize(scene.state.path()).unwrap();
    }
}

#[test]
fn a_test_clock_moves_a_test_manifest_and_a_real_one_refuses_it() {
    let scene = Scene::new();
    let with = |seconds| Options { test_clock: Some(TestClock::by(seconds)), ..scene.options() };
    let refused = Client::open(&scene.manifest, with(60)).unwrap_err();
    assert_eq!(refused.code(), Code::TestClockRefused);
    let marked = scene.vendor.manifest_with(|manifest| *manifest = manifest.clone().for_tests());
    let standing = |seconds| Client::open(&marked, with(seconds)).unwrap().standing();
    let Standing::Unactivated { until } = standing(0) else { panic!("it has never run here") };
    assert_eq!(standing(29 * 86_400), Standing::Unactivated { until });
    assert_eq!(standing(31 * 86_400), Standing::Reduced { why: Why::NeverActivated });
}

#[test]
fn what_another_process_writes_is_seen_at_once() {
    let scene = Scene::new();
    let (first, second) = (scene.client(), scene.client());
    assert!(matches!(first.standing(), Standing::Unactivated { .. }));
    second.activate().unwrap();
    assert!(matches!(first.standing(), Standing::Licensed { .. }));
    let lease = first.status().lease.unwrap();
    scene.publish(scene.vendor.revocations(1, vec![lease.client], vec![]));
    scene.clock.advance(Span::days(8));
    second.activate().unwrap();
    assert_eq!(first.standing(), Standing::Reduced { why: Why::Revoked });
    first.generalize().unwrap();
    assert!(matches!(second.standing(), Standing::Unactivated { .. }));
}
