//! How a token says it is signed: by which algorithm and key.

use leasehold_core::SignInFault;
use serde_json::{Map, Value};

/// An algorithm by which a token may be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA with SHA-256.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    const ALL: [(&str, Self); 4] =
        [("RS256", Self::Rs256), ("ES256", Self::Es256), ("EdDSA", Self::EdDsa), ("Ed25519", Self::EdDsa)];

    /// The algorithm of this name; `None` for one that is not taken.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, algorithm)| algorithm)
    }
}

/// By which key a token says it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The name of the key, where it has one.
    pub key: Option<String>,
}

impl Header {
    pub(super) fn read(header: &Map<String, Value>) -> Result<Self, SignInFault> {
        // What must be understood, and is not; a token within a token; one that is packed or encrypted.
        if ["crit", "cty", "b64", "zip", "enc"].iter().any(|name| header.contains_key(*name)) {
            return Err(SignInFault::Malformed);
        }
        // Access tokens and tokens of a sign-out have types of their own.
        let typ = header.get("typ");
        if typ.is_some_and(|typ| !typ.as_str().is_some_and(|typ| typ.eq_ignore_ascii_case("JWT"))) {
            return Err(SignInFault::OtherPurpose);
        }
        let algorithm = header.get("alg").and_then(Value::as_str).ok_or(SignInFault::Malformed)?;
        let algorithm = Algorithm::named(algorithm).ok_or(SignInFault::Algorithm)?;
        let key = match header.get("kid") {
            None => None,
            Some(Value::String(key)) => Some(key.clone()),
            Some(_) => return Err(SignInFault::Malformed),
        };
        Ok(Self { algorithm, key })
    }
}
