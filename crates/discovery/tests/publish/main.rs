//! Publishing at real name servers: each test at BIND 9 and at Knot.

use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use leasehold_core::{Clock, Code, Span, Timestamp};
use leasehold_discovery::publish::{PublishError, Published, Publisher, TsigKey, Withdrawn};
use leasehold_discovery::{Config, DomainName, Finder, ServiceLabel, ServiceRecord};
use leasehold_testkit::clock::VirtualClock;
use leasehold_testkit::dns::{NameServer, Setup, SharedKey, Zone};
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::rng::SeededRng;

const ZONE: &str = "example.test";
const OTHERS: &str = "_leasehold._tcp SRV 7 7 7777 other\nother A 10.0.0.9\nlease A 10.0.0.1\n";
const SECRET: &str = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA==";
const OTHER_SECRET: &str = "b3RoZXIgc2VjcmV0IG90aGVyIHNlY3JldCBvdGhlciBzZWNyZXQ=";

/// Numbers for messages.
fn rng() -> SeededRng {
    SeededRng::new(1)
}

/// A server with the zone, and with `writer` and `reader` for keys, of which the first may change SRV records.
struct SignedZone {
    server: NameServer,
    algorithm: &'static str,
}

fn key(name: &str, algorithm: &str, secret: &str) -> SharedKey {
    SharedKey { name: name.to_owned(), algorithm: algorithm.to_owned(), secret: secret.to_owned() }
}

impl SignedZone {
    fn both(records: &str, test: impl Fn(&SignedZone)) {
        for (start, algorithm) in
            [(NameServer::bind as fn(&Setup) -> NameServer, "hmac-sha256"), (NameServer::knot, "hmac-sha512")]
        {
            test(&SignedZone::new(start, algorithm, records));
        }
    }

    fn new(start: fn(&Setup) -> NameServer, algorithm: &'static str, records: &str) -> Self {
        let zone = Zone { writer: Some("writer".to_owned()), ..Zone::new(ZONE, records) };
        let keys = vec![key("writer", algorithm, SECRET), key("reader", algorithm, SECRET)];
        Self { server: start(&Setup { zones: vec![zone], keys, forwarder: None }), algorithm }
    }

    fn publisher(&self) -> Publisher {
        self.publisher_with("writer", SECRET)
    }

    fn publisher_with(&self, name: &str, secret: &str) -> Publisher {
        publisher(ZONE, ZONE, &[self.server.address()], &key(name, self.algorithm, secret))
    }
}

fn publisher(zone: &str, suffix: &str, servers: &[SocketAddr], key: &SharedKey) -> Publisher {
    let name = ServiceLabel::default().within(&suffix.parse().expect("a suffix")).expect("a name");
    let key: TsigKey = key.file().parse().expect("a key");
    let zone = zone.parse().expect("a zone");
    Publisher::new(zone, name, servers.to_vec(), Some(key)).expect("a name in the zone")
}

fn record(target: &str, priority: u16, weight: u16, port: u16) -> ServiceRecord {
    ServiceRecord { priority, weight, port, target: target.parse().expect("a name"), ttl: Span::HOUR }
}

/// The server compares its own clock with it, and there is no way to set that.
#[expect(clippy::disallowed_methods, reason = "a name server of another make reads the real clock")]
fn clock() -> VirtualClock {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
    VirtualClock::new(Timestamp::from_unix(now.as_secs()))
}

/// The lines of all records, sorted.
fn shown(publisher: &Publisher) -> Vec<String> {
    let records = publisher.show(&clock(), &rng()).expect("an answer");
    let mut lines: Vec<_> = records.iter().map(|record| publisher.record_line(record)).collect();
    lines.sort();
    lines
}

fn publish(publisher: &Publisher, own: &ServiceRecord) -> Result<Published, PublishError> {
    publisher.publish(own, None, &clock(), &rng())
}

const OTHER_LINE: &str = "_leasehold._tcp.example.test. 3600 IN SRV 7 7 7777 other.example.test.";

#[test]
fn a_record_is_published_changed_found_and_withdrawn_and_another_hosts_stays() {
    if is_missing(&[Need::Bind, Need::Knot]) {
        return;
    }
    SignedZone::both(OTHERS, |zone| {
        let publisher = zone.publisher();
        let own = record("lease.example.test", 0, 100, 16_880);
        assert_eq!(publish(&publisher, &own).unwrap(), Published::Added);
        let line = "_leasehold._tcp.example.test. 3600 IN SRV 0 100 16880 lease.example.test.";
        assert_eq!(shown(&publisher), [line, OTHER_LINE]);
        assert_eq!(publish(&publisher, &own).unwrap(), Published::Unchanged);
        assert_eq!(publish(&publisher, &ServiceRecord { weight: 50, ..own.clone() }).unwrap(), Published::Replaced);
        let line = "_leasehold._tcp.example.test. 3600 IN SRV 0 50 16880 lease.example.test.";
        assert_eq!(shown(&publisher), [line, OTHER_LINE]);

        let suffixes = vec![ZONE.parse().unwrap()];
        let finder = Finder::new(Config::new(vec![zone.server.address()], suffixes));
        let found = finder.find(&ServiceLabel::default(), &clock(), &rng());
        let targets: Vec<_> = found.candidates.iter().map(|candidate| candidate.target.as_str()).collect();
        assert_eq!(targets, ["lease.example.test", "other.example.test"]);

        let withdraw = || publisher.withdraw(&own, &clock(), &rng()).unwrap();
        assert_eq!((withdraw(), withdraw()), (Withdrawn::Removed, Withdrawn::NothingThere));
        assert_eq!(shown(&publisher), [OTHER_LINE]);
    });
}

#[test]
fn a_host_that_moves_takes_its_earlier_record_along() {
    if is_missing(&[Need::Bind, Need::Knot]) {
        return;
    }
    SignedZone::both(OTHERS, |zone| {
        let publisher = zone.publisher();
        let old = record("lease.example.test", 0, 0, 16_880);
        let new = record("lease.example.test", 0, 0, 443);
        publish(&publisher, &old).unwrap();
        let published = publisher.publish(&new, Some(&old), &clock(), &rng()).unwrap();
        assert_eq!(published, Published::Replaced);
        assert_eq!(shown(&publisher), [publisher.record_line(&new), OTHER_LINE.to_owned()]);
    });
}

#[test]
fn the_first_record_of_a_zone_is_published_and_the_last_one_withdrawn() {
    if is_missing(&[Need::Bind, Need::Knot]) {
        return;
    }
    SignedZone::both("", |zone| {
        let publisher = zone.publisher();
        let own = record("lease.elsewhere.test", 1, 2, 3);
        assert_eq!(shown(&publisher), [""; 0]);
        assert_eq!(publish(&publisher, &own).unwrap(), Published::Added);
        assert_eq!(publisher.withdraw(&own, &clock(), &rng()).unwrap(), Withdrawn::Removed);
        assert_eq!(shown(&publisher), [""; 0]);
    });
}

#[test]
fn more_records_than_fit_into_a_datagram_are_shown_and_kept() {
    if is_missing(&[Need::Bind, Need::Knot]) {
        return;
    }
    let lines: Vec<_> =
        (1..=60).map(|n| format!("_leasehold._tcp SRV {n} 0 16880 a-long-name-of-a-host-{n}")).collect();
    SignedZone::both(&lines.join("\n"), |zone| {
        let publisher = zone.publisher();
        publish(&publisher, &record("lease.example.test", 0, 0, 16_880)).unwrap();
        assert_eq!(shown(&publisher).len(), 61);
    });
}

#[test]
fn a_wrong_secret_and_an_unknown_key_are_refused_and_change_nothing() {
    if is_missing(&[Need::Bind, Need::Knot]) {
        return;
    }
    SignedZone::both(OTHERS, |zone| {
        for (name, secret) in [("writer", OTHER_SECRET), ("stranger", SECRET)] {
            let publisher = zone.publisher_with(name, secret);
            let error = publish(&publisher, &record("lease.example.test", 0, 0, 1)).unwrap_err();
            assert_eq!(error.code(), Code::DnsKeyRefused, "{error}");
            assert!(error.to_string().ends_with(&format!(": it refuses the key {name}")), "{error}");
        }
        assert_eq!(shown(&zone.publisher()), [OTHER_LINE]);
    });
}

#[test]
fn a_key_of_another_algorithm_is_refused() {
    if is_missing(&[Need::Bind, Need::Knot]) {
        return;
    }
    SignedZone::both(OTHERS, |zone| {
        let publisher = publisher(ZONE, ZONE, &[zone.server.address()], &key("writer", "hmac-sha384", SECRET));
        let error = publish(&publisher, &record("lease.example.test", 0, 0, 1)).unwrap_err();
        assert_eq!(error.code(), Code::DnsKeyRefused, "{error}");
    });
}

#[test]
fn a_key_without_the_right_may_look_but_not_change() {
    if is_missing(&[Need::Bind, Need::Knot]) {
        return;
    }
    SignedZone::both(OTHERS, |zone| {
        let publisher = zone.publisher_with("reader", SECRET);
        assert_eq!(shown(&publisher), [OTHER_LINE]);
        let error = publish(&publisher, &record("lease.example.test", 0, 0, 1)).unwrap_err();
        // To Knot, a key that a zone gives no rights is no key.
        assert!([Code::DnsNotPermitted, Code::DnsKeyRefused].contains(&error.code()), "{error}");
        assert_eq!(shown(&publisher), [OTHER_LINE]);
    });
}

#[test]
fn without_a_key_nothing_is_changed() {
    if is_missing(&[Need::Bind, Need::Knot]) {
        return;
    }
    SignedZone::both(OTHERS, |zone| {
        let name = ServiceLabel::default().within(&ZONE.parse().unwrap()).unwrap();
        let publisher = Publisher::new(ZONE.parse().unwrap(), name, vec![zone.server.address()], None).unwrap();
        let error = publish(&publisher, &record("lease.example.test", 0, 0, 1)).unwrap_err();
        assert_eq!(error.code(), Code::DnsNotPermitted, "{error}");
        assert_eq!(shown(&publisher), [OTHER_LINE]);
    });
}

#[test]
fn a_zone_that_the_server_has_not_got_is_named() {
    if is_missing(&[Need::Bind, Need::Knot]) {
        return;
    }
    SignedZone::both(OTHERS, |zone| {
        let key = key("writer", zone.algorithm, SECRET);
        let foreign = publisher("foreign.test", "foreign.test", &[zone.server.address()], &key);
        let error = publish(&foreign, &record("lease.example.test", 0, 0, 1)).unwrap_err();
        assert_eq!(error.code(), Code::DnsNotTheZones, "{error}");
        // A folder of the zone is no zone of its own.
        let below = publisher("office.example.test", "office.example.test", &[zone.server.address()], &key);
        let error = publish(&below, &record("lease.example.test", 0, 0, 1)).unwrap_err();
        assert_eq!(error.code(), Code::DnsNotTheZones, "{error}");
    });
}

#[test]
fn a_suffix_below_the_zone_is_published_in_the_zone() {
    if is_missing(&[Need::Bind, Need::Knot]) {
        return;
    }
    SignedZone::both("", |zone| {
        let key = key("writer", zone.algorithm, SECRET);
        let publisher = publisher(ZONE, "office.example.test", &[zone.server.address()], &key);
        publish(&publisher, &record("lease.example.test", 0, 0, 16_880)).unwrap();
        assert_eq!(
            shown(&publisher),
            ["_leasehold._tcp.office.example.test. 3600 IN SRV 0 0 16880 lease.example.test."]
        );
    });
}

#[test]
fn a_name_outside_the_zone_is_refused_before_anything_is_sent() {
    let name: DomainName = "_leasehold._tcp.badexample.test".parse().unwrap();
    let error = Publisher::new(ZONE.parse().unwrap(), name, Vec::new(), None).unwrap_err();
    assert_eq!(error.code(), Code::DnsOutsideZone);
}

#[test]
fn an_alias_in_the_place_of_the_record_is_told() {
    if is_missing(&[Need::Bind, Need::Knot]) {
        return;
    }
    SignedZone::both("_leasehold._tcp CNAME elsewhere\n", |zone| {
        let error = publish(&zone.publisher(), &record("lease.example.test", 0, 0, 1)).unwrap_err();
        assert_eq!(error.code(), Code::DnsAlias, "{error}");
    });
}

#[test]
fn a_clock_that_is_off_is_told_with_both_times() {
    if is_missing(&[Need::Bind, Need::Knot]) {
        return;
    }
    SignedZone::both(OTHERS, |zone| {
        let early = clock().now().minus(Span::HOUR);
        let own = record("lease.example.test", 0, 0, 1);
        let error = zone.publisher().publish(&own, None, &VirtualClock::new(early), &rng()).unwrap_err();
        let PublishError::ClockApart { theirs, ours, .. } = error else { panic!("{error}") };
        assert!(ours == early && theirs.since(ours) >= Span::seconds(3_590), "{theirs:?}");
    });
}

#[test]
fn the_next_server_is_asked_where_one_is_dead() {
    if is_missing(&[Need::Bind, Need::Knot]) {
        return;
    }
    SignedZone::both(OTHERS, |zone| {
        let dead = NameServer::bind(&Setup::default());
        let servers = [dead.address(), zone.server.address()];
        dead.stop();
        let key = key("writer", zone.algorithm, SECRET);
        let own = record("lease.example.test", 0, 0, 1);
        assert_eq!(publish(&publisher(ZONE, ZONE, &servers, &key), &own).unwrap(), Published::Added);
        let error = publish(&publisher(ZONE, ZONE, &servers[..1], &key), &own).unwrap_err();
        assert_eq!(error.code(), Code::DnsNoAnswer, "{error}");
        assert!(error.to_string().starts_with(&format!("name server {}: ", servers[0])), "{error}");
    });
}

#[test]
fn every_algorithm_is_understood_by_both_servers() {
    if is_missing(&[Need::Bind, Need::Knot]) {
        return;
    }
    for start in [NameServer::bind as fn(&Setup) -> NameServer, NameServer::knot] {
        for algorithm in ["hmac-sha256", "hmac-sha384", "hmac-sha512"] {
            let zone = SignedZone::new(start, algorithm, OTHERS);
            let own = record("lease.example.test", 0, 0, 16_880);
            assert_eq!(publish(&zone.publisher(), &own).unwrap(), Published::Added, "{algorithm}");
        }
    }
}
