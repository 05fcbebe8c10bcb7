//! A host and its vendor's authority: the real one, behind a socket that may lose what it carries.
#![expect(clippy::unwrap_used, reason = "where nothing is, the test has failed")]

mod scene;

use std::fs;

use leasehold_authority::products;
use leasehold_authority::revocations::Target;
use leasehold_core::activation::Allowance;
use leasehold_core::standing::Revocation;
use leasehold_core::{Code, Span};
use leasehold_host::asking::{Answered, AuthorityTrust, HostInfo};
use leasehold_host::authority::Authority;
use leasehold_host::change::changes;
use leasehold_host::report::Report;
use leasehold_testkit::ClosedPort;
use leasehold_testkit::http::get;
use leasehold_testkit::responder::Outgoing;
use leasehold_testkit::rng::SeededRng;
use leasehold_testkit::vendor::Vendor as OtherVendor;
use leasehold_wire::seal::Tip;
use leasehold_wire::{HostCertificate, Keypair, Usage, verify};
use serde_json::json;

use crate::scene::{Act, BEGIN, Scene, Serving, certified, link, machine, problem, product, refused, stamp, until};

#[test]
fn a_lost_answer_is_asked_for_with_the_same_request_and_uses_up_nothing_more() {
    let scene = Scene::new();
    let key = scene.issue(Allowance::HOST_KEY, 3);
    scene.then(Act::LoseAnswer);
    assert_eq!(scene.activate(&key).unwrap_err().code(), Code::AuthorityUnreachable);
    assert!(!scene.host.path().join("host.lh").exists());
    let first = certified(scene.activate(&key));
    assert_eq!((first.certificate.host_ordinal, first.certificate.activation_ordinal), (1, 1));
    assert!(first.before.is_none() && changes(&first).is_empty());
    let requests = scene.requests();
    assert_eq!(requests[0].cti, requests[1].cti);
    assert_eq!(scene.used_up(), (1, vec![1]));
    certified(scene.activate(&key));
    assert_eq!(scene.used_up(), (1, vec![1]), "asked again after all was well");
}

#[test]
fn a_renewal_needs_no_key_uses_up_nothing_and_brings_what_the_vendor_changed() {
    let scene = Scene::new();
    certified(scene.activate(&scene.issue(Allowance::HOST_KEY, 3)));
    products::add(&*scene.store(), &product("acme-cam"), stamp(BEGIN)).unwrap();
    scene.pass(Span::days(40));
    let renewed = certified(scene.renew());
    assert_eq!(renewed.certificate.issued, scene.now());
    let changed: Vec<&str> = changes(&renewed).iter().map(|change| change.what).collect();
    assert_eq!(changed, ["certificate", "products"]);
    assert_eq!(scene.used_up(), (1, vec![1]));
    let requests = scene.requests();
    assert_eq!((requests[1].cti, requests[1].fingerprint), (requests[0].cti, requests[0].fingerprint));
    assert_eq!(requests[1].issued, scene.now());
    let presented = scene.certificate();
    let verified = verify::<HostCertificate>(&presented, &scene.root, scene.now(), None).unwrap();
    assert_eq!(verified.document.issued, scene.now());
}

#[test]
fn a_refusal_is_told_and_costs_neither_the_certificate_nor_the_next_renewal() {
    let scene = Scene::new();
    let (host, other) = (scene.issue(Allowance::HOST_KEY, 3), Scene::new().issue(Allowance::HOST_KEY, 8));
    assert_eq!(refused(scene.activate(&other)), "unknown-key");
    certified(scene.activate(&host));
    let before = scene.certificate();
    assert_eq!(refused(scene.activate(&other)), "unknown-key");
    assert_eq!(scene.home().renewals().unwrap().last_failure, None, "it is no word about the next renewal");
    let multiple = scene.issue(Allowance::multiple_key(3), 4);
    assert_eq!(scene.activate(&multiple).unwrap_err().code(), Code::WrongKindOfKey);
    assert_eq!(scene.certificate(), before);
    scene.pass(Span::DAY);
    certified(scene.renew());
    assert_ne!(scene.certificate(), before);
    let limited = Outgoing::Reply {
        status: 429,
        content_type: "application/problem+json",
        headers: vec![("retry-after", "7200".to_owned())],
        body: json!({ "type": "urn:leasehold:problem:too-many-requests" }).to_string().into_bytes(),
    };
    scene.then(Act::Say(limited));
    assert_eq!(refused(scene.renew()), "too-many-requests");
    let last_failure = scene.home().renewals().unwrap().last_failure.unwrap();
    assert_eq!((last_failure.failures, last_failure.retry), (1, 7_200));
    certified(scene.renew());
    assert_eq!(scene.home().renewals().unwrap().last_failure, None);
}

#[test]
fn what_is_no_answer_is_told_apart_and_changes_nothing() {
    let scene = Scene::new();
    let key = scene.issue(Allowance::HOST_KEY, 3);
    certified(scene.activate(&key));
    let before = scene.certificate();
    let other = OtherVendor::from_seed(9);
    let web = Outgoing::Reply { status: 200, content_type: "text/html", headers: Vec::new(), body: b"<p>".to_vec() };
    let mut bent = before.clone();
    *bent.last_mut().unwrap() ^= 1;
    for (answer, code) in [
        (web, "not-an-authority"),
        (Outgoing::empty(502), "gateway-failed"),
        (problem("store-unavailable", 503), "store-unavailable"),
        (Outgoing::Raw(b"SSH-2.0\r\n".to_vec()), "not-an-authority"),
        (Outgoing::cose(b"nonsense".to_vec()), "malformed"),
        (Outgoing::cose(bent), "bad-signature"),
        (Outgoing::cose(other.host(1, vec![OtherVendor::grant()]).certificate()), "unknown-signer"),
        (Outgoing::HangUp, "authority-unreachable"),
    ] {
        scene.then(Act::Say(answer));
        let told = match scene.renew() {
            Ok(Answered::Refused(refused)) => refused.code,
            Ok(Answered::Certified(certified)) => panic!("{code}: {certified:?}"),
            Err(error) => error.code().to_string(),
        };
        assert_eq!(told, code);
        assert_eq!(scene.certificate(), before, "{code}");
    }
    scene.then(Act::Say(Outgoing::cose(other.host(1, vec![OtherVendor::grant()]).certificate())));
    assert_eq!(scene.activate(&key).unwrap_err().code(), Code::AnotherHost);
    let port = ClosedPort::new();
    let closed = port.address();
    let info = HostInfo { machine: &machine(), name: None, report: Report::default() };
    let error =
        scene.home().renew(&info, &AuthorityTrust { link: &link(closed), root: None }, scene.now()).unwrap_err();
    assert_eq!(error.to_string(), format!("authority http://{closed}: connection refused"));
    let wrong_root = OtherVendor::from_seed(9).root();
    let vendor = AuthorityTrust { link: &link(scene.address()), root: Some(&wrong_root) };
    let error = scene.home().renew(&info, &vendor, scene.now()).unwrap_err();
    assert_eq!(error.code(), Code::UnknownSigner);
    assert_eq!(scene.certificate(), before);
    assert!(scene.home().renewals().unwrap().last_failure.unwrap().failures > 8);
}

#[test]
fn a_damaged_certificate_is_mended_by_asking_again() {
    let scene = Scene::new();
    let key = scene.issue(Allowance::HOST_KEY, 3);
    certified(scene.activate(&key));
    let whole = scene.certificate();
    fs::write(scene.host.path().join("host.lh"), &whole[..90]).unwrap();
    assert_eq!(scene.home().identity().unwrap_err().code(), Code::FileDamaged);
    certified(scene.activate(&key));
    fs::write(scene.host.path().join("host.lh"), "").unwrap();
    scene.home().install(&whole, None, scene.now()).unwrap();
    assert_eq!(scene.used_up(), (1, vec![1]));
}

#[test]
fn the_revocation_list_is_fetched_once_and_again_when_it_has_changed() {
    let scene = Scene::new();
    certified(scene.activate(&scene.issue(Allowance::HOST_KEY, 3)));
    assert_eq!(scene.fetch(None).unwrap(), None, "nothing was revoked yet");
    let machine = Keypair::from_seed(&[9; 32]).id();
    let revoke = |key| scene.signer().revoke(&[Target::Key(key)], stamp(scene.now()), &SeededRng::new(5)).unwrap();
    revoke(machine);
    let first = scene.fetch(None).unwrap();
    assert!(first.is_some());
    assert_eq!(scene.fetch(None).unwrap(), None, "it is held");
    revoke(Keypair::from_seed(&[8; 32]).id());
    assert_eq!(scene.fetch(None).unwrap(), first.map(|number| number + 1));
    let identity = scene.home().identity().unwrap().unwrap();
    assert_eq!(identity.revocation_of(machine), Revocation::Revoked);
}

#[test]
fn a_host_whose_key_is_revoked_serves_until_the_signed_list_says_so() {
    let scene = Scene::new();
    let key = scene.issue(Allowance::HOST_KEY, 3);
    certified(scene.activate(&key));
    let before = scene.certificate();
    let target = Target::ProductKey(key.last_five().parse().unwrap());
    scene.signer().revoke(&[target], stamp(scene.now()), &SeededRng::new(5)).unwrap();
    assert_eq!(refused(scene.renew()), "revoked");
    let revoked = || {
        let identity = scene.home().identity().unwrap().unwrap();
        identity.revocation_of(Keypair::from_seed(&[9; 32]).id())
    };
    assert_eq!(
        (scene.certificate(), revoked()),
        (before, Revocation::Clear),
        "an answer without a signature ends nothing"
    );
    scene.fetch(None).unwrap().unwrap();
    assert_eq!(revoked(), Revocation::Revoked);
}

#[test]
fn an_authority_that_follows_another_is_believed_below_the_root_that_is_known() {
    let scene = Scene::new();
    certified(scene.activate(&scene.issue(Allowance::HOST_KEY, 3)));
    scene.pass(Span::DAY);
    scene.rotate();
    let before = scene.certificate();
    assert_eq!(scene.renew().unwrap_err().code(), Code::UnknownSigner, "no root is known, and no TLS speaks for it");
    assert_eq!(scene.certificate(), before);
    let link = link(scene.address());
    let (info, vendor) = (
        HostInfo { machine: &machine(), name: None, report: Report::default() },
        AuthorityTrust { link: &link, root: Some(&scene.root) },
    );
    certified(scene.home().renew(&info, &vendor, scene.now()));
    scene.pass(Span::DAY);
    scene.rotate();
    certified(scene.renew());
    assert_eq!(scene.used_up(), (1, vec![1]));
}

#[test]
fn a_renewal_names_the_newest_seal_and_the_one_before_and_is_sent_again_as_it_is_until_it_is_answered() {
    let scene = Scene::new();
    certified(scene.activate(&scene.issue(Allowance::HOST_KEY, 3)));
    let renew = |number: u8| {
        let newest = Some(Tip { number: number.into(), seal: [number; 32] });
        let usage = vec![Usage { family: "acme".parse().unwrap(), clients: 7, live: 3, peak: 5 }];
        let info = HostInfo { machine: &machine(), name: None, report: Report { newest, usage } };
        let trust = AuthorityTrust { link: &link(scene.address()), root: None };
        scene.home().renew(&info, &trust, scene.now())
    };
    certified(renew(4));
    scene.pass(Span::DAY);
    scene.then(Act::LoseAnswer);
    assert_eq!(renew(5).unwrap_err().code(), Code::AuthorityUnreachable);
    scene.pass(Span::DAY);
    certified(renew(6));
    certified(renew(7));
    let requests = scene.requests();
    let tips: Vec<_> = requests
        .iter()
        .map(|request| request.tip.map(|tip| (tip.newest.number, tip.former.map(|former| former.number))))
        .collect();
    assert_eq!(tips, [None, Some((4, None)), Some((5, Some(4))), Some((5, Some(4))), Some((7, Some(5)))]);
    assert_eq!(requests[2], requests[3], "what was not answered is asked again as it was");
    assert_eq!(requests[1].usage[0].peak, 5);
    assert_eq!(scene.home().peaks().into_values().collect::<Vec<_>>(), [3], "peaks are counted anew from there");
}

#[test]
fn a_host_without_its_request_says_how_to_go_on() {
    let scene = Scene::new();
    assert_eq!(scene.renew().unwrap_err().code(), Code::NotInitialised);
    certified(scene.activate(&scene.issue(Allowance::HOST_KEY, 3)));
    for name in ["request.lh", "renewal.lh"] {
        fs::remove_file(scene.host.path().join(name)).unwrap();
    }
    assert_eq!(scene.renew().unwrap_err().code(), Code::NotRenewable);
}

#[test]
fn a_serving_host_renews_itself_takes_the_list_and_outlives_a_silent_authority() {
    let scene = Scene::new();
    certified(scene.activate(&scene.issue(Allowance::HOST_KEY, 3)));
    let authority = Authority { address: format!("http://{}", scene.address()).parse().unwrap(), ca: None, root: None };
    scene.home().remember_authority(&authority).unwrap();
    scene.pass(Span::days(40));
    let host = Serving::start(&scene, scene.host.path());
    let issued = || {
        let (_, presented) = get(&host.address, "/v1/host").unwrap();
        verify::<HostCertificate>(&presented, &scene.root, scene.now(), None).unwrap().document.issued
    };
    until(|| issued() == scene.now());
    until(|| scene.home().renewals().unwrap().listed == Some(scene.now().unix()));
    assert_eq!(get(&host.address, "/v1/revocations").unwrap().0, 404, "the authority has none");
    host.stop();

    *scene.list.lock().unwrap() = Some(OtherVendor::from_seed(9).revocations(4, vec![], vec![]));
    scene.pass(Span::days(2));
    let host = Serving::start(&scene, scene.host.path());
    until(|| scene.home().renewals().unwrap().last_list_failure.is_some());
    let last_failure = scene.home().renewals().unwrap().last_list_failure.unwrap();
    assert_eq!(last_failure.code, "unknown-signer", "another vendor's list");
    host.stop();

    scene.then(Act::Say(Outgoing::HangUp));
    scene.pass(Span::days(40));
    let before = scene.certificate();
    let host = Serving::start(&scene, scene.host.path());
    until(|| scene.home().renewals().unwrap().last_failure.is_some());
    assert_eq!(get(&host.address, "/readyz").unwrap().0, 200, "it serves to the certificate's end");
    assert_eq!(scene.certificate(), before);
    host.stop();
}
