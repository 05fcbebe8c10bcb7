//! Hosts that are away, others, hostile or mistaken: each distinguished, nothing lost.

use leasehold_client::{Client, Error, HostSource, Options};
use leasehold_core::{Cti, Refusal, Span, Standing, Why};
use leasehold_testkit::ClosedPort;
use leasehold_testkit::responder::Outgoing;
use leasehold_testkit::vendor::{Chain, Vendor};

use crate::scene::{Act, Scene, granted, refused};

/// The code of the failure when the host does `act`, asked by a client that holds a lease, which it must go on holding.
fn code_of(act: Act) -> String {
    let scene = Scene::new();
    let held = scene.licensed();
    scene.then(act);
    let client = scene.client();
    let Err(error) = client.activate() else { panic!("an answer like this is no answer") };
    let code = error.code().name().to_owned();
    let status = client.status();
    assert_eq!(status.last_failure.unwrap().code, code);
    assert_eq!(status.lease, Some(held.lease), "the lease in hand stays");
    granted(client.activate().unwrap());
    let ctis = scene.ctis();
    assert_eq!(ctis[ctis.len() - 2], ctis[ctis.len() - 1], "the request was not answered");
    code
}

#[test]
fn what_is_no_lease_is_refused() {
    assert_eq!(code_of(Act::Garbage), "malformed");
    assert_eq!(code_of(Act::Tamper), "bad-signature");
    assert_eq!(code_of(Act::Change(|lease| lease.grace = Span::days(9_999))), "not-authorised");
    assert_eq!(code_of(Act::Change(|lease| lease.expires = Some(lease.issued))), "expired");
    assert_eq!(code_of(Act::Change(|lease| lease.issued = lease.issued.plus(Span::DAY))), "not-yet-valid");
}

#[test]
fn another_clients_lease_is_refused() {
    use leasehold_core::{Component, Fingerprint, KeyId};
    assert_eq!(code_of(Act::Change(|lease| lease.client = KeyId([9; 16]))), "wrong-answer");
    assert_eq!(code_of(Act::Change(|lease| lease.request = Cti([9; 16]))), "wrong-answer");
    let other = |lease: &mut leasehold_wire::Lease| {
        lease.fingerprint = Fingerprint::new([(Component::MachineId, [9; 8])]).unwrap();
    };
    assert_eq!(code_of(Act::Change(other)), "wrong-answer");
}

#[test]
fn what_is_no_host_is_told_from_a_host() {
    let say = |status, content_type, body: &[u8]| {
        Act::Say(Outgoing::Reply { status, content_type, headers: Vec::new(), body: body.to_vec() })
    };
    assert_eq!(code_of(Act::WebPage), "not-a-host");
    assert_eq!(code_of(say(404, "text/plain", b"nothing here")), "not-a-host");
    assert_eq!(code_of(say(302, "text/html", b"")), "not-a-host");
    assert_eq!(code_of(say(502, "text/html", b"<h1>Bad Gateway</h1>")), "gateway-failed");
    assert_eq!(code_of(say(503, "text/html", b"")), "gateway-failed");
    assert_eq!(code_of(say(504, "text/plain", b"")), "gateway-failed");
    assert_eq!(code_of(say(407, "text/html", b"")), "proxy-refused");
    assert_eq!(code_of(say(204, "text/html", b"")), "not-a-host");
    assert_eq!(code_of(say(409, "application/problem+json", b"{\"type\":\"about:blank\"}")), "not-a-host");
    assert_eq!(code_of(say(409, "application/problem+json", b"{")), "not-a-host");
    assert_eq!(code_of(say(200, "application/cose", &vec![0; 70_000])), "not-a-host");
    assert_eq!(code_of(Act::Say(Outgoing::Raw(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()))), "not-a-host");
    assert_eq!(code_of(Act::Say(Outgoing::HangUp)), "host-unreachable");
    assert_eq!(
        code_of(Act::Say(Outgoing::Raw(
            b"HTTP/1.1 200 -\r\ncontent-type: application/cose\r\ncontent-length: 300\r\n\r\nhalf".to_vec()
        ))),
        "host-unreachable"
    );
}

#[test]
fn another_vendors_host_is_told_apart_whether_or_not_it_knows_the_product() {
    let foreign = || Box::new(Vendor::from_seed(8).host(3, vec![Vendor::grant()]));
    assert_eq!(code_of_foreign(Act::Become(foreign())), "foreign-manifest");
    let scene = Scene::with_host(|_| *foreign());
    scene.then(Act::Refuse(Refusal::ProductNotGranted));
    assert_eq!(scene.client().activate().unwrap_err().code().name(), "foreign-manifest");
}

fn code_of_foreign(act: Act) -> String {
    let scene = Scene::new();
    scene.then(act);
    scene.client().activate().unwrap_err().code().name().to_owned()
}

#[test]
fn a_host_of_the_vendor_that_lacks_the_product_has_refused() {
    let scene = Scene::new();
    scene.then(Act::Refuse(Refusal::ProductNotGranted));
    assert_eq!(refused(scene.client().activate().unwrap()).code, "product-not-granted");
}

#[test]
fn hosts_are_tried_in_their_order_and_all_failures_are_told() {
    let (scene, closed, page) = (Scene::new(), ClosedPort::new(), Scene::new());
    let down = closed.address().to_string();
    page.then(Act::WebPage).then(Act::WebPage);
    let hosts = vec![down.parse().unwrap(), page.address(), scene.address()];
    let answer = Client::open(&scene.manifest, Options { hosts, ..scene.options() }).unwrap().activate().unwrap();
    let codes: Vec<&str> = answer.passed_over.iter().map(|tried| tried.failure.code().name()).collect();
    assert_eq!(codes, ["host-unreachable", "not-a-host"]);
    assert_eq!(granted(answer).host, scene.address());

    let hosts = vec![down.parse().unwrap(), page.address()];
    let client =
        Client::open(&scene.manifest, Options { hosts, state: Some(page.state.path().into()), ..scene.options() });
    let Err(Error::NoAnswer { tried }) = client.unwrap().activate() else { panic!("none answers") };
    let codes: Vec<&str> = tried.iter().map(|tried| tried.failure.code().name()).collect();
    assert_eq!(codes, ["host-unreachable", "not-a-host"]);
    let message = Error::NoAnswer { tried }.to_string();
    assert!(message.contains(&format!("host {down}: connection refused; host {}", page.address())), "{message}");
}

#[test]
fn hosts_that_were_set_hold_an_attempt_for_90_seconds_at_most() {
    let scene = Scene::new();
    let silent: Vec<_> = (0..20)
        .map(|_| {
            let clock = std::sync::Arc::clone(&scene.clock);
            leasehold_testkit::responder::Responder::start(move |_| {
                clock.advance(Span::seconds(30));
                Outgoing::HangUp
            })
        })
        .collect();
    let hosts = silent.iter().map(|silent| silent.address().to_string().parse().unwrap()).collect();
    let client = Client::open(&scene.manifest, Options { hosts, ..scene.options() }).unwrap();
    let Err(Error::NoAnswer { tried }) = client.activate() else { panic!("none answers") };
    assert_eq!(tried.len(), 3);
}

#[test]
fn the_host_of_the_current_lease_is_tried_after_those_set() {
    let scene = Scene::new();
    scene.licensed();
    let closed = ClosedPort::new();
    let hosts = vec![closed.address().to_string().parse().unwrap()];
    let client = Client::open(&scene.manifest, Options { hosts, ..scene.options() }).unwrap();
    assert_eq!(granted(client.activate().unwrap()).host, scene.address());
    let gone = scene.responder.address();
    let options = Options { hosts: Vec::new(), ..scene.options() };
    let (manifest, state) = (scene.manifest.clone(), scene.state);
    drop(scene.responder);
    let client = Client::open(&manifest, options).unwrap();
    let Err(Error::NoAnswer { tried }) = client.activate() else { panic!("the host is gone") };
    assert_eq!(tried.len(), 1);
    assert_eq!(
        (tried[0].route.address.to_string(), &tried[0].route.source),
        (gone.to_string(), &HostSource::LastGrant)
    );
    assert!(matches!(client.standing(), Standing::Licensed { .. }));
    drop(state);
}

#[test]
fn without_any_address_the_client_says_so() {
    let scene = Scene::new();
    let client = Client::open(&scene.manifest, Options { hosts: Vec::new(), ..scene.options() }).unwrap();
    assert!(matches!(client.activate(), Err(Error::NoHost { .. })));
    assert_eq!(client.status().last_failure.unwrap().code, "no-host");
}

#[test]
fn tls_is_not_spoken_with_a_host_that_does_not_speak_it() {
    let scene = Scene::new();
    let hosts = vec![format!("https://{}", scene.responder.address()).parse().unwrap()];
    scene.then(Act::Grant(Chain::AsAsked));
    let client = Client::open(&scene.manifest, Options { hosts, ..scene.options() }).unwrap();
    let error = client.activate().unwrap_err();
    assert_eq!(error.code().name(), "plain-http", "{error}");
    assert!(error.to_string().ends_with("TLS was spoken to it (https://), and it answers in plain HTTP"), "{error}");
}

#[test]
fn certificates_that_are_none_are_told_at_once() {
    let scene = Scene::new();
    let options = Options { authorities: Some(b"no certificate".to_vec()), ..scene.options() };
    assert!(matches!(Client::open(&scene.manifest, options), Err(Error::Authorities)));
}

#[test]
fn a_revocation_list_is_fetched_and_only_a_higher_number_replaces_it() {
    let scene = Scene::new();
    let lease = scene.licensed().lease;
    scene.publish(scene.vendor.revocations(5, vec![], vec![lease.cti]));
    scene.clock.advance(Span::DAY);
    let renewed = scene.licensed().lease;
    assert!(matches!(scene.client().standing(), Standing::Licensed { .. }), "the lease revoked is not this one");
    scene.publish(scene.vendor.revocations(4, vec![], vec![]));
    scene.licensed();
    let seen = scene.responder.seen();
    let held = seen.last().unwrap().headers.iter().find(|(name, _)| name == "if-none-match").cloned();
    assert_eq!(held, Some(("if-none-match".to_owned(), "\"5\"".to_owned())));
    scene.publish(scene.vendor.revocations(6, vec![renewed.client], vec![]));
    scene.licensed();
    let standing = scene.client().standing();
    assert_eq!(standing, Standing::Reduced { why: Why::Revoked });
}

#[test]
fn a_revoked_authority_costs_no_lease_once_its_hosts_have_another_certificate() {
    let scene = Scene::new();
    scene.licensed();
    let successor = scene.vendor.rotated();
    let renewed = successor.host(1, vec![crate::scene::grant()]);
    scene.then(Act::Become(Box::new(renewed)));
    scene.clock.advance(Span::DAY);
    scene.licensed();
    let former = scene.vendor.authority_pair().id();
    scene.publish(successor.revocations(5, vec![former], vec![]));
    scene.clock.advance(Span::DAY);
    let asked = scene.requests().len();
    scene.licensed();
    assert_eq!(scene.requests().len(), asked + 2, "with the chain held, then without");
    assert!(matches!(scene.client().standing(), Standing::Licensed { .. }));
    // The holder of the revoked key can put no list in the place of this one.
    scene.publish(scene.vendor.revocations(9, vec![successor.authority_pair().id()], vec![]));
    scene.licensed();
    assert!(matches!(scene.client().standing(), Standing::Licensed { .. }));
}

#[test]
fn a_host_that_says_revoked_is_believed_by_its_list_alone() {
    let scene = Scene::new();
    let lease = scene.licensed().lease;
    scene.then(Act::Refuse(Refusal::Revoked));
    assert_eq!(refused(scene.client().activate().unwrap()).code, "revoked");
    assert!(matches!(scene.client().standing(), Standing::Licensed { .. }));
    scene.publish(scene.vendor.revocations(1, vec![lease.client], vec![]));
    scene.then(Act::Refuse(Refusal::Revoked));
    assert_eq!(refused(scene.client().activate().unwrap()).code, "revoked");
    assert_eq!(scene.client().standing(), Standing::Reduced { why: Why::Revoked });
}
