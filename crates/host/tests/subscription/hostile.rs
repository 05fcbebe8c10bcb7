//! Tokens that were not made for this host, and providers that are away, slow, huge or lead elsewhere.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::thread;
use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding};
use leasehold_client::{Code, SignInWay};
use leasehold_host::subscription::Subscription;
use leasehold_testkit::ClosedPort;
use leasehold_testkit::http::{problem, send};
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::oidc::Oidc;
use serde_json::{Value, json};

use super::world::{User, World, subscription};

/// A token of the provider's for this user.
fn token(world: &World, n: u32, user: &str) -> String {
    let client = world.client(n);
    client.sign_in(SignInWay::Code, &mut User::of(world, user)).expect("a sign-in");
    let file = world.state(n).join(client.vendor().to_string()).join("sign-in.json");
    let stored: Value = serde_json::from_slice(&std::fs::read(file).expect("a file")).expect("JSON");
    stored["id_token"].as_str().expect("a token").to_owned()
}

fn ask(world: &World, token: &str) -> (u16, String) {
    let reply = send(&world.address, "GET /v1/devices", &[("authorization", &format!("Bearer {token}"))], &[]);
    let reply = reply.expect("an answer");
    match reply.status {
        200 => (200, String::new()),
        status => (status, reply.json()["detail"].as_str().unwrap_or_default().to_owned()),
    }
}

#[test]
fn a_token_that_was_changed_or_made_elsewhere_is_refused_by_what_is_wrong_with_it() {
    if is_missing(&[Need::Node]) {
        return;
    }
    let world = World::start(2);
    let good = token(&world, 1, "ann");
    assert_eq!(ask(&world, &good).0, 200);
    let [header, claims, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    let read = |part: &str| -> Value { serde_json::from_slice(&Base64UrlUnpadded::decode_vec(part).unwrap()).unwrap() };
    let with = |mut value: Value, name: &str, to: Value| {
        value[name] = to;
        part(&value)
    };
    // Another provider, whose first key has the same name.
    let other = World::start(2);
    let foreign = token(&other, 1, "ann");
    for (token, why) in [
        (format!("{}.{claims}.", part(&json!({ "alg": "none" }))), "algorithm"),
        (format!("{}.{claims}.{signature}", with(read(header), "alg", json!("HS256"))), "algorithm"),
        (format!("{header}.{}.{signature}", with(read(claims), "aud", json!("other"))), "signature does not verify"),
        (format!("{header}.{}.{signature}", with(read(claims), "exp", json!(9_999_999_999_u64))), "does not verify"),
        (format!("{}.{claims}.{signature}", with(read(header), "kid", json!("k9"))), "does not have"),
        (format!("{}.{claims}.{signature}", with(read(header), "typ", json!("at+jwt"))), "tells who the user is"),
        (foreign, "signature does not verify"),
        (format!("{header}.{claims}.{claims}.{claims}.{signature}"), "no signed ID token"),
        ("x".repeat(13_000), "no signed ID token"),
        (String::new(), "no signed ID token"),
    ] {
        let (status, detail) = ask(&world, &token);
        assert_eq!(status, 401, "{why}");
        assert!(detail.contains(why), "{why}: {detail}");
    }
    world.clock.advance(leasehold_core::Span::seconds(301));
    let (status, detail) = ask(&world, &good);
    assert!(status == 401 && detail.contains("has ended"), "{detail}");
    world.clock.set(world.oidc.started.minus(leasehold_core::Span::seconds(3_600)));
    let (status, detail) = ask(&world, &good);
    assert!(status == 401 && detail.contains("not valid yet"), "{detail}");
}

/// A server that answers each request with what `answer` makes of its path.
fn server(answer: impl Fn(&str) -> String + Send + 'static) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut head = [0; 2_048];
            let Ok(length) = stream.read(&mut head) else { continue };
            let head = String::from_utf8_lossy(&head[..length]).into_owned();
            let _ = stream.write_all(answer(head.split(' ').nth(1).unwrap_or_default()).as_bytes());
        }
    });
    address
}

fn http(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

#[test]
fn a_provider_that_is_of_no_use_is_named_by_what_is_wrong_with_it() {
    let json = "content-type: application/json\r\n";
    let about = |issuer: &str, keys: &str| {
        json!({
            "issuer": issuer, "jwks_uri": keys, "token_endpoint": format!("{issuer}/token"),
            "id_token_signing_alg_values_supported": ["RS256"],
        })
        .to_string()
    };
    let probe = |settings: &Subscription| {
        let error = settings.probe().expect("no certificates").expect_err("of no use");
        (error.code(), error.to_string())
    };
    let of = |address: &str| probe(&subscription(&format!("http://{address}")));
    let closed = ClosedPort::new();
    let gone = closed.address().to_string();
    let cases = [
        (gone, Code::ProviderUnreachable, "connection refused"),
        (
            server(|_| http("302 Found", "location: http://evil.example/\r\n", "")),
            Code::ProviderUnusable,
            "evil.example",
        ),
        (server(move |_| http("200 OK", json, &"x".repeat(300_000))), Code::ProviderUnusable, "more than 262144 bytes"),
        (server(|_| http("200 OK", "content-type: text/html\r\n", "hello")), Code::ProviderUnusable, "than JSON"),
        (server(move |_| http("200 OK", json, "{")), Code::ProviderUnusable, "not the JSON"),
        (server(move |_| http("404 Not Found", json, "{}")), Code::ProviderUnusable, "404"),
        (server(move |_| http("503 Service Unavailable", json, "{}")), Code::ProviderUnreachable, "503"),
        (
            server(move |_| http("200 OK", json, &about("http://127.0.0.1:1", "http://127.0.0.1:1/keys"))),
            Code::ProviderUnusable,
            "its issuer is",
        ),
    ];
    for (address, code, words) in &cases {
        let (found, message) = of(address);
        assert_eq!(found, *code, "{message}");
        assert!(message.contains(words) && message.contains("identity provider"), "{words}: {message}");
    }
    assert_eq!(probe(&subscription("http://login.example")).0, Code::SignInInsecure);
}

/// One that never answers, and one that never comes to the end of its answer.
#[test]
fn a_provider_that_is_slow_is_not_waited_for_without_an_end() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99999\r\n\r\n";
    let slow = |first: &'static str| {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let serving = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut request = [0; 2_048];
            let asked = stream.read(&mut request).expect("a request");
            stream.set_read_timeout(Some(Duration::from_millis(100))).expect("a timeout");
            stream.write_all(first.as_bytes()).expect("a head");
            // A byte each time that the other side has not gone away.
            while stream.read(&mut request).is_err_and(|error| error.kind() != ErrorKind::ConnectionReset) {
                if !first.is_empty() && stream.write_all(b" ").is_err() {
                    break;
                }
            }
            asked
        });
        (subscription(&format!("http://{address}")), serving)
    };
    let probes = ["", head].map(slow).map(|(settings, serving)| (thread::spawn(move || settings.probe()), serving));
    for (probe, serving) in probes {
        let error = probe.join().expect("it ends").expect("no certificates").expect_err("of no use");
        assert_eq!(error.code(), Code::ProviderUnreachable, "{error}");
        assert!(serving.join().expect("it is left") > 0);
    }
}

#[test]
fn a_provider_that_is_away_when_the_first_token_comes_is_no_users_fault() {
    if is_missing(&[Need::Node]) {
        return;
    }
    let world = World::start(2);
    let good = token(&world, 1, "ann");
    let provider = Oidc::start();
    provider.act("away", &json!({ "is": true }));
    let settings = subscription(&provider.issuer);
    let other = World::with(provider, settings, 2);
    let reply = send(&other.address, "GET /v1/devices", &[("authorization", &format!("Bearer {good}"))], &[]);
    let reply = reply.expect("an answer");
    assert_eq!((reply.status, problem(&reply.body).as_str()), (503, "sign-in-unavailable"));
    assert_eq!(reply.header("retry-after"), Some("60"));
}
