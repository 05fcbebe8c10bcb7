//! Hosts that the machine finds by itself, in a real name server (BIND 9): their order, and what is wrong with some.

use std::net::Ipv6Addr;

use leasehold_client::discovery::{Config, LookupOutcome};
use leasehold_client::{Client, Error, HostSource, Lookup, Options};
use leasehold_core::Refusal;
use leasehold_testkit::ClosedPort;
use leasehold_testkit::dns::{NameServer, Setup, Zone};
use leasehold_testkit::dns_script::ScriptedNameServer;
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::responder::{Outgoing, Responder};
use leasehold_testkit::vendor::Vendor;

use crate::scene::{Act, Scene, granted, refused};

/// A name server with these records in the zone `lease.test`.
fn server(records: &str) -> NameServer {
    NameServer::bind(&Setup { zones: vec![Zone::new("lease.test", records)], ..Setup::default() })
}

/// A record of the service, with this priority, port and target.
fn srv(priority: u16, port: u16, target: &str) -> String {
    format!("_leasehold._tcp SRV {priority} 10 {port} {target}\n")
}

/// The names that targets have: all of them this machine.
const HOSTS: &str = "one A 127.0.0.1\ntwo A 127.0.0.1\nrogue A 127.0.0.1\n";

fn options(scene: &Scene, server: &NameServer, suffixes: &[&str]) -> Options {
    let suffixes = suffixes.iter().map(|suffix| suffix.parse().unwrap()).collect();
    let lookup = Lookup::With(Config::new(vec![server.address()], suffixes));
    Options { hosts: Vec::new(), lookup, ..scene.options() }
}

fn client(scene: &Scene, server: &NameServer) -> Client {
    Client::open(&scene.manifest, options(scene, server, &["lease.test"])).unwrap()
}

fn port(scene: &Scene) -> u16 {
    scene.responder.address().port()
}

#[test]
fn the_host_of_the_record_is_asked_and_remembered() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let scene = Scene::new();
    let server = server(&[HOSTS, &srv(0, port(&scene), "one")].concat());
    let client = client(&scene, &server);
    client.standing();
    assert!(scene.responder.seen().is_empty(), "standing asks no host");
    let granted = granted(client.activate().unwrap());
    assert_eq!(granted.host.to_string(), format!("one.lease.test:{}", port(&scene)));
    assert_eq!(client.status().host, Some(granted.host));
}

#[test]
fn the_first_host_by_priority_is_asked_and_the_second_when_it_is_gone() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let (scene, second) = (Scene::new(), Scene::new());
    let server = server(&[HOSTS, &srv(5, port(&second), "two"), &srv(1, port(&scene), "one")].concat());
    let first = port(&scene);
    let client = client(&scene, &server);
    assert_eq!(granted(client.activate().unwrap()).host.to_string(), format!("one.lease.test:{first}"));
    assert!(second.responder.seen().is_empty());
    let Scene { responder, state, .. } = scene;
    drop(responder);
    let answer = client.activate().unwrap();
    let codes: Vec<&str> = answer.passed_over.iter().map(|tried| tried.failure.code().name()).collect();
    // By the name that the lease came from, which this machine's own names do not know, and by the record.
    assert_eq!(codes, ["name-not-found", "host-unreachable"]);
    assert_eq!(answer.passed_over[0].route.source, HostSource::LastGrant);
    let shown = answer.passed_over[1].to_string();
    assert_eq!(
        shown,
        format!("host one.lease.test:{first} at 127.0.0.1 (found in DNS under lease.test): connection refused")
    );
    assert_eq!(granted(answer).host.to_string(), format!("two.lease.test:{}", port(&second)));
    drop(state);
}

#[test]
fn a_host_that_was_set_comes_before_those_found() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let (scene, set) = (Scene::new(), Scene::new());
    let server = server(&[HOSTS, &srv(0, port(&scene), "one")].concat());
    let hosts = vec![set.address()];
    let options = Options { hosts, ..options(&scene, &server, &["lease.test"]) };
    let client = Client::open(&scene.manifest, options).unwrap();
    assert_eq!(granted(client.activate().unwrap()).host, set.address());
    assert!(scene.responder.seen().is_empty());
}

#[test]
fn a_rogue_record_delays_and_does_not_fool() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let (scene, rogue) = (Scene::new(), Scene::with_host(|_| Vendor::from_seed(8).host(3, vec![Vendor::grant()])));
    let closed = ClosedPort::new();
    let records = [HOSTS, &srv(0, port(&rogue), "rogue"), &srv(1, closed.port(), "two"), &srv(2, port(&scene), "one")];
    let server = server(&records.concat());
    let answer = client(&scene, &server).activate().unwrap();
    let codes: Vec<&str> = answer.passed_over.iter().map(|tried| tried.failure.code().name()).collect();
    assert_eq!(codes, ["foreign-manifest", "host-unreachable"]);
    assert!(answer.passed_over[0].to_string().contains("rogue.lease.test"));
    granted(answer);
}

#[test]
fn a_no_of_a_rogue_is_not_believed_and_a_no_of_the_vendors_host_is() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let liar = |_: &leasehold_testkit::responder::Incoming| {
        let problem = serde_json::json!({ "type": "urn:leasehold:problem:revoked", "title": "no", "status": 403 });
        Outgoing::problem((403, problem))
    };
    let (scene, rogue) = (Scene::new(), Responder::start(liar));
    let server = server(&[HOSTS, &srv(0, rogue.address().port(), "rogue"), &srv(1, port(&scene), "one")].concat());
    let client = client(&scene, &server);
    granted(client.activate().unwrap());
    let fresh = Scene::new();
    let server = self::server(&[HOSTS, &srv(0, port(&fresh), "one")].concat());
    fresh.then(Act::Refuse(Refusal::CapacityReached { capacity: 9, retry: leasehold_core::Span::HOUR }));
    assert_eq!(refused(self::client(&fresh, &server).activate().unwrap()).code, "capacity-reached");
}

#[test]
fn a_found_hosts_proven_refusal_is_believed_and_no_other_host_is_asked() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let (scene, second) = (Scene::new(), Scene::new());
    let server = server(&[HOSTS, &srv(1, port(&scene), "one"), &srv(5, port(&second), "two")].concat());
    scene.then(Act::Refuse(Refusal::CapacityReached { capacity: 9, retry: leasehold_core::Span::HOUR }));
    let no = refused(client(&scene, &server).activate().unwrap());
    assert!(no.proof.is_some() && second.responder.seen().is_empty());
    scene.then(Act::Claim(Refusal::CapacityReached { capacity: 9, retry: leasehold_core::Span::HOUR }));
    granted(client(&scene, &server).activate().unwrap());
    assert!(!second.responder.seen().is_empty(), "without a proof the next host is asked");
}

#[test]
fn twenty_silent_records_hold_an_attempt_for_90_seconds_at_most() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let scene = Scene::new();
    let silent: Vec<Responder> = (0..20)
        .map(|_| {
            let clock = std::sync::Arc::clone(&scene.clock);
            Responder::start(move |_| {
                clock.advance(leasehold_core::Span::seconds(10));
                Outgoing::HangUp
            })
        })
        .collect();
    let records: String = silent.iter().map(|silent| srv(0, silent.address().port(), "one")).collect();
    let server = server(&[HOSTS, &records].concat());
    let Err(Error::NoAnswer { tried }) = client(&scene, &server).activate() else { panic!("none answers") };
    assert_eq!(tried.len(), 9);
}

#[test]
fn a_no_under_a_true_hosts_certificate_keeps_nobody_from_the_true_host() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    // The certificate is public: a rogue can show it, and sign nothing with it.
    let scene = Scene::new();
    let shown = scene.vendor.host(3, vec![Vendor::grant()]).certificate();
    let rogue = Responder::start(move |incoming| match incoming.path.as_str() {
        "/v1/host" => Outgoing::cose(shown.clone()),
        _ => Outgoing::problem(leasehold_testkit::vendor::problem(&Refusal::CloneSuspected)),
    });
    let device = scene.client().status().device;
    let server = server(&[HOSTS, &srv(0, rogue.address().port(), "rogue"), &srv(1, port(&scene), "one")].concat());
    let client = client(&scene, &server);
    granted(client.activate().unwrap());
    assert_eq!(rogue.seen().iter().filter(|incoming| incoming.method == "POST").count(), 1, "asked once, with one key");
    assert!(device.is_none() || client.status().device == device, "no new device key at a rogue's word");
}

#[test]
fn a_target_without_an_address_is_told_and_the_next_is_tried() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let scene = Scene::new();
    let server = server(&[HOSTS, &srv(0, 16_880, "missing"), &srv(1, port(&scene), "one")].concat());
    let answer = client(&scene, &server).activate().unwrap();
    assert_eq!(answer.passed_over[0].failure.code().name(), "name-not-found");
    granted(answer);
}

#[test]
fn every_suffix_is_searched_and_where_there_is_nothing_that_is_told() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let scene = Scene::new();
    let server = server(&[HOSTS, &srv(0, port(&scene), "one")].concat());
    let open = |suffixes: &[&str]| Client::open(&scene.manifest, options(&scene, &server, suffixes)).unwrap();
    granted(open(&["none.lease.test", "lease.test"]).activate().unwrap());
    let other = Scene::new();
    let options = Options { state: Some(other.state.path().into()), ..options(&scene, &server, &["none.lease.test"]) };
    let Err(error) = Client::open(&scene.manifest, options).unwrap().activate() else { panic!("there is no host") };
    let expected = "host: no address is known; DNS: _leasehold._tcp.none.lease.test: no such name";
    assert_eq!((error.code().name(), error.to_string().as_str()), ("no-host", expected));
    let Error::NoHost { searched, .. } = error else { panic!("nothing was found") };
    assert_eq!(searched[0].outcome, LookupOutcome::NoSuchName);
}

#[test]
fn an_answer_too_long_for_a_datagram_is_read_whole() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let scene = Scene::new();
    let many: String = (0..60).map(|n| srv(9, 16_880, &format!("a-host-with-a-long-name-{n:030}"))).collect();
    let server = server(&[HOSTS, &many, &srv(0, port(&scene), "one")].concat());
    granted(client(&scene, &server).activate().unwrap());
}

#[test]
fn the_label_of_the_manifest_is_looked_for() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let scene = Scene::new();
    let records = format!("{HOSTS}_acme-licences._tcp SRV 0 0 {} one\n", port(&scene));
    let server = server(&records);
    let manifest = scene.vendor.manifest_with(|manifest| manifest.service = Some("acme-licences".parse().unwrap()));
    let client = Client::open(&manifest, options(&scene, &server, &["lease.test"])).unwrap();
    granted(client.activate().unwrap());
}

/// The answer of a name server of `lease.test`, which has one host, at `port` of `::1`.
fn answer_of_an_ipv6_network(question: &[u8], port: u16) -> Vec<u8> {
    let name = |name: &str| -> Vec<u8> {
        let labels = name.split('.').map(|label| [&[u8::try_from(label.len()).unwrap()], label.as_bytes()].concat());
        labels.flatten().chain([0]).collect()
    };
    let end = question[12..].iter().position(|byte| *byte == 0).unwrap() + 12 + 5;
    let kind = question[end - 3];
    let record = |kind: u8, value: &[u8]| {
        let length = u16::try_from(value.len()).unwrap().to_be_bytes();
        [&[0xc0, 12, 0, kind, 0, 1, 0, 0, 0, 60], &length[..], value].concat()
    };
    let records = match kind {
        33 => vec![record(33, &[&[0, 0, 0, 0], &port.to_be_bytes()[..], &name("one.lease.test")].concat())],
        28 => vec![record(28, &Ipv6Addr::LOCALHOST.octets())],
        _ => Vec::new(),
    };
    let count = u8::try_from(records.len()).unwrap();
    let head = [&question[..2], &[0x85, 0x80, 0, 1, 0, count, 0, 0, 0, 0]].concat();
    [head, question[12..end].to_vec(), records.concat()].concat()
}

#[test]
fn a_network_of_ipv6_alone_is_one_like_any_other() {
    if is_missing(&[Need::Ipv6]) {
        return;
    }
    let loopback = Ipv6Addr::LOCALHOST.into();
    let scene = Scene::at(loopback, |vendor| vendor.host(1, vec![crate::scene::grant()]));
    let port = port(&scene);
    let server = ScriptedNameServer::start_at(loopback, move |asked| vec![answer_of_an_ipv6_network(asked, port)]);
    let lookup = Lookup::With(Config::new(vec![server.address()], vec!["lease.test".parse().unwrap()]));
    let client = Client::open(&scene.manifest, Options { hosts: Vec::new(), lookup, ..scene.options() }).unwrap();
    let found = granted(client.activate().unwrap()).host;
    assert_eq!(found.to_string(), format!("one.lease.test:{port}"));
    let shown: Vec<String> = client.diagnose().findings.into_iter().map(|finding| finding.name).collect();
    assert!(shown.contains(&format!("host one.lease.test:{port} at ::1 (found in DNS under lease.test)")), "{shown:?}");
    let options = Options { hosts: vec![format!("[::1]:{port}").parse().unwrap()], ..scene.options() };
    let set = Client::open(&scene.manifest, options).unwrap();
    assert_eq!(granted(set.activate().unwrap()).host.to_string(), format!("[::1]:{port}"));
}
