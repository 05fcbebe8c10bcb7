//! Asking, renewing, being refused, releasing.

use leasehold_client::{Error, Machine, Released, Renewer, Tick};
use leasehold_core::{Clock, Component, Grant, Policy, Refusal, Span, Standing, Timestamp, attempt};
use leasehold_testkit::vendor::Chain;
use leasehold_wire::{request, verify};
use std::sync::{Arc, mpsc};

use crate::scene::{Act, Scene, asked, granted, refused};

const THRESHOLD: Refusal = Refusal::ThresholdNotMet { count: 3, required: 5, retry: Span::HOUR };

#[test]
fn a_granted_lease_is_stored_with_its_chain_and_makes_licensed() {
    let scene = Scene::new();
    let client = scene.client();
    assert!(matches!(client.standing(), Standing::Unactivated { .. }));
    let lease = granted(client.activate().unwrap()).lease;
    let Standing::Licensed { until, .. } = client.standing() else { panic!("{:?}", client.standing()) };
    assert_eq!(until, lease.expires);
    let stored = std::fs::read(client.lease_file().unwrap()).unwrap();
    let opened = verify::<leasehold_wire::Lease>(&stored, &scene.vendor.root(), lease.issued, None).unwrap();
    assert_eq!(opened.document, lease);
    assert_eq!(scene.client().status().lease, Some(lease), "as the next start finds it");
}

#[test]
fn a_renewal_names_the_lease_held_and_the_host_whose_chain_is_held() {
    let scene = Scene::new();
    let first = scene.licensed();
    scene.clock.advance(Span::days(7));
    let second = granted(scene.client().renew().unwrap());
    let requests = scene.requests();
    assert_eq!((requests[0].holds, requests[0].chain_of), (None, None));
    assert_eq!(requests[1].holds, Some(first.lease.cti));
    assert!(requests[1].chain_of.is_some());
    assert_ne!(requests[0].cti, requests[1].cti);
    assert_eq!(requests[0].key, requests[1].key);
    assert!(second.lease.issued > first.lease.issued);
    assert!(matches!(scene.client().standing(), Standing::Licensed { .. }), "the chain held was attached");
}

#[test]
fn requests_are_as_small_as_the_design_says() {
    let mut scene = Scene::new();
    let five = Component::ALL.into_iter().take(5);
    scene.machine = Machine::new(five.map(|component| (component, format!("{component:?}"))));
    scene.licensed();
    scene.licensed();
    let sizes: Vec<usize> = scene.responder.seen().iter().map(|incoming| incoming.body.len()).collect();
    let requests: Vec<usize> = sizes.into_iter().filter(|size| *size > 0).collect();
    assert!(requests[0] <= 280 && requests[1] <= 320, "{requests:?}");
}

#[test]
fn there_is_nothing_to_renew_without_a_lease() {
    let scene = Scene::new();
    assert!(matches!(scene.client().renew(), Err(Error::NoLease(_))));
    assert!(scene.requests().is_empty());
}

#[test]
fn a_client_asks_at_once_then_when_the_renewal_is_due() {
    let scene = Scene::new();
    let client = scene.client();
    let lease = granted(asked(client.tick())).lease;
    let due = attempt::renew_at(lease.client, lease.issued, lease.renewal);
    assert!(matches!(client.tick(), Ok(Tick::Waits(Some(next))) if next == due));
    scene.clock.set(Timestamp::from_unix(due.unix() - 1));
    assert!(matches!(client.tick(), Ok(Tick::Waits(_))));
    scene.clock.set(due);
    granted(asked(client.tick()));
    assert_eq!(scene.requests().len(), 2);
}

#[test]
fn a_refusal_is_told_remembered_and_tried_again_when_the_host_says() {
    let scene = Scene::new();
    scene.then(Act::Refuse(THRESHOLD)).then(Act::Refuse(THRESHOLD));
    let no = refused(scene.client().activate().unwrap());
    assert_eq!((no.code.as_str(), no.count, no.limit), ("threshold-not-met", Some(3), Some(5)));
    assert_eq!(no.to_string(), "3 of 5 machines have asked");
    let client = scene.client();
    let status = client.status();
    assert_eq!(status.last_failure.as_ref().unwrap().message, "3 of 5 machines have asked");
    let due = scene.clock_now().plus(attempt::retry_after(status.device.unwrap(), Span::HOUR));
    assert_eq!(status.next_attempt, Some(due));
    scene.clock.set(due);
    refused(asked(client.tick()));
    assert_ne!(scene.ctis()[0], scene.ctis()[1], "an answered request is not repeated");
    scene.clock.advance(Span::HOUR);
    granted(asked(client.tick()));
    assert_eq!(client.status().last_failure, None);
}

#[test]
fn a_refusal_leaves_the_lease_in_hand() {
    let scene = Scene::new();
    let held = scene.licensed().lease;
    scene.then(Act::Refuse(Refusal::CapacityReached { capacity: 9, retry: Span::HOUR }));
    refused(scene.client().activate().unwrap());
    assert_eq!(scene.client().status().lease, Some(held));
}

#[test]
fn a_proven_refusal_is_kept_and_told_as_proven() {
    let scene = Scene::new();
    scene.then(Act::Refuse(THRESHOLD)).then(Act::Claim(THRESHOLD));
    let client = scene.client();
    let no = refused(client.activate().unwrap());
    let host = scene.vendor.host(1, vec![crate::scene::grant()]).id();
    assert_eq!((no.count, no.limit, no.proof.as_ref().map(|proof| proof.host)), (Some(3), Some(5), Some(host)));
    assert_eq!(client.status().last_failure.unwrap().proven_by, Some(host));
    let kept = std::fs::read(client.refusal_file().unwrap()).unwrap();
    let now = scene.clock_now();
    verify::<leasehold_wire::SealedRefusal>(&kept, &scene.vendor.root(), now, None).unwrap();
    assert_eq!(refused(client.activate().unwrap()).proof, None);
    assert_eq!(client.status().last_failure.unwrap().proven_by, None);
    granted(client.activate().unwrap());
    assert!(!client.refusal_file().unwrap().exists(), "it is over");
}

#[test]
fn a_renewal_is_refused_with_the_chain_that_is_held() {
    let scene = Scene::new();
    scene.licensed();
    scene.then(Act::Refuse(THRESHOLD));
    assert!(refused(scene.client().activate().unwrap()).proof.is_some());
    assert_eq!(scene.requests().len(), 2, "asked once");
}

#[test]
fn a_message_is_tried_again_after_a_minute_at_least_and_within_the_policy() {
    let wait = |retry: u64| {
        let scene = Scene::new();
        let problem = serde_json::json!({ "type": "urn:leasehold:problem:busy", "title": "no", "retry": retry });
        scene.then(Act::Say(leasehold_testkit::responder::Outgoing::problem((409, problem))));
        refused(scene.client().activate().unwrap());
        let status = scene.client().status();
        let wait = status.next_attempt.unwrap().since(scene.clock_now());
        (wait, attempt::retry_after(status.device.unwrap(), Span::MINUTE), status.device.unwrap())
    };
    let (soon, minute, _) = wait(0);
    assert_eq!(soon, minute);
    let (late, _, device) = wait(u64::MAX);
    assert_eq!(late, attempt::retry_after(device, Span::seconds(7_200)));
}

#[test]
fn where_no_host_answers_the_client_asks_a_minute_later_and_more_seldom_each_time() {
    let scene = Scene::new();
    let client = scene.client();
    for seconds in [60, 120, 240] {
        scene.then(Act::LoseReply);
        assert!(client.tick().is_err());
        assert_eq!(client.status().next_attempt, Some(scene.clock_now().plus(Span::seconds(seconds))));
        scene.clock.advance(Span::seconds(seconds));
    }
    granted(asked(client.tick()));
}

#[test]
fn a_request_that_the_host_takes_for_a_replay_is_asked_again_at_once_with_a_later_time() {
    let scene = Scene::new();
    let last = scene.clock_now().plus(Span::seconds(30));
    let replayed = |last: Timestamp| {
        let problem =
            serde_json::json!({ "type": "urn:leasehold:problem:replayed", "title": "no", "last": last.unix() });
        Act::Say(leasehold_testkit::responder::Outgoing::problem((409, problem)))
    };
    scene.then(replayed(last));
    granted(scene.client().activate().unwrap());
    let requests = scene.requests();
    assert_eq!((requests[0].cti, requests[1].issued), (requests[1].cti, last.plus(Span::seconds(1))));
    scene.then(replayed(last.plus(Span::days(300))));
    assert_eq!(
        refused(scene.client().activate().unwrap()).code,
        "replayed",
        "no time that this machine could not have"
    );
    assert_eq!(scene.requests().len(), 3);
}

#[test]
fn a_lost_reply_is_asked_for_again_not_twice() {
    let scene = Scene::new();
    scene.then(Act::LoseReply).then(Act::LoseReply);
    for _ in 0..2 {
        let Err(error) = scene.client().activate() else { panic!("the reply was lost") };
        assert_eq!(error.code().name(), "host-unreachable");
    }
    scene.licensed();
    let ctis = scene.ctis();
    assert!(ctis.iter().all(|cti| *cti == ctis[0]), "{ctis:?}");
    scene.licensed();
    assert_ne!(scene.ctis()[3], ctis[0]);
}

#[test]
fn a_busy_host_is_asked_again_with_the_same_request() {
    let scene = Scene::new();
    scene.then(Act::Busy);
    let no = refused(scene.client().activate().unwrap());
    assert_eq!((no.code.as_str(), no.retry), ("busy", Some(Span::seconds(30))));
    scene.licensed();
    assert_eq!(scene.ctis()[0], scene.ctis()[1]);
}

#[test]
fn a_lease_whose_chain_the_client_does_not_hold_is_asked_for_with_its_chain() {
    let scene = Scene::new();
    scene.licensed();
    let other = scene.vendor.host(2, vec![leasehold_testkit::vendor::Vendor::grant()]);
    scene.then(Act::Become(Box::new(other))).then(Act::Grant(Chain::Missing));
    scene.licensed();
    let requests = scene.requests();
    assert_eq!(requests.len(), 3);
    assert_eq!(requests[1].cti, requests[2].cti);
    assert!(requests[1].chain_of.is_some() && requests[2].chain_of.is_none());
}

#[test]
fn a_released_lease_is_gone_and_asked_for_only_when_told() {
    let scene = Scene::new();
    scene.licensed();
    scene.then(Act::LoseReply);
    assert!(scene.client().release().is_err());
    assert!(scene.client().status().lease.is_some(), "a release that was not answered has not happened");
    assert!(matches!(scene.client().release(), Ok(Released::Told { .. })));
    let client = scene.client();
    assert_eq!(client.status().lease, None);
    assert!(matches!(client.tick(), Ok(Tick::Waits(None))));
    granted(client.activate().unwrap());
    assert!(matches!(client.tick(), Ok(Tick::Waits(Some(_)))));
}

#[test]
fn a_release_can_be_told_again_since_anyone_may_have_answered_it() {
    let scene = Scene::new();
    let lease = scene.licensed().lease;
    for times in 1..=3 {
        let Ok(Released::Told { lease: told, host, .. }) = scene.client().release() else { panic!("the host is told") };
        assert_eq!((told, host), (lease.cti, scene.address()));
        let status = scene.client().status();
        assert!(matches!(status.standing, Standing::Unactivated { .. }), "it is used no more");
        assert_eq!((status.lease, status.given_back.as_ref()), (None, Some(&lease)));
        let released = scene.releases();
        assert_eq!(released.len(), times);
        assert!(released.iter().all(|release| (release.key.id(), release.lease) == (lease.client, lease.cti)));
    }
    scene.clock.advance(Span::days(180));
    assert!(matches!(scene.client().release(), Ok(Released::NothingHeld)), "a lease that has ended needs no release");
    assert_eq!(scene.client().status().given_back, None);
}

#[test]
fn the_next_lease_ends_the_memory_of_the_one_that_was_given_back() {
    let scene = Scene::new();
    scene.licensed();
    assert!(scene.client().release().is_ok());
    scene.licensed();
    assert_eq!(scene.client().status().given_back, None);
    assert!(!scene.file("acme-cad/released.lh").exists());
}

#[test]
fn a_lease_that_a_lost_reply_may_have_brought_is_given_back_too() {
    let scene = Scene::new();
    scene.then(Act::LoseReply);
    assert!(scene.client().activate().is_err());
    assert!(matches!(scene.client().release(), Ok(Released::Told { .. })));
    let released = scene.responder.seen().into_iter().find(|incoming| incoming.path == "/v1/releases").unwrap();
    let release: leasehold_wire::Release = request::open(&released.body).unwrap();
    assert_eq!(release.key, scene.requests()[0].key);
}

#[test]
fn a_lease_that_a_lost_renewal_has_brought_is_the_one_that_is_given_back() {
    let scene = Scene::new();
    scene.licensed();
    scene.then(Act::LoseReply);
    assert!(scene.client().renew().is_err());
    assert!(matches!(scene.client().release(), Ok(Released::Told { .. })));
    let (requests, released) = (scene.requests(), scene.releases());
    assert_eq!(requests.len(), 3, "asked for before it is given back");
    assert_ne!(Some(released[0].lease), requests[1].holds);
}

#[test]
fn a_release_does_not_say_that_there_is_none_on_a_strangers_word() {
    let scene = Scene::new();
    scene.then(Act::LoseReply).then(Act::Claim(THRESHOLD));
    assert!(scene.client().activate().is_err());
    assert!(matches!(scene.client().release(), Ok(Released::Refused(_))));
}

#[test]
fn a_refused_release_keeps_the_lease() {
    let scene = Scene::new();
    scene.licensed();
    scene.then(Act::Refuse(Refusal::Revoked));
    assert!(matches!(scene.client().release(), Ok(Released::Refused(no)) if no.code == "revoked"));
    assert!(scene.client().status().lease.is_some());
}

#[test]
fn a_renewer_asks_by_itself_and_ends_when_told() {
    let scene = Scene::new();
    let (report, reports) = mpsc::channel();
    let client = Arc::new(scene.client());
    let renewer = Renewer::start(Arc::clone(&client), move |tick| report.send(tick).unwrap()).unwrap();
    granted(asked(reports.recv().unwrap()));
    renewer.stop();
    assert!(reports.recv().is_err(), "the thread has ended");
    assert!(matches!(client.standing(), Standing::Licensed { .. }));
}

#[test]
fn a_change_of_standing_or_features_is_told_with_what_was_before() {
    let scene = Scene::with_host(|vendor| {
        let usual = crate::scene::grant();
        vendor.host(1, vec![Grant { policy: Policy { features: features(), ..usual.policy }, ..usual }])
    });
    scene.then(Act::Change(|lease| lease.features = features()));
    let (tell, told) = mpsc::channel();
    let client = Arc::new(scene.client());
    let changed = move |before: Standing, status: &leasehold_client::Status| {
        tell.send((before, status.standing, status.features().to_vec())).unwrap();
    };
    let renewer = Renewer::start_watching(Arc::clone(&client), |_| (), changed).unwrap();
    let (before, now, features_now) = told.recv().unwrap();
    assert!(matches!((before, now), (Standing::Unactivated { .. }, Standing::Licensed { .. })));
    assert_eq!(features_now, features());
    renewer.stop();
    assert!(told.recv().is_err(), "told once");
}

fn features() -> Vec<leasehold_core::Text> {
    vec!["simulation".parse().unwrap()]
}

impl Scene {
    fn clock_now(&self) -> Timestamp {
        self.clock.now()
    }
}
