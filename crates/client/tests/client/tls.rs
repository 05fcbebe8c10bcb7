//! Hosts that speak TLS, with a certificate of an authority that only this test knows.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;

use leasehold_client::{Client, Clock, HostAddress, Options, Span};
use leasehold_testkit::clock::VirtualClock;
use leasehold_testkit::vendor::{Chain, Host, Vendor};
use leasehold_wire::request;
use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::scene::{Scene, granted};

/// A certificate with its key, whom it was issued by, and how it was asked for.
struct Issued {
    certificate: Certificate,
    key: KeyPair,
}

impl Issued {
    /// Signed by itself.
    fn own(params: &CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        Self { certificate: params.self_signed(&key).unwrap(), key }
    }

    /// Signed by `issuer`, whose own certificate was asked for with `asked`.
    fn by(params: &CertificateParams, issuer: &Self, asked: &CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(asked, &issuer.key);
        Self { certificate: params.signed_by(&key, &issuer).unwrap(), key }
    }

    fn pem(&self) -> Vec<u8> {
        self.certificate.pem().into_bytes()
    }
}

fn server(names: &[&str]) -> CertificateParams {
    CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap()
}

fn authority(name: &str) -> CertificateParams {
    let mut params = server(&[]);
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

/// A host that speaks TLS with this certificate.
fn host_with(scene: &Scene, shown: &Issued) -> HostAddress {
    let key = PrivateKeyDer::try_from(shown.key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![shown.certificate.der().clone()], key)
        .unwrap();
    let host = scene.vendor.host(1, vec![Vendor::grant()]);
    let address = serve(Arc::new(config), host, Arc::clone(&scene.clock));
    format!("https://{address}").parse().unwrap()
}

/// The code and the words with which a client that trusts `trusted` fails at a host with this certificate.
fn failure(shown: &Issued, trusted: &Issued) -> (&'static str, String) {
    let scene = Scene::new();
    let hosts = vec![host_with(&scene, shown)];
    let options = Options { hosts, authorities: Some(trusted.pem()), ..scene.options() };
    let error = Client::open(&scene.manifest, options).unwrap().activate().unwrap_err();
    (error.code().name(), error.to_string())
}

#[test]
fn an_authority_that_was_given_is_trusted_and_no_other() {
    let scene = Scene::new();
    let own = Issued::own(&server(&["127.0.0.1"]));
    let hosts = vec![host_with(&scene, &own)];
    let strange = Client::open(&scene.manifest, Options { hosts: hosts.clone(), ..scene.options() }).unwrap();
    assert_eq!(strange.activate().unwrap_err().code().name(), "untrusted-host");
    let only = Options { hosts: hosts.clone(), authorities: Some(own.pem()), ..scene.options() };
    let further = Options { hosts: hosts.clone(), further_authorities: Some(own.pem()), ..scene.options() };
    for options in [only, further] {
        let client = Client::open(&scene.manifest, options).unwrap();
        assert_eq!(granted(client.activate().unwrap()).host, hosts[0]);
    }
}

#[test]
fn each_fault_of_a_certificate_is_told_by_its_cause() {
    let root = authority("root");
    let trusted = Issued::own(&root);
    let by_root = |params: &CertificateParams| Issued::by(params, &trusted, &root);

    let mut ended = server(&["127.0.0.1"]);
    (ended.not_before, ended.not_after) = (rcgen::date_time_ymd(2001, 1, 1), rcgen::date_time_ymd(2002, 3, 4));
    let (code, words) = failure(&by_root(&ended), &trusted);
    assert_eq!(code, "tls-certificate-ended");
    assert!(words.ends_with("its TLS certificate is not trusted here: it ended at 2002-03-04 00:00 UTC"), "{words}");

    let mut early = server(&["127.0.0.1"]);
    (early.not_before, early.not_after) = (rcgen::date_time_ymd(3001, 1, 1), rcgen::date_time_ymd(3002, 1, 1));
    assert_eq!(failure(&by_root(&early), &trusted).0, "tls-certificate-not-yet-valid");

    let (code, words) = failure(&by_root(&server(&["a.test", "b.test"])), &trusted);
    assert_eq!(code, "tls-certificate-other-name");
    assert!(words.ends_with("it is for a.test, b.test, not for 127.0.0.1"), "{words}");

    let between = authority("between");
    let issuer = by_root(&between);
    let (code, words) = failure(&Issued::by(&server(&["127.0.0.1"]), &issuer, &between), &trusted);
    assert_eq!(code, "untrusted-host");
    assert!(words.contains("the certificates between are missing"), "{words}");

    // As `openssl req -x509` makes it.
    let mut openssl = server(&["127.0.0.1"]);
    openssl.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let openssl = Issued::own(&openssl);
    let (code, words) = failure(&openssl, &openssl);
    assert_eq!(code, "tls-certificate-unsuitable");
    assert!(words.ends_with("it is self-signed, and says that it is an authority's and no server's"), "{words}");
}

#[test]
fn the_doctor_says_when_a_certificate_ends_and_warns_before() {
    let scene = Scene::new();
    let mut params = server(&["127.0.0.1"]);
    let examine = |params: &CertificateParams| {
        let shown = Issued::own(params);
        let options =
            Options { hosts: vec![host_with(&scene, &shown)], authorities: Some(shown.pem()), ..scene.options() };
        let findings = Client::open(&scene.manifest, options).unwrap().diagnose().findings;
        findings.into_iter().find(|finding| finding.name.starts_with("TLS certificate of https://127.0.0.1:")).unwrap()
    };
    params.not_after = rcgen::date_time_ymd(3000, 1, 1);
    let finding = examine(&params);
    assert_eq!((finding.code, finding.detail.as_str()), (None, "it ends at 3000-01-01 00:00 UTC"));
    let end = scene.clock.now().plus(Span::days(12));
    params.not_after = rcgen::date_time_ymd(1970, 1, 1) + std::time::Duration::from_secs(end.unix());
    let finding = examine(&params);
    assert_eq!(finding.code.map(leasehold_client::Code::name), Some("tls-certificate-ends-soon"));
    assert!(finding.detail.ends_with(", in 12 d"), "{}", finding.detail);
}

/// Grants to every client that trusts it; ends with the test.
fn serve(config: Arc<ServerConfig>, mut host: Host, clock: Arc<VirtualClock>) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = BufReader::new(StreamOwned::new(connection, stream.unwrap()));
            let Some(body) = body(&mut stream) else { continue };
            let lease = match request::open(&body) {
                Ok(request) => host.lease(&request, clock.now(), Chain::AsAsked),
                // A connection that only looks sends nothing.
                Err(_) => host.certificate(),
            };
            let head = format!("content-type: application/cose\r\ncontent-length: {}\r\n", lease.len());
            // A client that only looks may have gone away.
            let out = stream.get_mut();
            let _ = write!(out, "HTTP/1.1 200 OK\r\nconnection: close\r\n{head}\r\n")
                .and_then(|()| out.write_all(&lease))
                .and_then(|()| out.flush());
        }
    });
    address
}

fn body(stream: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        match line.trim_end().to_ascii_lowercase().split_once(':') {
            Some(("content-length", value)) => length = value.trim().parse().ok()?,
            None if line.trim_end().is_empty() => break,
            Some(_) | None => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some(body)
}
