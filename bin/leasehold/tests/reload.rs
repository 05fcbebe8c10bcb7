//! Servers that are sent SIGHUP, and get new certificates: they take on what can be, say what cannot, and serve on.
#![cfg(unix)]

mod common;
mod support;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use common::leasehold;
use leasehold_core::Policy;
use leasehold_testkit::http::{get, post, problem};
use leasehold_testkit::wait;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use support::{Host, Machine, Vendor, program};
use tempfile::TempDir;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// A folder for a host, its configuration, its certificate and its log.
struct Scene {
    folder: TempDir,
}

/// A certificate for `localhost` and its key, in PEM.
struct Site {
    certificate: String,
    key: String,
    trusted: Certificate<'static>,
}

impl Site {
    fn new() -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).expect("a site");
        let trusted = Certificate::from_der(cert.der()).to_owned();
        Self { certificate: cert.pem(), key: signing_key.serialize_pem(), trusted }
    }

    /// Whether the server at `port` shows this certificate.
    fn is_shown_at(&self, port: &str) -> bool {
        let roots = RootCerts::Specific(Arc::new(vec![self.trusted.clone()]));
        let tls = TlsConfig::builder().root_certs(roots).build();
        let agent: Agent = Agent::config_builder().tls_config(tls).proxy(None).build().into();
        agent.get(format!("https://localhost:{port}/healthz")).call().is_ok()
    }
}

impl Scene {
    fn new() -> Self {
        Self { folder: TempDir::new().expect("a folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).expect("a file");
        self.path(name).to_str().expect("text").to_owned()
    }

    fn write_site(&self, site: &Site) {
        self.write("site.crt", &site.certificate);
        self.write("site.key", &site.key);
    }

    /// A configuration with TLS and `more`.
    fn configure(&self, more: &str) -> String {
        let [certificate, key] = ["site.crt", "site.key"].map(|name| self.path(name).display().to_string());
        let tls = format!("tls_cert = \"{certificate}\"\ntls_key = \"{key}\"\n");
        self.write("host.toml", &format!("listen = \"127.0.0.1:0\"\n{tls}{more}"))
    }

    fn serve(&self, config: &str) -> Host {
        let mut command = program();
        command.args(["--json", "host", "serve", "--config", config, "--data"]).arg(self.path("data"));
        self.spawn(command)
    }

    fn spawn(&self, mut command: Command) -> Host {
        command.env("LEASEHOLD_LOG", "info").stderr(File::create(self.path("log")).expect("a log"));
        Host::spawn(command)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("log")).expect("the log")
    }

    /// Waits until the log says this.
    fn told(&self, what: &str) -> bool {
        wait::until(|| self.log().contains(what))
    }
}

fn port(host: &Host) -> String {
    host.address.rsplit(':').next().expect("a port").to_owned()
}

#[test]
fn a_host_takes_on_a_new_certificate_and_new_limits_and_says_what_stays() {
    let scene = Scene::new();
    let (first, second) = (Site::new(), Site::new());
    scene.write_site(&first);
    let config = scene.configure("");
    let host = scene.serve(&config);
    let port = port(&host);
    assert!(first.is_shown_at(&port));

    scene.write_site(&second);
    scene.configure("mdns = true\nstore = \"postgres://u@127.0.0.1:1/x\"\n[limits]\nrequests_per_minute = 1\n");
    host.reload();
    assert!(scene.told("were read again"), "{}", scene.log());
    assert!(second.is_shown_at(&port) && !first.is_shown_at(&port));
    for key in ["store", "mdns"] {
        assert!(scene.log().contains(&format!("in force only after a restart key=\"{key}\"")), "{}", scene.log());
    }

    scene.write("host.toml", "listen = 7");
    host.reload();
    assert!(scene.told("not read again: all stays as it was"), "{}", scene.log());
    assert!(second.is_shown_at(&port));
    fs::remove_file(scene.path("site.key")).expect("a key to remove");
    scene.configure("");
    host.reload();
    assert!(scene.told("site.key: no such file"), "{}", scene.log());
    assert!(second.is_shown_at(&port));
    host.stop();
}

#[test]
fn a_host_limits_and_trusts_as_it_is_told_anew() {
    let scene = Scene::new();
    Vendor::new().activate(&scene.path("data"), Policy { threshold: 1, ..Policy::default() });
    let config = scene.write("host.toml", "listen = \"127.0.0.1:0\"\n");
    let host = scene.serve(&config);
    let asked = |n: u64| match post(&host.address, "/v1/leases", &Machine::new(n).request()).expect("an answer") {
        (200, _) => "granted".to_owned(),
        (_, body) => problem(&body),
    };
    assert_eq!((asked(1), asked(2), asked(3)), ("granted".to_owned(), "granted".to_owned(), "granted".to_owned()));
    scene.write("host.toml", "listen = \"127.0.0.1:0\"\n[limits]\nnew_clients_per_minute = 1\n");
    host.reload();
    assert!(scene.told("were read again"), "{}", scene.log());
    assert_eq!((asked(4), asked(5)), ("granted".to_owned(), "too-many-requests".to_owned()));
    assert_eq!(asked(1), "granted", "known machines go on");
    host.stop();
}

#[test]
fn an_authority_takes_on_a_new_certificate_and_says_that_options_stay() {
    let scene = Scene::new();
    let (first, second) = (Site::new(), Site::new());
    scene.write_site(&first);
    let (dir, secret) = (scene.path("vendor"), scene.write("secret", "correct horse battery\n"));
    let dir = dir.to_str().expect("text");
    let made = leasehold(&["vendor", "--dir", dir, "init", "--name", "Acme", "--passphrase-file", &secret], b"");
    assert_eq!(made.status, 0, "{}", made.stderr);
    let mut command = program();
    command.args(["--json", "vendor", "--dir", dir, "serve", "--listen", "127.0.0.1:0", "--admin-listen", "none"]);
    command.args(["--passphrase-file", &secret, "--tls-cert"]).arg(scene.path("site.crt"));
    command.arg("--tls-key").arg(scene.path("site.key"));
    let authority = scene.spawn(command);
    let port = port(&authority);
    assert!(first.is_shown_at(&port));
    scene.write_site(&second);
    authority.reload();
    assert!(scene.told("options hold until a restart"), "{}", scene.log());
    assert!(second.is_shown_at(&port) && !first.is_shown_at(&port));
    authority.stop();
}

#[test]
fn a_host_logs_grants_and_refusals_alike_and_says_its_version_and_health() {
    let scene = Scene::new();
    let data = scene.path("data");
    let config = scene.write("host.toml", "listen = \"127.0.0.1:0\"\n");
    let host = scene.serve(&config);
    let health = |more: &[&str]| leasehold(&[&["host", "healthcheck", "--listen", &host.address], more].concat(), b"");
    let version = concat!("leasehold/", env!("CARGO_PKG_VERSION"));
    let (no, alive) = (health(&[]), health(&["--alive"]));
    assert_eq!(no.status, 1, "{no:?}");
    assert!(no.stderr.contains("[host-not-activated]"), "{}", no.stderr);
    assert_eq!((alive.status, alive.stdout), (0, format!("alive: {version} at {}\n", host.address)));

    activate_while_it_serves(&data);
    assert!(wait::until(|| health(&[]).status == 0), "{:?}", health(&[]));
    assert_eq!(health(&["--json"]).json()["health"], "ready");
    let (mut one, mut two) = (Machine::new(1), Machine::new(2));
    assert_eq!(post(&host.address, "/v1/leases", &one.request()).expect("an answer").0, 409);
    let (_, lease) = post(&host.address, "/v1/leases", &two.request()).expect("an answer");
    two.take(&lease);
    assert_eq!(post(&host.address, "/v1/releases", &two.release()).expect("an answer").0, 204);
    let line = |machine: &Machine| format!("client={} address=127.0.0.1 product=acme-cad", machine.pair.id());
    for expected in [
        format!("refused {} code=\"threshold-not-met\"", line(&one)),
        format!("granted {} until=", line(&two)),
        format!("released {}", line(&two)),
    ] {
        assert!(scene.told(&expected), "{expected}: {}", scene.log());
    }
    host.stop();
    let gone = leasehold(&["host", "healthcheck", "--listen", "127.0.0.1:1"], b"");
    assert_eq!((gone.status, gone.stderr.contains("[connection-refused]")), (1, true), "{gone:?}");
}

fn activate_while_it_serves(data: &Path) {
    Vendor::new().activate(data, Policy { threshold: 2, ..Policy::default() });
}

#[test]
fn a_level_or_format_of_the_log_that_is_none_is_an_error() {
    for (variable, value) in [("LEASEHOLD_LOG", "verbose"), ("LEASEHOLD_LOG_FORMAT", "xml")] {
        let told = program().args(["explain", "usage"]).env(variable, value).output().expect("a process");
        let stderr = String::from_utf8_lossy(&told.stderr).into_owned();
        assert_eq!(told.status.code(), Some(2), "{stderr}");
        assert!(stderr.starts_with(&format!("error: {variable}={value}: ")), "{stderr}");
    }
    let help = leasehold(&["--help"], b"");
    assert!(help.stdout.contains("LEASEHOLD_LOG "), "{}", help.stdout);
}

#[test]
fn head_and_get_say_alike_that_a_host_is_alive() {
    let scene = Scene::new();
    let config = scene.write("host.toml", "listen = \"127.0.0.1:0\"\n");
    let host = scene.serve(&config);
    assert_eq!(get(&host.address, "/healthz").expect("an answer").0, 200);
    let agent: Agent = Agent::config_builder().proxy(None).build().into();
    let head = agent.head(format!("http://{}/healthz", host.address)).call().expect("an answer");
    let version = head.headers()["server"].to_str().expect("text");
    assert_eq!((head.status().as_u16(), version), (200, concat!("leasehold/", env!("CARGO_PKG_VERSION"))));
    host.stop();
}
