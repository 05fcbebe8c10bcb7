//! Borrowing: what is said beside the request, what renewals keep, and what is told where a lease is shorter.

use leasehold_client::{Code, Error, Outcome, ShortfallCause};
use leasehold_core::{Clock, Grant, Policy, Refusal, Span, Timestamp};
use leasehold_testkit::vendor::Vendor;

use crate::scene::{Act, Scene};

const WEEK: Span = Span::days(7);

/// A host that may lend for a week, and lends for an hour unless it is asked for more.
fn scene() -> Scene {
    let (renewal, retry) = (Span::seconds(900), Span::MINUTE);
    let policy = Policy { threshold: 1, validity: WEEK, renewal, retry, ..Policy::default() };
    Scene::with_host(|vendor| vendor.host(1, vec![Grant { policy, ..Vendor::grant() }]))
}

/// Until when each request for a lease said that it wants it.
fn wanted(scene: &Scene) -> Vec<Option<Timestamp>> {
    let asked = scene.responder.seen().into_iter().filter(|incoming| incoming.path == "/v1/leases");
    let until = asked.map(|incoming| {
        let header = incoming.headers.into_iter().find(|(name, _)| name == "leasehold-until");
        header.map(|(_, value)| Timestamp::from_unix(value.parse().expect("seconds")))
    });
    until.collect()
}

#[test]
fn a_request_that_borrows_says_until_when_and_a_renewal_asks_to_lose_none_of_it() {
    let scene = scene();
    let client = scene.client();
    let now = scene.clock.now();
    client.activate().unwrap();
    let until = client.status().lease.unwrap().expires.unwrap();
    let borrowed = client.borrow(Span::days(3)).unwrap();
    assert!(matches!(borrowed.answer.outcome, Outcome::Granted(_)) && borrowed.shortfall.is_none());
    assert_eq!(wanted(&scene), [None, Some(until.max(now.plus(Span::days(3))))]);
    scene.then(Act::Change(|lease| lease.expires = Some(lease.issued.plus(Span::days(3)))));
    client.activate().unwrap();
    scene.clock.advance(Span::DAY);
    client.renew().unwrap();
    assert_eq!(wanted(&scene).last(), Some(&Some(now.plus(Span::days(3)))), "what is left, whichever host answers");
    client.release().unwrap();
    client.activate().unwrap();
    assert_eq!(wanted(&scene).last(), Some(&None), "what was given back is not asked for again");
}

#[test]
fn a_lease_that_is_shorter_than_was_asked_for_says_so_and_why() {
    let scene = scene();
    let client = scene.client();
    let shortfall = client.borrow(Span::days(30)).unwrap().shortfall.expect("the grant is the limit");
    assert_eq!(
        (shortfall.wanted, shortfall.given, shortfall.cause),
        (Span::days(30), WEEK, ShortfallCause::Validity(WEEK))
    );
    assert_eq!(shortfall.code(), Code::BorrowedLess);
    let told = shortfall.to_string();
    assert!(
        told.ends_with("for 7 d and not for the 30 d asked for: the licence lets a lease last 7 d at most"),
        "{told}"
    );
    // As where something between takes the header out.
    scene.then(Act::Change(|lease| lease.expires = Some(lease.issued.plus(Span::HOUR))));
    let shortfall = client.borrow(Span::days(3)).unwrap().shortfall.expect("an hour is no three days");
    assert_eq!((shortfall.given, shortfall.cause), (Span::HOUR, ShortfallCause::Host));
    assert!(client.borrow(WEEK).unwrap().shortfall.is_none(), "all that there is");
    assert!(client.borrow(Span::ZERO).unwrap().shortfall.is_none());
    assert!(client.borrow(Span::seconds(u64::MAX)).unwrap().shortfall.is_some(), "for ever is for a week");
}

#[test]
fn a_grant_that_ends_before_is_told_as_the_cause() {
    let ends = Scene::new().clock.now().plus(Span::days(2));
    let policy = Policy { threshold: 1, end: Some(ends), ..Policy::default() };
    let scene = Scene::with_host(|vendor| vendor.host(1, vec![Grant { policy, ..Vendor::grant() }]));
    let shortfall = scene.client().borrow(Span::days(3)).unwrap().shortfall.expect("it ends");
    assert_eq!((shortfall.until, shortfall.cause), (ends, ShortfallCause::GrantEnd));
}

#[test]
fn a_refusal_to_lend_is_a_refusal_and_a_lost_reply_borrows_nothing_later() {
    let scene = scene();
    let client = scene.client();
    scene.then(Act::Refuse(Refusal::CapacityReached { capacity: 1, retry: Span::MINUTE }));
    let borrowed = client.borrow(Span::days(3)).unwrap();
    assert!(matches!(borrowed.answer.outcome, Outcome::Refused(_)) && borrowed.shortfall.is_none());
    scene.then(Act::LoseReply);
    assert!(matches!(client.borrow(Span::days(3)), Err(Error::NoAnswer { .. })));
    client.activate().unwrap();
    let ctis = scene.ctis();
    assert_eq!(ctis[1], ctis[2], "the same request");
    assert_eq!(wanted(&scene).last(), Some(&None), "the user was told that nothing was borrowed");
}
