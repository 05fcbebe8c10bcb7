//! One request followed: its id in the answer, in each line of the log and in the metrics; its spans at a collector.

mod support;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use leasehold_core::Policy;
use leasehold_testkit::ClosedPort;
use leasehold_testkit::http::{Reply, problem, send};
use leasehold_testkit::wait::until;
use serde_json::Value;
use support::{Host, Machine, Vendor, program};
use tempfile::TempDir;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// A host whose log is JSON, with this much more in its configuration.
struct Scene {
    folder: TempDir,
    host: Host,
}

impl Scene {
    fn new(more: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("host");
        Vendor::new().activate(&data, Policy { threshold: 2, ..Policy::default() });
        let config = folder.path().join("host.toml");
        fs::write(&config, format!("listen = \"127.0.0.1:0\"\n{more}")).expect("a file");
        let mut command = program();
        command
            .args(["--json", "host", "serve", "--admin-listen", "127.0.0.1:0", "--config"])
            .arg(&config)
            .arg("--data")
            .arg(&data);
        let host = Host::spawn(logged(command, folder.path()));
        Self { folder, host }
    }

    fn ask(&self, machine: &mut Machine, headers: &[(&str, &str)]) -> Reply {
        let headers = [headers, &[("content-type", "application/cose")]].concat();
        send(&self.host.address, "POST /v1/leases", &headers, &machine.request()).expect("an answer")
    }

    fn admin(&self) -> &str {
        self.host.said["admin"].as_str().and_then(|url| url.strip_prefix("http://")).expect("an address")
    }
}

/// The command, with its log in a file of the folder.
fn logged(mut command: Command, folder: &Path) -> Command {
    let log = File::create(log(folder)).expect("a file");
    command.env("LEASEHOLD_LOG", "info").env("LEASEHOLD_LOG_FORMAT", "json").stderr(log);
    command
}

fn log(folder: &Path) -> PathBuf {
    folder.join("log")
}

/// The lines of the log that are about the request of this id.
fn lines(folder: &Path, id: &str) -> Vec<Value> {
    let text = fs::read_to_string(log(folder)).expect("a log");
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["span"]["request"] == id).collect()
}

fn messages(lines: &[Value]) -> Vec<&str> {
    lines.iter().filter_map(|line| line["fields"]["message"].as_str()).collect()
}

fn id(reply: &Reply) -> &str {
    reply.header("x-request-id").expect("an id")
}

/// A collector that takes spans, and what it was sent.
fn collector() -> (String, Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/v1/traces", listener.local_addr().expect("an address"));
    let (sent, received) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let sent = sent.clone();
            thread::spawn(move || while take(&stream).is_some_and(|body| sent.send(body).is_ok()) {});
        }
    });
    (url, received)
}

/// The body of one request on a connection, which is answered.
fn take(mut stream: &TcpStream) -> Option<Value> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    while reader.read_line(&mut head).is_ok_and(|read| read > 2) {
        if let Some(value) = head.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        head.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}").ok()?;
    serde_json::from_slice(&body).ok()
}

/// The spans in what a collector was sent, from now to the whole of this request.
fn spans(received: &Receiver<Value>, id: &str) -> Vec<Value> {
    let mut all = Vec::new();
    loop {
        let body = received.recv().expect("spans");
        all.extend(body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().expect("spans").clone());
        if all.iter().any(|span: &Value| span["spanId"] == id) {
            return all;
        }
    }
}

#[test]
fn a_request_is_followed_by_its_id_from_the_answer_through_the_log_to_the_metrics() {
    let scene = Scene::new("");
    let mut machines = [1, 2].map(Machine::new);
    let refused = scene.ask(&mut machines[0], &[]);
    assert_eq!((refused.status, problem(&refused.body).as_str()), (409, "threshold-not-met"));
    let granted = scene.ask(&mut machines[1], &[("traceparent", &format!("00-{TRACE}-{PARENT}-00"))]);
    assert_eq!(granted.status, 200);
    assert_ne!(id(&refused), id(&granted));
    let body: Value = serde_json::from_slice(&refused.body).expect("a problem document");
    assert_eq!(body["instance"], format!("urn:leasehold:request:{}", id(&refused)));

    let folder = scene.folder.path();
    let of_refused = lines(folder, id(&refused));
    assert_eq!(messages(&of_refused), ["refused"]);
    assert_eq!(of_refused[0]["fields"]["code"], "threshold-not-met");
    assert_eq!(of_refused[0]["span"]["trace"], Value::Null);
    let of_granted = lines(folder, id(&granted));
    assert_eq!(messages(&of_granted), ["granted"]);
    assert_eq!(of_granted[0]["span"]["trace"], TRACE);

    let open = [("accept", "application/openmetrics-text; version=1.0.0")];
    let metrics = send(scene.admin(), "GET /metrics", &open, &[]).expect("metrics");
    let metrics = String::from_utf8(metrics.body).expect("text");
    let examples = metrics.lines().filter(|line| line.contains(" # {")).collect::<Vec<_>>();
    assert!(examples.iter().any(|line| line.contains(&format!("request_id=\"{}\"", id(&granted)))), "{examples:?}");
    assert!(examples.iter().any(|line| line.contains(&format!("trace_id=\"{TRACE}\""))), "{examples:?}");
}

#[test]
fn refusals_of_api_and_dashboard_name_their_request_too() {
    let scene = Scene::new("");
    let api = send(scene.admin(), "GET /api/v1/status", &[], &[]).expect("an answer");
    let body: Value = serde_json::from_slice(&api.body).expect("a problem document");
    assert_eq!((api.status, &body["instance"]), (401, &format!("urn:leasehold:request:{}", id(&api)).into()));
    let page = send(scene.admin(), "GET /clients", &[], &[]).expect("an answer");
    assert!(page.status == 303 && id(&page) != id(&api));
    let unknown = send(&scene.host.address, "GET /nothing", &[], &[]).expect("an answer");
    assert!(String::from_utf8_lossy(&unknown.body).contains(id(&unknown)));
}

#[test]
fn the_spans_of_a_request_reach_the_collector_with_the_stages_of_its_batch() {
    let (url, received) = collector();
    let scene = Scene::new(&format!("[traces]\nendpoint = \"{url}\"\nshare = 0\n"));
    let mut machine = Machine::new(1);
    let untraced = scene.ask(&mut machine, &[]);
    let traced = scene.ask(&mut Machine::new(2), &[("traceparent", &format!("00-{TRACE}-{PARENT}-01"))]);
    let spans = spans(&received, id(&traced));
    let [mut whole, mut parts] = [Vec::new(), Vec::new()];
    for span in &spans {
        assert_eq!(span["traceId"], TRACE);
        assert_ne!(span["spanId"], id(&untraced));
        if span["parentSpanId"] == PARENT { whole.push(span) } else { parts.push(span) }
    }
    assert_eq!((whole.len(), &whole[0]["name"]), (1, &"POST /v1/leases".into()));
    assert!(parts.iter().all(|part| part["parentSpanId"] == id(&traced)));
    let names: Vec<_> = parts.iter().filter_map(|part| part["name"].as_str()).collect();
    assert_eq!(names, ["verify", "decide", "seal", "commit"]);
    scene.host.stop();
}

#[test]
fn a_dead_collector_costs_spans_and_is_told_of_once() {
    let dead = ClosedPort::new();
    let url = format!("http://{}/v1/traces", dead.address());
    let Scene { folder, host } = Scene::new(&format!("[traces]\nendpoint = \"{url}\"\n"));
    for _ in 0..3 {
        let reply = send(&host.address, "GET /healthz", &[], &[]).expect("an answer");
        assert_eq!(reply.status, 200);
    }
    let told = || {
        let text = fs::read_to_string(log(folder.path())).expect("a log");
        text.matches("the collector takes no traces").count()
    };
    // On Windows a host that is stopped here sends nothing more.
    assert!(until(|| told() > 0), "a span was sent");
    host.stop();
    assert_eq!(told(), 1);
}

#[test]
fn an_authority_s_answers_lines_and_spans_have_one_id() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("pass"), "correct horse battery staple\n").expect("a file");
    let vendor = |words: &[&str]| {
        let mut command = program();
        command.args(words).args(["--passphrase-file", "pass"]).current_dir(folder.path());
        command
    };
    assert!(vendor(&["vendor", "init", "--name", "Acme"]).output().expect("it runs").status.success());
    let (url, received) = collector();
    let serve = ["--json", "vendor", "serve", "--listen", "127.0.0.1:0", "--admin-listen", "none", "--traces", &url];
    let authority = Host::spawn(logged(vendor(&serve), folder.path()));
    let headers = [("content-type", "application/cose")];
    let reply = send(&authority.address, "POST /v1/hosts", &headers, b"nonsense").expect("an answer");
    assert_eq!((reply.status, problem(&reply.body).as_str()), (400, "malformed"));
    assert_eq!(messages(&lines(folder.path(), id(&reply))), ["not a request"]);
    let spans = spans(&received, id(&reply));
    let whole = spans.iter().find(|span| span["spanId"] == id(&reply)).expect("a span");
    assert_eq!((&whole["name"], &whole["parentSpanId"]), (&"POST /v1/hosts".into(), &Value::Null));
}
