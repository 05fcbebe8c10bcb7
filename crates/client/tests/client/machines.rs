//! Machines that change, move, are copied; images.

use leasehold_client::{Client, Machine, Options};
use leasehold_core::{Component, Refusal, Standing, Why};

use crate::scene::{Act, Scene, asked, granted, machine, refused};

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
fn another_machine_is_noticed_at_its_first_start_and_becomes_a_client_of_its_own() {
    let mut scene = Scene::new();
    let original = scene.licensed().lease;
    scene.machine = machine(2);
    let client = scene.client();
    assert_eq!(client.standing(), Standing::Reduced { why: Why::AnotherMachine });
    let refusal = Refusal::ThresholdNotMet { count: 1, required: 5, retry: leasehold_core::Span::HOUR };
    scene.then(Act::Refuse(refusal));
    refused(asked(client.tick()));
    granted(client.activate().unwrap());
    assert!(matches!(client.standing(), Standing::Licensed { .. }));
    let requests = scene.requests();
    assert_ne!(requests[1].key.id(), original.client);
    assert_eq!(requests[1].key, requests[2].key, "one new key, not one for every attempt");
    assert_eq!(requests[1].holds, None, "the lease is the other machine's");
    assert_ne!(requests[0].cti, requests[1].cti);
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
fn a_suspected_clone_does_not_lose_the_lease_it_holds() {
    let scene = Scene::new();
    let held = scene.licensed().lease;
    scene.then(Act::Refuse(Refusal::CloneSuspected)).then(Act::LoseReply);
    assert!(scene.client().activate().is_err());
    let status = scene.client().status();
    assert!(matches!(status.standing, Standing::Licensed { .. }));
    assert_ne!(status.device, Some(held.client));
    assert_eq!(scene.requests()[2].holds, None, "the new key holds no lease");
    scene.licensed();
    assert_eq!(scene.ctis()[2], scene.ctis()[3]);
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
    assert_eq!(scene.requests()[0].host_name, None, "nobody has allowed to tell it");
    let host_name = Some("pc-7".parse().unwrap());
    granted(Client::open(&scene.manifest, Options { host_name, ..scene.options() }).unwrap().activate().unwrap());
    assert_eq!(scene.requests()[1].host_name.as_ref().unwrap().as_str(), "pc-7");
}
