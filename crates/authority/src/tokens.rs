//! Tokens for the admin API: made once, shown once, known afterwards by the hash of their text.
//!
//! A token is 256 random bits, so a plain SHA-256 of it can be kept: there is nothing to guess. It is looked up by that
//! hash; the time of a lookup depends on the hash alone, which a caller cannot choose.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use leasehold_core::{Rng, Span, Timestamp, TokenName, random_bytes};
use leasehold_store::authority::{AuthorityStore, Roles, Stamp, Token, Transaction};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::transact;

/// The text of a token. It is shown by its `Display` alone.
#[derive(Clone)]
pub struct TokenText(Zeroizing<String>);

/// A token to make.
#[derive(Clone, Copy, Debug)]
pub struct NewToken {
    /// What it is called; no token was ever called so.
    pub name: TokenName,
    /// What it allows.
    pub roles: Roles,
    /// When it ends; `None` is never.
    pub expires: Option<Timestamp>,
}

/// A token that is made and not recorded: it allows nothing until it is.
///
/// Its text cannot be had again once this is gone. So write it where it will be kept first, and record it then.
#[derive(Clone, Debug)]
pub struct Draft {
    text: TokenText,
    token: Token,
}

/// Makes a token after checking that it can be added.
///
/// # Errors
/// [`Error::TokenExists`], [`Error::TokenEnded`]; [`Error::NotInitialised`], [`Error::Store`].
pub fn draft(store: &dyn AuthorityStore, new: &NewToken, by: Stamp, rng: &dyn Rng) -> Result<Draft, Error> {
    let NewToken { name, roles, expires } = *new;
    if expires.is_some_and(|end| end <= by.at) {
        return Err(Error::TokenEnded(name));
    }
    let secret: Zeroizing<[u8; 32]> = Zeroizing::new(random_bytes(rng));
    let encoded = Zeroizing::new(Base64UrlUnpadded::encode_string(&*secret));
    let text = TokenText(Zeroizing::new(format!("{PREFIX}{}", *encoded)));
    let token = Token { name, hash: hash(&text.0), roles, made: by.at, expires, used: None, revoked: None };
    transact(store, "make a token", |tx| check_new(tx, &token))?;
    Ok(Draft { text, token })
}

/// Makes a token and records it. Its text is in the answer alone and cannot be had again.
///
/// # Errors
/// As for [`draft`].
pub fn add(store: &dyn AuthorityStore, new: &NewToken, by: Stamp, rng: &dyn Rng) -> Result<(TokenText, Token), Error> {
    let Draft { text, token } = draft(store, new, by, rng)?.record(store, by)?;
    Ok((text, token))
}

impl Draft {
    /// The token itself, which is a secret.
    pub fn text(&self) -> &TokenText {
        &self.text
    }

    /// What the store will keep of it.
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// Records the token: from now on it allows what its roles say.
    ///
    /// # Errors
    /// [`Error::TokenExists`]; [`Error::NotInitialised`], [`Error::Store`].
    pub fn record(self, store: &dyn AuthorityStore, by: Stamp) -> Result<Self, Error> {
        transact(store, "add a token", |tx| {
            check_new(tx, &self.token)?;
            Ok(tx.add_token(&self.token, by)?)
        })?;
        Ok(self)
    }
}

fn check_new(tx: &mut dyn Transaction, token: &Token) -> Result<(), Error> {
    tx.vendor()?.ok_or(Error::NotInitialised)?;
    let known = tx.tokens()?.iter().any(|other| other.name == token.name);
    if known { Err(Error::TokenExists(token.name)) } else { Ok(()) }
}

/// The tokens, oldest first.
///
/// # Errors
/// [`Error::NotInitialised`], [`Error::Store`].
pub fn list(store: &dyn AuthorityStore) -> Result<Vec<Token>, Error> {
    transact(store, "list tokens", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        Ok(tx.tokens()?)
    })
}

/// Revokes a token at once and for ever. One that is revoked already stays so from its first time.
///
/// # Errors
/// [`Error::UnknownToken`]; [`Error::NotInitialised`], [`Error::Store`].
pub fn revoke(store: &dyn AuthorityStore, name: &TokenName, by: Stamp) -> Result<Token, Error> {
    transact(store, "revoke a token", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        tx.revoke_token(name, by)?;
        tx.tokens()?.into_iter().find(|token| token.name == *name).ok_or(Error::UnknownToken(*name))
    })
}

/// The token with this text, if it may be used at `now`; that it was used is noted once a minute.
///
/// # Errors
/// [`Error::Store`].
pub fn check(store: &dyn AuthorityStore, text: &str, now: Timestamp) -> Result<Option<Token>, Error> {
    if text.len() != LENGTH || !text.starts_with(PREFIX) {
        return Ok(None);
    }
    let hash = hash(text);
    transact(store, "look a token up", |tx| {
        let Some(token) = tx.token(&hash)?.filter(|token| token.holds_at(now)) else {
            return Ok(None);
        };
        if token.used.is_none_or(|used| used.plus(Span::MINUTE) <= now) {
            tx.token_used(&token.name, now)?;
        }
        Ok(Some(token))
    })
}

impl fmt::Display for TokenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TokenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// By which scanners of code and logs know what they have found.
const PREFIX: &str = "lhv_";
/// The prefix, and 32 bytes in base64url.
const LENGTH: usize = 4 + 43;
