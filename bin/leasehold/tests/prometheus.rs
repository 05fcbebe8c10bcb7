//! The metrics of a host that serves, and the rules and the dashboard that come with them, by Prometheus's own tool.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use leasehold_core::Policy;
use leasehold_testkit::http::{get, post};
use leasehold_testkit::need::{Need, find, is_missing};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::Value;
use support::{Host, Machine, Vendor, program};
use ureq::Agent;
use ureq::tls::TlsConfig;

/// What a host tells that has a client, a limit and a lease.
fn metrics() -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("host");
    Vendor::new().activate(&data, Policy { threshold: 1, capacity: Some(9), ..Policy::default() });
    let mut command = program();
    command.args(["--json", "host", "serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--data"]);
    let host = Host::spawn({
        command.arg(&data);
        command
    });
    let (status, _) = post(&host.address, "/v1/leases", &Machine::new(1).request()).expect("an answer");
    assert_eq!(status, 200);
    let admin = host.said["admin"].as_str().and_then(|url| url.strip_prefix("http://")).expect("an address");
    let (status, body) = get(admin, "/metrics").expect("an answer");
    assert_eq!(status, 200);
    String::from_utf8(body).expect("text")
}

/// What a host tells that speaks TLS.
fn metrics_with_tls() -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).expect("a site");
    fs::write(folder.path().join("site.crt"), cert.pem()).expect("a file");
    fs::write(folder.path().join("site.key"), signing_key.serialize_pem()).expect("a file");
    let mut command = program();
    command.args(["--json", "host", "serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]);
    command.args(["--tls-cert", "site.crt", "--tls-key", "site.key", "--data", "host"]).current_dir(folder.path());
    let host = Host::spawn(command);
    let tls = TlsConfig::builder().disable_verification(true).build();
    let agent: Agent = Agent::config_builder().tls_config(tls).proxy(None).build().into();
    let url = format!("{}/metrics", host.said["admin"].as_str().expect("an address"));
    agent.get(url).call().expect("an answer").body_mut().read_to_string().expect("text")
}

fn contrib(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contrib").join(path)
}

fn promtool(arguments: &[&str], input: &str) {
    let mut tool = Command::new(find("promtool").expect("it was looked for"));
    tool.args(arguments).current_dir(contrib("prometheus")).stdin(Stdio::piped());
    let mut tool = tool.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    tool.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads");
    let output = tool.wait_with_output().expect("its end");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{arguments:?}: {}{}", said[0], said[1]);
}

/// The metrics that a text names.
fn named(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("leasehold_")).collect()
}

#[test]
fn metrics_and_rules_are_as_prometheus_wants_them() {
    if is_missing(&[Need::Promtool]) {
        return;
    }
    promtool(&["check", "metrics"], &metrics());
    promtool(&["check", "metrics"], &metrics_with_tls());
    promtool(&["check", "rules", "leasehold.rules.yml"], "");
    promtool(&["test", "rules", "leasehold.test.yml"], "");
}

#[test]
fn rules_and_dashboard_name_no_metric_that_a_host_does_not_tell() {
    let metrics = [metrics(), metrics_with_tls()].concat();
    let told = named(&metrics);
    for file in ["prometheus/leasehold.rules.yml", "grafana/leasehold-host.json"] {
        let text = fs::read_to_string(contrib(file)).expect("a file");
        let named = named(&text);
        let unknown: Vec<&&str> = named.difference(&told).collect();
        assert!(!named.is_empty() && unknown.is_empty(), "{file}: {unknown:?}");
    }
}

#[test]
fn every_panel_of_the_dashboard_asks_for_something_and_has_a_place_of_its_own() {
    let text = fs::read_to_string(contrib("grafana/leasehold-host.json")).expect("a file");
    let dashboard: Value = serde_json::from_str(&text).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let mut places = BTreeSet::new();
    for panel in panels {
        let title = panel["title"].as_str().expect("a title");
        assert!(places.insert(panel["gridPos"].to_string()), "{title} stands on another");
        let targets = panel["targets"].as_array().expect("targets");
        assert!(targets.iter().any(|target| target["expr"].as_str().is_some_and(|expr| !expr.is_empty())), "{title}");
    }
    assert!(dashboard["schemaVersion"].is_u64() && dashboard["title"].is_string());
}
