//! Machines that change, move, are copied; images.

use leasehold_client::{Client, HostName, Machine, Options, Released};
use leasehold_core::{Clock, Component, Cti, KeyId, Refusal, Span, Standing, Why};
use leasehold_testkit::vendor::Chain;
use leasehold_wire::SealedRefusal;

use crate::scene::{Act, Scene, asked, granted, machine, refused};

const THRESHOLD: Refusal = Refusal::ThresholdNotMet { count: 1, required: 5, retry: Span::HOUR };

#[test]
fn a_machine_that_changes_slowly_stays_itself() {
    let mut scene = Scene::new();
    let client = scene.licensed().lease.client;
    for changed in 1..=Component::ALL.len() {
        let parts = Component::ALL.into_iter().enumerate();
        let part = |(at, part): (usize, Component)| {
            let number = if at < changed { 2 } else { 1 };
            (part, machine(number).part(part).unwrap().to_owned())
        };
        scene.machine = Machine::new(parts.map(part));
        assert!(matches!(scene.client().standing(), Standing::Licensed { .. }));
        assert_eq!(scene.licensed().lease.client, client, "{changed} parts changed, one after the other");
    }
}

#[test]
fn a_changed_machine_gives_its_lease_back_with_its_former_key_and_keeps_its_place() {
    let mut scene = Scene::new();
    let former = scene.licensed();
    scene.machine = machine(2);
    let client = scene.client();
    let until = scene.clock.now().plus(Span::days(30));
    assert_eq!(client.standing(), Standing::Grace { until, why: Why::AnotherMachine });
    scene.then(Act::Grant(Chain::AsAsked)).then(Act::Refuse(THRESHOLD));
    refused(asked(client.tick()));
    let released = scene.releases();
    assert_eq!((released[0].key.id(), released[0].lease), (former.lease.client, former.lease.cti));
    let status = client.status();
    assert_eq!(
        status.standing,
        Standing::Grace { until, why: Why::AnotherMachine },
        "works until there is another lease"
    );
    assert_eq!(status.device, Some(former.lease.client), "a new key is a candidate until it holds a lease");
    let lease = granted(client.activate().unwrap()).lease;
    assert!(matches!(client.standing(), Standing::Licensed { .. }));
    assert_eq!(client.status().device, Some(lease.client));
    let released = scene.releases();
    assert_eq!(released.len(), 2, "anyone may have answered the first");
    assert_eq!((released[1].key.id(), released[1].lease), (former.lease.client, former.lease.cti));
    let requests = scene.requests();
    assert_ne!(requests[1].key.id(), former.lease.client);
    assert_eq!(requests[1].key, requests[2].key, "one new key, not one for every attempt");
    assert_eq!(requests[1].holds, None, "the lease is the former machine's");
    assert_ne!(requests[0].cti, requests[1].cti);
    assert!(!scene.file("candidate.key").exists() && scene.file("former").read_dir().unwrap().next().is_none());
}

#[test]
fn the_grace_of_a_changed_machine_begins_when_it_is_noticed_and_ends_with_the_lease() {
    let mut scene = Scene::new();
    scene.licensed();
    let original = scene.machine.clone();
    scene.machine = machine(2);
    scene.client();
    scene.clock.advance(Span::days(29));
    assert!(matches!(scene.client().standing(), Standing::Grace { why: Why::AnotherMachine, .. }));
    scene.clock.advance(Span::days(1));
    assert_eq!(scene.client().standing(), Standing::Reduced { why: Why::AnotherMachine });
    scene.machine = original;
    assert!(matches!(scene.client().standing(), Standing::Licensed { .. }), "the first machine again");
}

#[test]
fn a_machine_that_is_itself_again_asks_at_once_for_what_it_gave_back() {
    let mut scene = Scene::new();
    let lease = scene.licensed().lease;
    let original = scene.machine.clone();
    scene.machine = machine(2);
    scene.then(Act::Grant(Chain::AsAsked)).then(Act::Refuse(THRESHOLD));
    refused(asked(scene.client().tick()));
    scene.machine = original;
    scene.clock.advance(Span::HOUR);
    assert_eq!(granted(asked(scene.client().tick())).lease.client, lease.client, "with its own key");
    assert!(!scene.file("candidate.key").exists());
}

#[test]
fn a_release_on_a_changed_machine_ends_the_lease_that_the_host_counts() {
    let mut scene = Scene::new();
    let former = scene.licensed().lease;
    scene.machine = machine(2);
    scene.then(Act::LoseReply).then(Act::Grant(Chain::AsAsked)).then(Act::Refuse(THRESHOLD));
    assert!(scene.client().activate().is_err(), "where the release is not answered, nothing is asked for");
    assert!(scene.client().activate().is_ok());
    assert!(matches!(scene.client().release(), Ok(Released::Told { .. })));
    let released = scene.releases();
    assert!(released.iter().all(|release| (release.key.id(), release.lease) == (former.client, former.cti)));
}

#[test]
fn a_lease_that_was_given_back_before_the_machine_changed_is_given_back_again_with_its_key() {
    let mut scene = Scene::new();
    let former = scene.licensed().lease;
    assert!(scene.client().release().is_ok());
    scene.machine = machine(2);
    granted(scene.client().activate().unwrap());
    let released = scene.releases();
    assert_eq!(released.len(), 2);
    assert!(released.iter().all(|release| (release.key.id(), release.lease) == (former.client, former.cti)));
    assert!(scene.file("former").read_dir().is_ok_and(|mut kept| kept.next().is_none()));
}

#[test]
fn an_image_with_a_key_and_no_lease_is_noticed_too() {
    let mut scene = Scene::new();
    scene.then(Act::LoseReply);
    assert!(scene.client().activate().is_err());
    scene.machine = machine(2);
    scene.licensed();
    let requests = scene.requests();
    assert_ne!(requests[0].key, requests[1].key);
    assert_ne!(requests[0].cti, requests[1].cti, "a new key is a new request");
}

#[test]
fn a_suspected_clone_makes_a_new_key_at_once_and_asks_again() {
    let scene = Scene::new();
    scene.then(Act::Refuse(Refusal::CloneSuspected));
    let client = scene.client();
    granted(client.activate().unwrap());
    let requests = scene.requests();
    assert_eq!(requests.len(), 2);
    assert_ne!(requests[0].key, requests[1].key);
    assert_ne!(requests[0].cti, requests[1].cti);
    scene.then(Act::Refuse(Refusal::CloneSuspected)).then(Act::Refuse(Refusal::CloneSuspected));
    assert_eq!(refused(client.activate().unwrap()).code, "clone-suspected", "once, not for ever");
    assert_eq!(scene.requests().len(), 4);
}

#[test]
fn a_suspected_clone_keeps_key_and_lease_until_the_new_key_holds_one() {
    let scene = Scene::new();
    let held = scene.licensed().lease;
    scene.then(Act::Refuse(Refusal::CloneSuspected)).then(Act::LoseReply);
    assert!(scene.client().activate().is_err());
    let status = scene.client().status();
    assert!(matches!(status.standing, Standing::Licensed { .. }));
    assert_eq!(status.device, Some(held.client));
    let requests = scene.requests();
    assert_eq!((requests[2].holds, requests[1].key.id()), (None, held.client), "the new key holds no lease");
    for _ in 0..3 {
        scene.then(Act::Refuse(Refusal::CloneSuspected));
        refused(scene.client().activate().unwrap());
    }
    let granted = scene.licensed().lease;
    assert_eq!(granted.client, requests[2].key.id(), "one candidate, however often it is refused");
    assert_eq!(scene.client().status().device, Some(granted.client));
}

#[test]
fn forged_suspicions_change_neither_key_nor_lease() {
    let scene = Scene::new();
    let held = scene.licensed().lease;
    let strange: fn(&mut SealedRefusal) = |refusal| refusal.client = KeyId([7; 16]);
    let stale: fn(&mut SealedRefusal) = |refusal| refusal.request = Cti([7; 16]);
    for _ in 0..8 {
        scene.then(Act::Claim(Refusal::CloneSuspected));
    }
    scene.then(Act::RefuseChanged(Refusal::CloneSuspected, strange));
    scene.then(Act::RefuseChanged(Refusal::CloneSuspected, stale));
    let key = std::fs::read(scene.file("device.key")).unwrap();
    for _ in 0..10 {
        assert_eq!(refused(scene.client().activate().unwrap()).proof, None);
    }
    let status = scene.client().status();
    assert_eq!((status.device, status.lease), (Some(held.client), Some(held)));
    assert_eq!(status.last_failure.unwrap().proven_by, None);
    assert_eq!(std::fs::read(scene.file("device.key")).unwrap(), key);
    assert!(!scene.file("candidate.key").exists());
    let ctis = scene.ctis();
    assert!(ctis[1..].iter().all(|cti| *cti == ctis[1]), "a message answers no request");
}

#[test]
fn a_generalized_image_starts_afresh() {
    let scene = Scene::new();
    let lease = scene.licensed().lease;
    std::fs::write(scene.file("device.key.damaged-1"), "what was left of a key").unwrap();
    let vendors = leasehold_client::generalize(scene.state.path()).unwrap();
    assert_eq!(vendors, [scene.vendor.id()]);
    assert!(!scene.file("device.key").exists() && !scene.file("device.key.damaged-1").exists());
    let client = Client::open_known(scene.options()).unwrap();
    let status = client.status();
    assert_eq!((status.device, status.lease), (None, None));
    assert!(matches!(status.standing, Standing::Unactivated { .. }));
    assert_ne!(granted(client.activate().unwrap()).lease.client, lease.client);
    client.generalize().unwrap();
    assert_eq!(client.status().device, None);
    assert_eq!(leasehold_client::generalize(&scene.state.path().join("nowhere")).unwrap(), []);
}

#[test]
fn a_machine_without_any_part_cannot_ask() {
    let scene = Scene::new();
    let options = Options { machine: Some(Machine::default()), ..scene.options() };
    let client = Client::open(&scene.manifest, options).unwrap();
    assert_eq!(client.activate().unwrap_err().code().name(), "no-fingerprint");
    assert!(matches!(client.standing(), Standing::Unactivated { .. }));
}

#[test]
fn what_is_asked_with_is_what_the_machine_shows() {
    let scene = Scene::new();
    scene.licensed();
    assert_eq!(scene.requests()[0].fingerprint, scene.fingerprint());
    let given = HostName::Given("pc-7".parse().unwrap());
    for host_name in [HostName::Withheld, given, HostName::default()] {
        let options = Options { host_name, ..scene.options() };
        granted(Client::open(&scene.manifest, options).unwrap().activate().unwrap());
    }
    let sent: Vec<_> = scene.requests().into_iter().map(|request| request.host_name).skip(1).collect();
    let own = leasehold_client::host_name();
    assert_eq!(sent, [None, Some("pc-7".parse().unwrap()), own], "this machine's own unless set otherwise");
}
