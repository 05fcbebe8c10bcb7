//! Tokens for the admin API.
#![expect(clippy::missing_panics_doc, reason = "cases are tests: to panic is how they fail")]

use leasehold_core::Span;

use crate::authority::suite::{Fixture, Outcome, sample};
use crate::authority::{Actor, Role, Roles, Stamp, Token};

/// A token comes back as it was given, is found by its hash, and stays withdrawn from its first time; what it does is
/// said to be its doing.
///
/// # Errors
/// Where the store fails.
pub fn tokens_are_found_by_their_hash_and_stay_withdrawn(fixture: &dyn Fixture) -> Outcome {
    let (bare, expires) = (token(1), Some(sample::later(Span::DAY).at));
    let whole = Token { expires, roles: Roles::from_iter(Role::ALL), ..token(2) };
    fixture.open().transact("fill", |tx| {
        assert!(tx.tokens()?.is_empty());
        tx.add_token(&bare, sample::AT)?;
        tx.add_token(&whole, sample::AT)
    })?;
    let (first, again) = (sample::later(Span::HOUR), sample::later(Span::DAY));
    fixture.open().transact("change", |tx| {
        assert_eq!(tx.tokens()?, [bare.clone(), whole.clone()], "oldest first");
        assert_eq!((tx.token(&[1; 32])?, tx.token(&[3; 32])?), (Some(bare.clone()), None));
        let before = tx.audit(None, 99)?.len();
        tx.token_used(&bare.name, first.at)?;
        assert_eq!(tx.audit(None, 99)?.len(), before, "to be used is no change");
        tx.revoke_token(&whole.name, first)?;
        tx.revoke_token(&whole.name, again)
    })?;
    fixture.open().transact("read", |tx| {
        let (used, revoked) = (Some(first.at), Some(first.at));
        assert_eq!(tx.token(&[1; 32])?, Some(Token { used, ..bare.clone() }));
        assert_eq!(tx.token(&[2; 32])?, Some(Token { revoked, ..whole.clone() }));
        tx.add_token(&token(4), Stamp { actor: Actor::Token(bare.name), ..sample::AT })?;
        let said: Vec<_> =
            tx.audit(None, 4)?.into_iter().rev().map(|row| (row.action, row.subject, row.detail)).collect();
        let row = |action: &str, n: u8, detail: &str| (action.to_owned(), token(n).name.to_string(), detail.to_owned());
        let (added, both) = ("token-added", row("token-added", 2, "roles=read,issue,revoke"));
        assert_eq!(said, [row(added, 1, "roles=read"), both, row("token-revoked", 2, ""), row(added, 4, "roles=read")]);
        assert_eq!(tx.audit(None, 1)?[0].actor, format!("token:{}", bare.name));
        Ok(())
    })
}

pub(in crate::authority) fn token(n: u8) -> Token {
    Token {
        name: format!("token-{n}").parse().expect("a name"),
        hash: [n; 32],
        roles: Roles::from_iter([Role::Read]),
        made: sample::AT.at,
        expires: None,
        used: None,
        revoked: None,
    }
}
