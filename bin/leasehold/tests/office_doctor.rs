//! `leasehold office doctor` at a real name server (BIND 9) and real sockets on the loopback interface.

mod common;
mod schema;

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};

use common::{Run, leasehold};
use leasehold_testkit::ClosedPort;
use leasehold_testkit::dns::{NameServer, Setup, Zone};
use leasehold_testkit::need::{Need, is_missing};
use serde_json::{Value, json};

fn serve(zones: &[(&str, &str)]) -> NameServer {
    let zones = zones.iter().map(|(name, records)| Zone::new(name, records)).collect();
    NameServer::bind(&Setup { zones, ..Setup::default() })
}

fn examine(server: &NameServer, words: &[&str]) -> Run {
    examine_within("60000", server, words)
}

/// So many milliseconds are waited for each answer.
fn examine_within(timeout: &str, server: &NameServer, words: &[&str]) -> Run {
    let server = server.address().to_string();
    leasehold(&[&["office", "doctor", "--server", &server, "--timeout", timeout], words].concat(), b"")
}

/// The codes and outcomes of what is worth a word.
fn found(run: &Run) -> Vec<(String, String)> {
    let checks = run.json()["checks"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    checks
        .iter()
        .filter(|check| !check["code"].is_null())
        .map(|check| (text(&check["code"]), text(&check["outcome"])))
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(code, outcome)| ((*code).to_owned(), (*outcome).to_owned())).collect()
}

#[test]
fn a_host_that_listens_is_healthy_and_its_record_is_told_whole() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("a port").port();
    let records = format!("_vlmcs._tcp 600 SRV 5 7 {port} kms1\nkms1 A 127.0.0.1\n");
    let server = serve(&[("corp.example", &records)]);
    let own = format!("kms1.corp.example:{port},127.0.0.0/8");
    let run = examine(&server, &["corp.example", "--own", &own]);
    assert_eq!(run.status, 0, "{}", run.stdout);
    assert!(run.stdout.contains(&format!("kms1.corp.example:{port}, priority 5, weight 7, kept for 600 s")), "{run:?}");
    assert_eq!(run.stdout.lines().last(), Some("nothing is wrong"), "{}", run.stdout);
    let seen = examine(&server, &["corp.example", "--own", &own, "--json"]).json();
    assert_eq!(schema::differs(&seen, "office-doctor"), None);
    let record = &seen["seen"]["domains"][0]["records"][0];
    assert_eq!((&record["ttl"], &record["ways"][0]["port"]["state"]), (&json!(600), &json!("open")), "{seen:#}");
    let stranger = examine(&server, &["corp.example", "--json"]);
    let expected = pairs(&[("kms-port-unusual", "warning"), ("kms-target-place", "failure")]);
    assert_eq!((stranger.status, found(&stranger)), (1, expected), "the machine itself, at another port");
}

#[test]
fn no_byte_is_sent_to_the_host_that_was_connected_to() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("a port").port();
    let server = serve(&[("corp.example", &format!("_vlmcs._tcp SRV 0 0 {port} kms1\nkms1 A 127.0.0.1\n"))]);
    let run = examine(&server, &["corp.example", "--own", "127.0.0.0/8"]);
    assert_eq!(run.status, 0, "{}", run.stdout);
    let (mut stream, _) = listener.accept().expect("the doctor has connected");
    let mut heard = Vec::new();
    std::io::Read::read_to_end(&mut stream, &mut heard).expect("the connection was closed");
    assert!(heard.is_empty(), "no byte was sent: {heard:?}");
}

#[test]
fn every_trouble_of_a_record_is_named() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let open = TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let closed = ClosedPort::new();
    let refused = closed.port();
    let filling = fill(&silent);
    let port = |listener: &TcpListener| listener.local_addr().expect("a port").port();
    let mut records = String::new();
    for (number, port, target) in
        [(1, port(&open), "alias"), (2, port(&silent), "silent"), (3, refused, "refused"), (4, 1_688, "gone")]
    {
        writeln!(records, "_vlmcs._tcp SRV {number} 0 {port} {target}").expect("a string takes all");
    }
    records.push_str("alias CNAME real\nreal A 127.0.0.1\nsilent A 127.0.0.1\nrefused A 127.0.0.1\n");
    let server = serve(&[("corp.example", &records)]);
    let own = format!(
        "alias.corp.example:{},silent.corp.example:{},refused.corp.example:{refused},127.0.0.0/8",
        port(&open),
        port(&silent)
    );
    // One of the ports is waited for in vain, and the name server has to answer within the same time.
    let run = examine_within("5000", &server, &["corp.example", "--json", "--own", &own]);
    let expected = [
        ("kms-target-alias", "warning"),
        ("kms-port-filtered", "failure"),
        ("kms-port-refused", "failure"),
        ("kms-foreign-record", "failure"),
        ("kms-stale-record", "failure"),
        ("kms-more-records", "warning"),
    ];
    assert_eq!((run.status, found(&run)), (1, pairs(&expected)), "{}", run.stdout);
    drop(filling);
}

#[test]
fn a_domain_without_a_record_is_told_how_to_get_one_and_own_hosts_without_one_are_tried() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("a port").port();
    let server = serve(&[("corp.example", "kms1 A 127.0.0.1\n"), ("branch.example", "")]);
    let own = format!("kms1.corp.example:{port}");
    let run = examine(&server, &["corp.example", "branch.example", "--own", &own]);
    assert_eq!(run.status, 1);
    assert!(run.stdout.contains("add branch.example to DnsDomainPublishList (REG_MULTI_SZ"), "{}", run.stdout);
    assert!(run.stdout.contains("_vlmcs._tcp.branch.example. IN SRV 0 0 1688 kms1.corp.example."), "{}", run.stdout);
    assert!(run.stdout.contains(&format!("127.0.0.1:{port}: open")), "{}", run.stdout);
    let json = examine(&server, &["corp.example", "branch.example", "--json", "--own", &own]);
    let expected = [("kms-no-record", "failure"), ("kms-no-record", "failure"), ("kms-own-without-record", "warning")];
    assert_eq!(found(&json), pairs(&expected));
}

#[test]
fn a_name_server_that_refuses_or_is_silent_is_told_apart_from_a_missing_record() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let server = serve(&[("corp.example", "")]);
    let refused = examine(&server, &["elsewhere.example", "--json"]);
    assert_eq!((refused.status, found(&refused)), (1, pairs(&[("dns-refused", "failure")])));
    // What is asked there is never read.
    let unread = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port");
    let unanswered = unread.local_addr().expect("a port").to_string();
    let words = ["office", "doctor", "corp.example", "--server", &unanswered, "--timeout", "100", "--json"];
    let silent = leasehold(&words, b"");
    assert_eq!((silent.status, found(&silent)), (1, pairs(&[("dns-no-answer", "failure")])));
}

#[test]
fn what_is_told_wrongly_is_refused() {
    for words in [["--own", "kms 01"], ["--own", "10.0.0.0/40"], ["--server", "ns1"]] {
        let run = leasehold(&[&["office", "doctor", "corp.example"][..], &words].concat(), b"");
        assert!(run.status == 2 && run.stderr.contains(words[1]), "{run:?}");
    }
}

/// Fills the queue of a listener that accepts no connection, so that the next connection hears nothing.
fn fill(listener: &TcpListener) -> Vec<TcpStream> {
    rustix::net::listen(listener, 0).expect("a queue of one");
    let address: SocketAddr = listener.local_addr().expect("a port");
    let timeout = std::time::Duration::from_millis(200);
    let mut held = Vec::new();
    // The queue takes one or two, then no more.
    while let Ok(stream) = TcpStream::connect_timeout(&address, timeout) {
        held.push(stream);
        assert!(held.len() < 64, "the queue has an end");
    }
    held
}
