//! What fuzzing feeds: ID tokens, what a provider says in one, and the keys of a provider.

use base64ct::{Base64UrlUnpadded, Encoding};
use leasehold_core::Timestamp;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use super::keys::KeySet;
use super::token::{self, Expected};

/// Reads `bytes` as a token, as the claims of one that the provider has signed, and as a provider's keys.
pub fn read(bytes: &[u8]) {
    let provider = Ed25519KeyPair::from_seed_unchecked(&[1; 32]).expect("a key");
    if let Ok(text) = str::from_utf8(bytes) {
        assert!(user_of(text, &provider).is_none_or(|claims| is_for_us(&claims)), "only the provider names users");
    }
    let signed = format!("{HEADER}.{}", Base64UrlUnpadded::encode_string(bytes));
    let signature = Base64UrlUnpadded::encode_string(provider.sign(signed.as_bytes()).as_ref());
    let told = user_of(&format!("{signed}.{signature}"), &provider);
    assert!(told.is_none_or(|claims| is_for_us(&claims)), "only claims for this application name users");
    let keys = KeySet::parse(bytes, &["EdDSA".to_owned()]);
    assert!(keys.is_none_or(|keys| keys.len() <= 64), "no more keys than a provider has");
}

/// The claims of a token that is believed.
fn user_of(text: &str, provider: &Ed25519KeyPair) -> Option<Value> {
    let x = Base64UrlUnpadded::encode_string(provider.public_key().as_ref());
    let keys = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": x }] }).to_string();
    let keys = KeySet::parse(keys.as_bytes(), &["EdDSA".to_owned()]).expect("keys");
    let expected =
        Expected { issuer: ISSUER, client_id: "leasehold", audience: "leasehold", groups: "groups", nonce: None };
    token::read(text).ok()?.check(&keys, &expected, Timestamp::from_unix(1_790_000_000)).ok()?;
    let claims = Base64UrlUnpadded::decode_vec(text.split('.').nth(1)?).expect("it was read");
    Some(serde_json::from_slice(&claims).expect("it was read"))
}

fn is_for_us(claims: &Value) -> bool {
    let audience = &claims["aud"];
    let named = audience == "leasehold" || audience.as_array().is_some_and(|all| all.contains(&"leasehold".into()));
    claims["iss"] == ISSUER && named && claims["sub"].as_str().is_some_and(|subject| !subject.is_empty())
}

/// `{"alg":"EdDSA"}`
const HEADER: &str = "eyJhbGciOiJFZERTQSJ9";
const ISSUER: &str = "https://login.corp.example";
