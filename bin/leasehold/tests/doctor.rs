//! `leasehold doctor` beside real hosts and a real name server (BIND 9): each trouble that administrators meet first is
//! found and named.
#![expect(clippy::unwrap_used, reason = "where nothing is, the test has failed")]

mod support;

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Output;

use leasehold_core::{Policy, Span, Timestamp};
use leasehold_testkit::ClosedPort;
use leasehold_testkit::dns::{NameServer, Setup, Zone};
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::responder::{Outgoing, Responder};
use leasehold_wire::Keypair;
use serde_json::{Value, json};
use support::{Host, Vendor, now, program};
use tempfile::TempDir;

/// A machine with a manifest, and the vendor's hosts.
struct Clinic {
    folder: TempDir,
}

impl Clinic {
    fn new() -> Self {
        let clinic = Self { folder: tempfile::tempdir().unwrap() };
        clinic.write("cad.lh", &Vendor::new().manifest(|_| ()));
        clinic
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.folder.path().join(name), bytes).unwrap();
    }

    /// A real host that grants from `threshold` machines on.
    fn host(&self, name: &str, threshold: u64) -> Host {
        let data = self.folder.path().join(name);
        fs::create_dir(&data).unwrap();
        Vendor::new().activate(&data, Policy { threshold, ..Policy::default() });
        Host::start(&data)
    }

    fn command(&self, words: &[&str]) -> Output {
        self.command_in(words, &[])
    }

    fn command_in(&self, words: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = program();
        command.args(words).current_dir(self.folder.path()).envs(variables.iter().copied());
        command.env("LEASEHOLD_STATE", self.folder.path().join("state")).output().unwrap()
    }

    /// What the doctor says with these words, and its exit status.
    fn examine(&self, words: &[&str]) -> (i32, Value) {
        self.examine_in(words, &[])
    }

    fn examine_in(&self, words: &[&str], variables: &[(&str, &str)]) -> (i32, Value) {
        let timeout = if words.contains(&"--timeout") { &[][..] } else { &["--timeout", "60000"] };
        let always = [&["doctor", "--json", "--manifest", "cad.lh"], timeout].concat();
        let output = self.command_in(&[&always[..], words].concat(), variables);
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap())
    }

    fn at_host(&self, host: &str) -> (i32, Value) {
        self.examine(&["--no-dns", "--host", host])
    }

    fn by_dns(&self, server: &NameServer) -> (i32, Value) {
        self.examine(&["--dns-server", &server.address().to_string(), "--dns-suffix", "lease.test"])
    }
}

fn server(records: &str) -> NameServer {
    let records = format!("one A 127.0.0.1\ntwo A 127.0.0.1\nrogue A 127.0.0.1\n{records}");
    NameServer::bind(&Setup { zones: vec![Zone::new("lease.test", &records)], ..Setup::default() })
}

fn srv(priority: u16, port: &str, target: &str) -> String {
    format!("_leasehold._tcp SRV {priority} 10 {port} {target}\n")
}

fn port(address: &str) -> &str {
    address.rsplit(':').next().unwrap()
}

/// The check whose name begins so.
fn check<'r>(report: &'r Value, name: &str) -> &'r Value {
    let checks = report["checks"].as_array().unwrap();
    let found = checks.iter().find(|check| check["name"].as_str().unwrap().starts_with(name));
    found.unwrap_or_else(|| panic!("no check {name}: {report:#}"))
}

/// The doctor has found a failure, and this is the cause that it names.
fn assert_cause((exit, report): &(i32, Value), code: &str) {
    assert_eq!((*exit, &report["cause"]["code"]), (1, &json!(code)), "{report:#}");
    let next = code.parse::<leasehold_core::Code>().unwrap().hint();
    assert_eq!(report["cause"]["next"], next);
    let is_cause = |check: &Value| check["code"] == code && check["outcome"] == "failure" && check["next"] == next;
    assert!(report["checks"].as_array().unwrap().iter().any(is_cause), "{report:#}");
}

/// What answers as a host of the vendor with this certificate, and tells this time.
fn showing(expires: Timestamp, date: &str) -> Responder {
    let key = Keypair::from_seed(&[5; 32]).public();
    let certificate = Vendor::new().certificate(key, Policy::default(), expires);
    let headers = vec![("date", date.to_owned())];
    Responder::start(move |_| Outgoing::Reply {
        status: 200,
        content_type: "application/cose",
        headers: headers.clone(),
        body: certificate.clone(),
    })
}

#[test]
fn a_machine_that_lacks_nothing_is_healthy_and_looking_changes_nothing() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let clinic = Clinic::new();
    let host = clinic.host("host", 1);
    let server = server(&srv(0, port(&host.address), "one"));
    let (exit, report) = clinic.by_dns(&server);
    assert_eq!((exit, &report["cause"]), (0, &Value::Null), "{report:#}");
    assert_eq!(check(&report, "standing")["code"], "no-lease");
    assert_eq!(check(&report, "device key")["outcome"], "skipped", "nothing was asked");
    let name = format!("host one.lease.test:{} at 127.0.0.1", port(&host.address));
    assert_eq!(check(&report, &name)["outcome"], "ok");
    assert_eq!(check(&report, "record under lease.test")["outcome"], "ok");
    let place = ["--dns-server", &server.address().to_string(), "--dns-suffix", "lease.test", "--ask"];
    let (exit, report) = clinic.examine(&place);
    assert_eq!((exit, &check(&report, "standing")["outcome"]), (0, &json!("ok")), "{report:#}");
    assert_eq!(check(&report, "threshold")["outcome"], "ok");
}

#[test]
fn no_record_is_told_from_a_name_server_that_is_silent_or_has_no_such_zone() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let clinic = Clinic::new();
    let server = server("");
    assert_cause(&clinic.by_dns(&server), "no-service-record");
    let address = server.address().to_string();
    assert_cause(&clinic.examine(&["--dns-server", &address, "--dns-suffix", "elsewhere.test"]), "dns-refused");
    server.stop();
    assert_cause(&clinic.examine(&["--dns-server", &address, "--dns-suffix", "lease.test"]), "dns-no-answer");
    let declined = self::server("_leasehold._tcp SRV 0 0 0 .\n");
    assert_cause(&clinic.by_dns(&declined), "dns-declined");
}

#[test]
fn a_machine_that_knows_no_host_and_looks_for_none_is_told() {
    assert_cause(&Clinic::new().examine(&["--no-dns"]), "no-host");
}

#[test]
fn a_record_with_a_wrong_target_is_told_from_one_with_a_wrong_port() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let clinic = Clinic::new();
    let wrong = clinic.by_dns(&server(&srv(0, "16880", "missing")));
    assert_cause(&wrong, "name-not-found");
    assert!(wrong.1["cause"]["detail"].as_str().unwrap().contains("missing.lease.test"), "{:#}", wrong.1);
    let closed = ClosedPort::new();
    assert_cause(&clinic.by_dns(&server(&srv(0, &closed.port().to_string(), "one"))), "connection-refused");
}

#[test]
fn a_silent_address_is_told_from_one_where_nobody_listens() {
    let clinic = Clinic::new();
    assert_cause(&clinic.at_host(&ClosedPort::new().address().to_string()), "connection-refused");
    let filter = Filter::new();
    let silent = filter.address.to_string();
    assert_cause(&clinic.examine(&["--no-dns", "--timeout", "300", "--host", &silent]), "connection-timeout");
}

#[test]
fn a_threshold_that_is_not_met_is_told_with_the_count_and_only_by_who_has_asked() {
    let clinic = Clinic::new();
    let host = clinic.host("host", 5);
    let (exit, report) = clinic.at_host(&host.address);
    assert_eq!((exit, &check(&report, "threshold")["outcome"]), (0, &json!("skipped")));
    let asked = clinic.examine(&["--no-dns", "--ask", "--host", &host.address]);
    assert_cause(&asked, "threshold-not-met");
    let detail = asked.1["cause"]["detail"].as_str().unwrap();
    assert!(detail.starts_with("threshold: 1 of 5 machines have asked (") && detail.contains(") at 20"), "{detail}");
    assert!(detail.contains("proven by the host"), "{detail}");
    assert_cause(&clinic.at_host(&host.address), "threshold-not-met");
}

#[test]
fn a_wrong_manifest_is_told_by_how_it_is_wrong() {
    let (clinic, vendor) = (Clinic::new(), Vendor::new());
    let host = clinic.host("host", 1);
    clinic.write("cad.lh", &vendor.manifest(|manifest| manifest.number = 99.try_into().unwrap()));
    assert_cause(&clinic.at_host(&host.address), "key-mismatch");
    clinic.write("cad.lh", &vendor.manifest(|manifest| manifest.product = "acme-cam".parse().unwrap()));
    assert_cause(&clinic.at_host(&host.address), "product-not-granted");
    clinic.write("cad.lh", &leasehold_testkit::vendor::Vendor::from_seed(7).manifest());
    assert_cause(&clinic.at_host(&host.address), "foreign-manifest");
}

#[test]
fn a_clock_that_is_off_is_told_with_both_times_and_nothing_else_is_blamed() {
    let clinic = Clinic::new();
    let host = showing(now().plus(Span::days(700)), "Tue, 02 Jan 2001 03:04:05 GMT");
    let found = clinic.at_host(&host.address().to_string());
    assert_cause(&found, "clock-wrong");
    assert!(found.1["cause"]["detail"].as_str().unwrap().contains("the host says 2001-01-02 03:04 UTC"));
}

#[test]
fn a_certificate_that_has_ended_is_told_and_one_that_ends_soon_is_warned_of() {
    let clinic = Clinic::new();
    let ended = showing(now().minus(Span::HOUR), "");
    assert_cause(&clinic.at_host(&ended.address().to_string()), "host-certificate-ended");
    let (exit, report) = clinic.at_host(&showing(now().plus(Span::days(9)), "").address().to_string());
    let host = check(&report, "host ");
    assert_eq!((exit, &host["outcome"], &host["code"]), (0, &json!("warning"), &json!("host-certificate-ends-soon")));
}

#[test]
fn of_two_hosts_one_that_is_dead_is_a_warning_that_names_it() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let clinic = Clinic::new();
    let (one, two) = (clinic.host("one", 1), clinic.host("two", 1));
    let server = server(&[srv(0, port(&one.address), "one"), srv(1, port(&two.address), "two")].concat());
    let (exit, report) = clinic.by_dns(&server);
    assert_eq!((exit, &check(&report, "host two")["outcome"]), (0, &json!("ok")));
    let name = format!("host one.lease.test:{}", port(&one.address));
    one.kill();
    let (exit, report) = clinic.by_dns(&server);
    assert_eq!((exit, &report["cause"]), (0, &Value::Null), "{report:#}");
    let dead = check(&report, &name);
    assert_eq!((&dead["outcome"], &dead["code"]), (&json!("warning"), &json!("connection-refused")));
}

#[test]
fn a_rogue_record_is_named_and_alone_is_a_failure() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let clinic = Clinic::new();
    let certificate = leasehold_testkit::vendor::Vendor::from_seed(8)
        .host(3, vec![leasehold_testkit::vendor::Vendor::grant()])
        .certificate();
    let rogue = Responder::start(move |_| Outgoing::cose(certificate.clone()));
    let record = srv(0, &rogue.address().port().to_string(), "rogue");
    let alone = clinic.by_dns(&server(&record));
    assert_cause(&alone, "rogue-record");
    assert!(alone.1["cause"]["detail"].as_str().unwrap().contains("rogue.lease.test"));
    let host = clinic.host("host", 1);
    let (exit, report) = clinic.by_dns(&server(&[record, srv(1, port(&host.address), "one")].concat()));
    let rogue = check(&report, "host rogue.lease.test");
    assert_eq!((exit, &rogue["outcome"], &rogue["code"]), (0, &json!("warning"), &json!("rogue-record")));
}

#[test]
fn the_doctor_shows_which_proxy_stands_before_which_host_and_why() {
    let clinic = Clinic::new();
    let host = showing(now().plus(Span::days(90)), "");
    let here = host.address().to_string();
    let hosts = format!("lease.corp.test,office.test,{here}");
    let (closed, words) = (ClosedPort::new(), ["--no-dns", "--host", &hosts]);
    let dead = closed.address().to_string();
    let variables = [("HTTP_PROXY", dead.as_str()), ("NO_PROXY", "corp.test"), ("ALL_PROXY", "socks5://p:1")];
    let (_, report) = clinic.examine_in(&words, &variables);
    let way = |host: &str| check(&report, &format!("way to {host}"))["detail"].clone();
    assert_eq!(way("lease.corp.test:16880"), "no proxy, since NO_PROXY has corp.test");
    // Windows knows a variable in any case, and the name that is tried first is told.
    let name = if cfg!(windows) { "http_proxy" } else { "HTTP_PROXY" };
    assert_eq!(way("office.test:16880"), format!("through the proxy {dead} ({name})"));
    assert_eq!(way(&here), "no proxy, since it is this machine");
    assert_eq!(check(&report, "host office.test:16880")["code"], "proxy-unreachable");
    assert_eq!(check(&report, "proxy")["outcome"], "warning");
    let shown = clinic.examine(&words).1.to_string();
    assert!(!shown.contains("way to "), "where none is set there is nothing to show: {shown}");
}

#[test]
fn people_read_a_line_for_each_check_and_the_cause_last() {
    let clinic = Clinic::new();
    let closed = ClosedPort::new();
    let address = closed.address().to_string();
    let words = ["doctor", "--no-dns", "--timeout", "60000", "--manifest", "cad.lh", "--host", &address];
    let output = clinic.command(&words);
    let printed = String::from_utf8(output.stdout).unwrap();
    let cause = format!("most likely cause: host {address} at 127.0.0.1: connection refused [connection-refused]");
    assert_eq!((output.status.code(), printed.lines().last()), (Some(1), Some(cause.as_str())), "{printed}");
    assert!(
        printed.contains("failure  host") && printed.contains("[connection-refused]\n         next: "),
        "{printed}"
    );
    assert!(output.stderr.is_empty());
}

/// An address that lets connections wait for ever, as behind a firewall that drops them: its queue has room for none.
struct Filter {
    address: SocketAddr,
    _listener: TcpListener,
    _waiting: Vec<TcpStream>,
}

impl Filter {
    fn new() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        // To listen again is how a queue is made shorter.
        rustix::net::listen(&listener, 0).unwrap();
        let short = std::time::Duration::from_millis(200);
        let mut waiting = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&address, short) {
            waiting.push(stream);
        }
        Self { address, _listener: listener, _waiting: waiting }
    }
}
