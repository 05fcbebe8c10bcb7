//! Keys that a name server shares with those who may change its zone.

use std::fmt;

use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use sha2::{Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use crate::name::DomainName;

/// A key shared with a name server. Only its name and algorithm are ever shown.
#[derive(Clone)]
pub struct TsigKey {
    name: DomainName,
    algorithm: Algorithm,
    secret: Zeroizing<Vec<u8>>,
}

/// How messages are signed with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// `hmac-sha256`.
    HmacSha256,
    /// `hmac-sha384`.
    HmacSha384,
    /// `hmac-sha512`.
    HmacSha512,
}

impl TsigKey {
    /// The key `name` with this secret.
    pub fn new(name: DomainName, algorithm: Algorithm, secret: Zeroizing<Vec<u8>>) -> Self {
        Self { name, algorithm, secret }
    }

    /// What the server calls it.
    pub fn name(&self) -> &DomainName {
        &self.name
    }

    /// How it signs.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The signature of `parts`, one after the other.
    pub(crate) fn sign(&self, parts: &[&[u8]]) -> Vec<u8> {
        match self.algorithm {
            Algorithm::HmacSha256 => self.begun::<Hmac<Sha256>>(parts).finalize().into_bytes().to_vec(),
            Algorithm::HmacSha384 => self.begun::<Hmac<Sha384>>(parts).finalize().into_bytes().to_vec(),
            Algorithm::HmacSha512 => self.begun::<Hmac<Sha512>>(parts).finalize().into_bytes().to_vec(),
        }
    }

    /// Whether `signature` is whole and that of `parts`; how long it takes tells nothing of where they differ.
    pub(crate) fn has_signed(&self, parts: &[&[u8]], signature: &[u8]) -> bool {
        let verified = match self.algorithm {
            Algorithm::HmacSha256 => self.begun::<Hmac<Sha256>>(parts).verify_slice(signature),
            Algorithm::HmacSha384 => self.begun::<Hmac<Sha384>>(parts).verify_slice(signature),
            Algorithm::HmacSha512 => self.begun::<Hmac<Sha512>>(parts).verify_slice(signature),
        };
        verified.is_ok()
    }

    fn begun<M: Mac + KeyInit>(&self, parts: &[&[u8]]) -> M {
        let mut mac = <M as KeyInit>::new_from_slice(&self.secret).expect("HMAC takes keys of any length");
        parts.iter().for_each(|part| mac.update(part));
        mac
    }
}

impl fmt::Debug for TsigKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TsigKey({} {} [redacted])", self.algorithm.name(), self.name)
    }
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::HmacSha256, Self::HmacSha384, Self::HmacSha512];

    /// Its name in key files and, as a domain name, in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::HmacSha256 => "hmac-sha256",
            Self::HmacSha384 => "hmac-sha384",
            Self::HmacSha512 => "hmac-sha512",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
