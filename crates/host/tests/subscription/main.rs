//! Users who sign in: a real `OpenID` Connect provider, the host, and the SDK as applications use it.

mod hostile;
mod world;

use leasehold_client::{Code, Error, Outcome, SignInWay, Tick};
use leasehold_core::{Span, UserId};
use leasehold_store::host::{Decision, EndCause, HostStore};
use leasehold_store_sqlite::host::SqliteHost;
use leasehold_testkit::http::{get, problem, send};
use leasehold_testkit::need::{Need, is_missing};
use leasehold_wire::Method;
use serde_json::{Value, json};

use world::{User, World, refused};

#[test]
fn a_user_signs_in_with_a_code_and_is_renewed_silently_without_a_name_in_the_store() {
    if is_missing(&[Need::Node]) {
        return;
    }
    let world = World::start(2);
    let client = world.client(1);
    assert_eq!(refused(&client.activate().expect("an answer")), "sign-in-needed");
    let mut user = User::of(&world, "ann");
    let answer = client.sign_in(SignInWay::Code, &mut user).expect("a sign-in");
    let Outcome::Granted(granted) = answer.outcome else { panic!("{answer:?}") };
    assert_eq!((granted.lease.method, granted.lease.count), (Method::Subscription, None));
    assert_eq!(user.shown, ["code"], "the user was asked once");
    world.advance(Span::days(1));
    let Tick::Asked(answer) = client.tick().expect("a tick") else { panic!("it was time") };
    assert!(matches!(answer.outcome, Outcome::Granted(_)), "{answer:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = world.state(1).join(client.vendor().to_string()).join("sign-in.json");
        assert_eq!(std::fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
    }
    let mut store = SqliteHost::open_reader(world.folder()).expect("a store");
    let events = store.events(9).expect("events");
    let ann = UserId::of(&world.oidc.issuer, "ann");
    assert!(matches!(&events[0].decision, Decision::Granted { user, .. } if *user == Some(ann)));
    assert!(!format!("{:?} {events:?}", store.clients(None, 9).expect("clients")).contains("\"ann\""));
}

#[test]
fn a_user_signs_in_with_a_browser_and_signs_out() {
    if is_missing(&[Need::Node]) {
        return;
    }
    let world = World::start(1);
    let client = world.client(1);
    let mut user = User::of(&world, "bob");
    let answer = client.sign_in(SignInWay::Browser, &mut user).expect("a sign-in");
    assert!(matches!(answer.outcome, Outcome::Granted(_)), "{answer:?}");
    let other = world.client(2);
    let answer = other.sign_in(SignInWay::Code, &mut User::of(&world, "bob")).expect("a sign-in");
    assert_eq!(refused(&answer), "devices-reached");
    let out = client.sign_out().expect("signed out");
    assert!(out.signed_in.is_some() && client.signed_in().is_none() && client.status().lease.is_none());
    assert!(matches!(other.activate().expect("an answer").outcome, Outcome::Granted(_)), "there is room now");
    assert_eq!(refused(&client.activate().expect("an answer")), "sign-in-needed");
    assert!(client.sign_out().expect("nothing to do").signed_in.is_none());
}

#[test]
fn a_user_who_leaves_the_group_or_is_disabled_is_not_renewed_and_the_lease_ends() {
    if is_missing(&[Need::Node]) {
        return;
    }
    let world = World::start(2);
    let (left, disabled) = (world.client(1), world.client(2));
    left.sign_in(SignInWay::Code, &mut User::of(&world, "ann")).expect("a sign-in");
    disabled.sign_in(SignInWay::Code, &mut User::of(&world, "bob")).expect("a sign-in");
    world.oidc.set_groups("ann", &["staff"]);
    world.oidc.act("disable", &json!({ "login": "bob" }));
    assert_eq!(refused(&left.renew().expect("an answer")), "not-subscribed");
    let error = disabled.renew().expect_err("no token");
    assert!(matches!(error, Error::SignInNeeded), "{error:?}");
    for client in [&left, &disabled] {
        assert_eq!(client.standing().name(), "licensed", "to the end of the lease");
    }
    assert!(!disabled.signed_in().expect("a user").holds);
    world.advance(Span::days(7));
    for client in [&left, &disabled] {
        assert_eq!(client.standing().name(), "grace");
    }
    // The former group helps at once.
    world.oidc.set_groups("ann", &["cad-users"]);
    assert!(matches!(left.renew().expect("an answer").outcome, Outcome::Granted(_)));
}

#[test]
fn a_provider_that_is_away_for_a_day_changes_nothing() {
    if is_missing(&[Need::Node]) {
        return;
    }
    let world = World::start(2);
    let client = world.client(1);
    client.sign_in(SignInWay::Code, &mut User::of(&world, "ann")).expect("a sign-in");
    let lease = client.status().lease.expect("a lease").cti;
    world.oidc.act("away", &json!({ "is": true }));
    for _ in 0..6 {
        world.advance(Span::seconds(4 * 3_600));
        if let Err(error) = client.tick() {
            assert_eq!(error.code(), Code::ProviderUnreachable, "{error}");
        }
        assert_eq!((client.standing().name(), client.status().lease.expect("a lease").cti), ("licensed", lease));
    }
    let failure = client.status().last_failure.expect("it was tried");
    assert_eq!(failure.known(), Some(Code::ProviderUnreachable));
    world.oidc.act("away", &json!({ "is": false }));
    world.advance(Span::seconds(4 * 3_600));
    assert!(
        matches!(client.tick().expect("a tick"), Tick::Asked(answer) if matches!(answer.outcome, Outcome::Granted(_)))
    );
    assert_ne!(client.status().lease.expect("a lease").cti, lease);
}

#[test]
fn new_keys_of_the_provider_are_fetched_at_most_once_a_minute() {
    if is_missing(&[Need::Node]) {
        return;
    }
    let world = World::start(2);
    let client = world.client(1);
    client.sign_in(SignInWay::Code, &mut User::of(&world, "ann")).expect("a sign-in");
    for (kid, kind) in [("k2", "ec"), ("k3", "okp"), ("k4", "rsa")] {
        world.oidc.act("rotate", &json!({ "kid": kid, "type": kind, "keep": true }));
        assert_eq!(refused(&client.renew().expect("an answer")), "sign-in-needed", "{kid}: asked a moment ago");
        world.advance(Span::MINUTE);
        let answer = client.renew().expect("an answer");
        assert!(matches!(answer.outcome, Outcome::Granted(_)), "{kid}: {answer:?}");
    }
}

#[test]
fn a_user_lists_the_own_devices_and_frees_one() {
    if is_missing(&[Need::Node]) {
        return;
    }
    let world = World::start(2);
    let clients: Vec<_> = (1..=3).map(|n| world.client(n)).collect();
    let sign_in =
        |n: usize, user: &str| clients[n].sign_in(SignInWay::Code, &mut User::of(&world, user)).expect("a sign-in");
    sign_in(0, "ann");
    sign_in(1, "ann");
    let refusal = sign_in(2, "ann");
    assert_eq!(refused(&refusal), "devices-reached");
    let Outcome::Refused(told) = &refusal.outcome else { panic!("a refusal") };
    assert!(told.proof.is_some() && told.limit == Some(2), "{told:?}");
    let devices = clients[2].devices().expect("devices");
    let names: Vec<_> = devices.iter().filter_map(|device| device.name.as_deref()).collect();
    assert_eq!((names.len(), names.contains(&"pc1"), names.contains(&"pc2")), (2, true, true), "{devices:?}");
    let first = devices.iter().find(|device| device.name.as_deref() == Some("pc1")).expect("a device");
    assert!(clients[2].free_device(first.client).expect("freed"));
    assert!(!clients[2].free_device(first.client).expect("nothing there"), "once");
    assert!(matches!(clients[2].activate().expect("an answer").outcome, Outcome::Granted(_)));
    assert_eq!(clients[0].standing().name(), "licensed", "it may go on to the end of its lease");
    assert_eq!(refused(&clients[0].renew().expect("an answer")), "devices-reached");
    let mut store = SqliteHost::open_reader(world.folder()).expect("a store");
    let freed = |entry: &leasehold_store::host::Entry| {
        matches!(entry.decision, Decision::Ended { cause: EndCause::FreedByUser, .. })
    };
    assert_eq!(store.events(99).expect("events").iter().filter(|entry| freed(entry)).count(), 1);
    // Another user's devices are that user's alone.
    let strange = world.client(4);
    strange.sign_in(SignInWay::Code, &mut User::of(&world, "eve")).expect("a sign-in");
    assert!(!strange.free_device(devices[1].client).expect("nothing of hers"));
    assert_eq!(strange.devices().expect("devices").len(), 1);
}

#[test]
fn hosts_say_how_to_sign_in_and_take_tokens_over_tls_or_on_this_machine_alone() {
    if is_missing(&[Need::Node]) {
        return;
    }
    let world = World::start(2);
    let (status, body) = get(&world.address, "/v1/sign-in").expect("an answer");
    let told: Value = serde_json::from_slice(&body).expect("JSON");
    let expected = json!({
        "issuer": world.oidc.issuer, "client_id": "leasehold", "scopes": ["openid", "offline_access", "groups"],
    });
    assert_eq!((status, told), (200, expected));
    // By a trusted proxy, which says how the client came to it.
    let token = ("authorization", "Bearer x");
    let asked = |headers: &[(&str, &str)]| {
        let reply = send(&world.address, "GET /v1/devices", headers, &[]).expect("an answer");
        (reply.status, problem(&reply.body))
    };
    let (insecure, needed) = ((400, "sign-in-insecure".to_owned()), (401, "sign-in-needed".to_owned()));
    assert_eq!(asked(&[token]), needed);
    let through = ("x-forwarded-for", "203.0.113.7");
    assert_eq!(asked(&[token, through]), insecure);
    assert_eq!(asked(&[token, through, ("x-forwarded-proto", "http")]), insecure);
    assert_eq!(asked(&[token, through, ("x-forwarded-proto", "https")]), needed);
    assert_eq!(asked(&[token, ("forwarded", "for=203.0.113.7;proto=https")]), needed);
    assert_eq!(
        asked(&[token, through, ("x-forwarded-proto", "https"), ("forwarded", "for=203.0.113.7;proto=http")]),
        insecure
    );
    assert_eq!(asked(&[]), needed);
    for what in ["POST /v1/sign-in", "DELETE /v1/devices", "GET /v1/devices/00000000-0000-0000-0000-000000000000"] {
        assert_eq!(send(&world.address, what, &[], &[]).expect("an answer").status, 405, "{what}");
    }
    assert_eq!(send(&world.address, "DELETE /v1/devices/x", &[], &[]).expect("an answer").status, 404);
}
