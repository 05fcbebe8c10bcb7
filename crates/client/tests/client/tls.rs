//! Hosts that speak TLS, with a certificate of an authority that only this test knows.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;

use leasehold_client::{Client, Clock, Options};
use leasehold_testkit::clock::VirtualClock;
use leasehold_testkit::vendor::{Chain, Host, Vendor};
use leasehold_wire::request;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::scene::{Scene, granted};

#[test]
fn an_authority_that_was_given_is_trusted_and_no_other() {
    let scene = Scene::new();
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let host = scene.vendor.host(1, vec![Vendor::grant()]);
    let address = serve(Arc::new(config), host, Arc::clone(&scene.clock));

    let hosts = vec![format!("https://{address}").parse().unwrap()];
    let strange = Client::open(&scene.manifest, Options { hosts: hosts.clone(), ..scene.options() }).unwrap();
    assert_eq!(strange.activate().unwrap_err().code().name(), "untrusted-host");
    let pem = Some(cert.pem().into_bytes());
    let only = Options { hosts: hosts.clone(), authorities: pem.clone(), ..scene.options() };
    let further = Options { hosts, further_authorities: pem, ..scene.options() };
    for options in [only, further] {
        let client = Client::open(&scene.manifest, options).unwrap();
        assert_eq!(granted(client.activate().unwrap()).host.to_string(), format!("https://{address}"));
    }
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
            let Ok(request) = request::open(&body) else { continue };
            let lease = host.lease(&request, clock.now(), Chain::AsAsked);
            let head = format!("content-type: application/cose\r\ncontent-length: {}\r\n", lease.len());
            let out = stream.get_mut();
            write!(out, "HTTP/1.1 200 OK\r\nconnection: close\r\n{head}\r\n").unwrap();
            out.write_all(&lease).unwrap();
            out.flush().unwrap();
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
