//! Tokens for the admin API: who is known by one, and for how long.

mod common;

use std::fs;

use common::{AT, TestVendor, later, seeded};
use leasehold_authority::Error;
use leasehold_authority::tokens::{self, NewToken};
use leasehold_core::Span;
use leasehold_store::authority::{Role, Roles};

fn new(name: &str) -> NewToken {
    NewToken { name: name.parse().expect("a name"), roles: Roles::from_iter([Role::Read]), expires: None }
}

#[test]
fn a_token_is_known_by_its_text_alone_which_is_kept_nowhere() {
    let acme = TestVendor::open();
    let (text, token) = tokens::add(&*acme.store, &new("web-acme"), AT, &seeded(1)).unwrap();
    let shown = text.to_string();
    assert!(shown.starts_with("lhv_") && shown.len() == 47, "{shown}");
    assert_eq!(format!("{text:?}"), "[redacted]");
    assert_eq!(tokens::check(&*acme.store, &shown, AT.at).unwrap(), Some(token.clone()));
    for wrong in ["", "lhv_", &shown[4..], &shown[..46], &format!("{shown} "), &shown.to_lowercase()] {
        assert_eq!(tokens::check(&*acme.store, wrong, AT.at).unwrap(), None, "{wrong}");
    }
    for entry in fs::read_dir(acme.home.folder()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(43).any(|window| window == &shown.as_bytes()[4..]));
    }
    let (other, _) = tokens::add(&*acme.store, &new("other"), AT, &seeded(2)).unwrap();
    assert_ne!(other.to_string(), shown);
}

#[test]
fn a_token_ends_when_it_was_said_or_when_it_is_withdrawn() {
    let acme = TestVendor::open();
    let day = NewToken { expires: Some(later(Span::DAY).at), ..new("day") };
    let (text, _) = tokens::add(&*acme.store, &day, AT, &seeded(1)).unwrap();
    let known = |text: &str, span| tokens::check(&*acme.store, text, later(span).at).unwrap().is_some();
    assert!(known(&text.to_string(), Span::seconds(86_399)));
    assert!(!known(&text.to_string(), Span::DAY));
    let (text, _) = tokens::add(&*acme.store, &new("open"), AT, &seeded(2)).unwrap();
    assert!(known(&text.to_string(), Span::days(9_999)));
    let name = "open".parse().unwrap();
    tokens::revoke(&*acme.store, &name, later(Span::HOUR)).unwrap();
    let again = tokens::revoke(&*acme.store, &name, later(Span::DAY)).unwrap();
    assert_eq!(again.revoked, Some(later(Span::HOUR).at));
    assert!(!known(&text.to_string(), Span::ZERO));
    let missing = tokens::revoke(&*acme.store, &"none".parse().unwrap(), AT);
    assert!(matches!(missing, Err(Error::UnknownToken(_))));
}

#[test]
fn a_name_is_given_once_and_an_end_lies_ahead() {
    let acme = TestVendor::open();
    tokens::add(&*acme.store, &new("web-acme"), AT, &seeded(1)).unwrap();
    tokens::revoke(&*acme.store, &"web-acme".parse().unwrap(), AT).unwrap();
    let again = tokens::add(&*acme.store, &new("web-acme"), AT, &seeded(2));
    assert!(matches!(again, Err(Error::TokenExists(_))), "the audit names it");
    let ended = NewToken { expires: Some(AT.at), ..new("ended") };
    assert!(matches!(tokens::add(&*acme.store, &ended, AT, &seeded(2)), Err(Error::TokenEnded(_))));
    assert_eq!(tokens::list(&*acme.store).unwrap().len(), 1);
}

#[test]
fn when_a_token_was_last_used_is_known_to_the_minute() {
    let acme = TestVendor::open();
    let (text, _) = tokens::add(&*acme.store, &new("web-acme"), AT, &seeded(1)).unwrap();
    let used = |after: u64| {
        tokens::check(&*acme.store, &text.to_string(), later(Span::seconds(after)).at).unwrap().unwrap();
        tokens::list(&*acme.store).unwrap()[0].used.map(|used| used.unix() - AT.at.unix())
    };
    assert_eq!([used(0), used(59), used(60), used(100), used(500)], [Some(0), Some(0), Some(60), Some(60), Some(500)]);
}
