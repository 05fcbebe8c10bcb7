//! At BIND 9.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use leasehold_core::Span;
use leasehold_discovery::{Found, LookupOutcome, RecordKind, ServerReply, Transport};
use leasehold_testkit::dns::{NameServer, Setup, Zone};
use leasehold_testkit::need::{Need, is_missing};

use crate::scene::{Scene, finder, outcomes, replies, targets};

fn serving(zones: &[(&str, &str)]) -> NameServer {
    let zones = zones.iter().map(|(name, records)| Zone::new(name, records)).collect();
    NameServer::bind(&Setup { zones, ..Setup::default() })
}

const TWO_HOSTS: &str = "_leasehold._tcp SRV 0 90 16880 lease1\n_leasehold._tcp SRV 0 10 16890 lease2\n\
    _leasehold._tcp SRV 5 0 443 spare\nlease1 A 10.0.0.1\nlease1 A 10.0.0.2\nlease1 AAAA 2001:db8::1\n\
    lease2 A 10.0.0.3\nspare AAAA 2001:db8::9\n";

#[test]
fn hosts_are_found_with_their_ports_and_addresses_in_the_order_of_priority() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let server = serving(&[("example.test", TWO_HOSTS)]);
    let scene = Scene::new(1);
    let found = scene.find(&finder(&[server.address()], &["example.test"]));
    assert_eq!(found.candidates.len(), 3, "{found:?}");
    assert_eq!(targets(&found)[2], "spare.example.test:443");
    let first = found.candidates.iter().find(|candidate| candidate.port == 16_880).unwrap();
    let addresses = first.addresses.as_slice();
    assert_eq!(addresses[0], "2001:db8::1".parse::<IpAddr>().unwrap());
    assert!(addresses.len() == 3 && addresses[1..].iter().all(IpAddr::is_ipv4), "{addresses:?}");
    assert_eq!(first.suffix.as_str(), "example.test");
    // The addresses came along with the records.
    assert_eq!(outcomes(&found), [LookupOutcome::Records { usable: 3, unusable: 0 }]);
    assert_eq!(replies(&found), [ServerReply::Answer]);
}

#[test]
fn the_first_host_changes_with_the_weights() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let server = serving(&[("example.test", TWO_HOSTS)]);
    let (scene, finder) = (Scene::new(2), finder(&[server.address()], &["example.test"]));
    let first = |found: &Found| found.candidates[0].port == 16_880;
    let times = (0..1_000).filter(|_| first(&scene.find(&finder))).count();
    assert!((850..950).contains(&times), "{times} of 1000");
}

#[test]
fn what_was_found_is_kept_for_its_time_and_what_was_not_found_for_a_minute() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let server = serving(&[("example.test", TWO_HOSTS), ("empty.test", "")]);
    let (scene, finder) = (Scene::new(3), finder(&[server.address()], &["empty.test", "example.test"]));
    let asked = |found: &Found| found.searched.iter().map(|searched| searched.attempts.len()).collect::<Vec<_>>();
    let first = scene.find(&finder);
    assert_eq!(asked(&first), [1, 1]);
    scene.pass(Span::seconds(59));
    let second = scene.find(&finder);
    assert_eq!((asked(&second), outcomes(&second)), (vec![0, 0], outcomes(&first)));
    scene.pass(Span::seconds(1));
    assert_eq!(asked(&scene.find(&finder)), [1, 0], "a minute is over");
    scene.pass(Span::seconds(59 * 60));
    assert_eq!(asked(&scene.find(&finder)), [1, 1], "an hour is over");
}

#[test]
fn a_truncated_answer_is_asked_for_again_by_tcp() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let mut records = String::new();
    for number in 1..=50 {
        writeln!(records, "_leasehold._tcp SRV {number} 0 16880 a-rather-long-name-of-a-host-{number}").unwrap();
        writeln!(records, "a-rather-long-name-of-a-host-{number} A 10.0.0.{number}").unwrap();
    }
    let server = serving(&[("example.test", &records)]);
    let found = Scene::new(4).find(&finder(&[server.address()], &["example.test"]));
    assert_eq!(replies(&found), [ServerReply::Truncated, ServerReply::Answer]);
    assert_eq!(found.searched[0].attempts[1].transport, Transport::Tcp);
    assert_eq!(found.candidates.len(), 50);
    assert!(found.candidates.is_sorted_by_key(|candidate| candidate.priority));
    assert_eq!(found.candidates[49].addresses, ["10.0.0.50".parse::<IpAddr>().unwrap()]);
}

#[test]
fn no_name_no_record_and_a_refusal_are_told_apart() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let server = serving(&[("none.test", ""), ("other.test", "_leasehold._tcp TXT here")]);
    let suffixes = ["none.test", "other.test", "foreign.test"];
    let found = Scene::new(5).find(&finder(&[server.address()], &suffixes));
    assert_eq!(outcomes(&found), [LookupOutcome::NoSuchName, LookupOutcome::NoRecord, LookupOutcome::Refused]);
    assert_eq!(found.candidates, []);
    assert_eq!(found.searched[2].name.as_str(), "_leasehold._tcp.foreign.test");
}

#[test]
fn a_zone_that_does_not_load_is_a_failure_of_the_server_and_the_next_one_is_asked() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let broken = serving(&[("example.test", "banana")]);
    let found = Scene::new(6).find(&finder(&[broken.address()], &["example.test"]));
    assert_eq!(outcomes(&found), [LookupOutcome::ServerFailed]);
    let whole = serving(&[("example.test", TWO_HOSTS)]);
    let found = Scene::new(6).find(&finder(&[broken.address(), whole.address()], &["example.test"]));
    assert_eq!(replies(&found), [ServerReply::ServerFailed, ServerReply::Answer]);
    assert_eq!(found.candidates.len(), 3);
}

#[test]
fn a_forwarder_to_nowhere_is_a_failure_of_the_server() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    // Nothing listens at ports 0 and 1: the system answers so at once.
    let nowhere: SocketAddr = "127.0.0.1:1".parse().unwrap();
    let server = NameServer::bind(&Setup { forwarder: Some(nowhere), ..Setup::default() });
    let found = Scene::new(7).find(&finder(&[server.address()], &["example.test"]));
    assert_eq!(outcomes(&found), [LookupOutcome::ServerFailed]);
}

#[test]
fn a_dead_server_is_unreachable_and_the_next_one_is_asked() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let (dead, alive) = (serving(&[]), serving(&[("example.test", TWO_HOSTS)]));
    let servers = [dead.address(), alive.address()];
    dead.stop();
    let found = Scene::new(8).find(&finder(&servers, &["example.test"]));
    assert!(matches!(replies(&found)[..], [ServerReply::Unreachable(_), ServerReply::Answer]), "{found:?}");
    assert_eq!(found.candidates.len(), 3);
    alive.stop();
    let found = Scene::new(8).find(&finder(&servers, &["example.test"]));
    assert_eq!(outcomes(&found), [LookupOutcome::NoAnswer]);
}

#[test]
fn aliases_of_service_and_host_are_followed() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let example = "_leasehold._tcp CNAME _leasehold._tcp.central.test.\n";
    let central = "_leasehold._tcp SRV 0 0 16880 lease\nlease CNAME real\nreal A 10.0.0.7\n";
    let server = serving(&[("example.test", example), ("central.test", central)]);
    let found = Scene::new(9).find(&finder(&[server.address()], &["example.test"]));
    assert_eq!(targets(&found), ["lease.central.test:16880"]);
    assert_eq!(found.candidates[0].addresses, ["10.0.0.7".parse::<IpAddr>().unwrap()]);
    assert_eq!(found.candidates[0].suffix.as_str(), "example.test");
}

#[test]
fn each_suffix_is_searched_in_its_order_and_a_host_found_twice_is_tried_once() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let office =
        "_leasehold._tcp SRV 0 0 16880 lease.example.test.\n_leasehold._tcp SRV 9 0 16880 lease3\nlease3 A 10.0.0.8\n";
    let example = "_leasehold._tcp SRV 0 0 16880 lease\n_leasehold._tcp SRV 1 0 16881 lease\nlease A 10.0.0.7\n";
    let server = serving(&[("office.test", office), ("example.test", example)]);
    let found = Scene::new(11).find(&finder(&[server.address()], &["office.test", "example.test"]));
    let expected = ["lease.example.test:16880", "lease3.office.test:16880", "lease.example.test:16881"];
    assert_eq!(targets(&found), expected);
    assert!(found.candidates.iter().all(|candidate| candidate.addresses.len() == 1), "{found:?}");
}

#[test]
fn a_target_of_the_root_says_that_there_is_decidedly_no_host() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let server = serving(&[("example.test", "_leasehold._tcp SRV 0 0 0 .\n")]);
    let found = Scene::new(12).find(&finder(&[server.address()], &["example.test"]));
    assert_eq!((outcomes(&found), found.candidates.len()), (vec![LookupOutcome::Declined], 0));
}

#[test]
fn a_target_that_leads_nowhere_is_kept_without_addresses_and_the_search_says_why() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let server = serving(&[("example.test", "_leasehold._tcp SRV 0 0 16880 misspelt\n")]);
    let found = Scene::new(13).find(&finder(&[server.address()], &["example.test"]));
    assert_eq!((targets(&found), found.candidates[0].addresses.len()), (vec!["misspelt.example.test:16880".into()], 0));
    let searched: Vec<_> = found.searched[1..].iter().map(|searched| (searched.kind, searched.outcome)).collect();
    assert_eq!(searched, [(RecordKind::Aaaa, LookupOutcome::NoSuchName), (RecordKind::A, LookupOutcome::NoSuchName)]);
}

#[test]
fn a_target_that_is_an_alias_is_followed_and_told() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let records = "_leasehold._tcp SRV 0 0 16880 alias\nalias CNAME real\nreal A 10.0.0.1\n";
    let server = serving(&[("example.test", records)]);
    let found = Scene::new(9).find(&finder(&[server.address()], &["example.test"]));
    assert_eq!(found.candidates[0].addresses, ["10.0.0.1".parse::<IpAddr>().unwrap()]);
    let alias = found.searched.iter().find_map(|searched| searched.alias_of.as_ref());
    assert_eq!(alias.map(leasehold_discovery::DomainName::as_str), Some("real.example.test"), "{found:?}");
}
