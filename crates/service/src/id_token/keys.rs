//! A provider's keys (RFC 7517), as far as they verify ID tokens here: RS256, ES256 and `EdDSA`.

use base64ct::{Base64UrlUnpadded, Encoding};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::{Map, Value};

use super::header::{Algorithm, Header};
use super::json;

/// The keys of a provider, and the algorithms that it says it uses.
#[derive(Debug, Default)]
pub struct KeySet {
    keys: Vec<Key>,
    algorithms: Vec<Algorithm>,
}

#[derive(Debug)]
struct Key {
    id: Option<String>,
    material: Material,
}

#[derive(Debug)]
enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl KeySet {
    /// The keys in a set; `None` where it is none. A key that is of no use here is passed over.
    pub fn parse(bytes: &[u8], algorithms: &[String]) -> Option<Self> {
        let set = json::object(bytes)?;
        let keys = set.get("keys")?.as_array()?.iter().filter_map(Value::as_object).filter_map(Key::parse);
        let algorithms = algorithms.iter().filter_map(|name| Algorithm::named(name)).collect();
        Some(Self { keys: keys.take(MAX_KEYS).collect(), algorithms })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether the provider uses this algorithm.
    pub fn uses(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    /// Whether there is a key by which a token with this header can be checked.
    pub fn knows(&self, header: &Header) -> bool {
        self.candidates(header).next().is_some()
    }

    /// Whether one of the keys that the header may mean has signed `message`.
    pub(super) fn verify(&self, header: &Header, message: &[u8], signature: &[u8]) -> bool {
        self.candidates(header).any(|key| key.material.verify(message, signature))
    }

    fn candidates(&self, header: &Header) -> impl Iterator<Item = &Key> {
        let named = |key: &&Key| header.key.is_none() || key.id == header.key;
        self.keys.iter().filter(|key| key.material.algorithm() == header.algorithm).filter(named)
    }
}

impl Key {
    fn parse(jwk: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let bytes = |name: &str| Base64UrlUnpadded::decode_vec(text(name)?).ok();
        let verifies = jwk
            .get("key_ops")
            .is_none_or(|ops| ops.as_array().is_some_and(|ops| ops.iter().any(|op| op.as_str() == Some("verify"))));
        if text("use").is_some_and(|usage| usage != "sig") || !verifies {
            return None;
        }
        let material = match (text("kty")?, text("crv")) {
            ("RSA", _) => Material::Rsa { n: bytes("n")?, e: bytes("e")? },
            ("EC", Some("P-256")) => {
                let (x, y) = (bytes("x")?, bytes("y")?);
                // An uncompressed point (SEC 1 section 2.3.3).
                (x.len() == 32 && y.len() == 32).then(|| Material::P256([&[4], &x[..], &y[..]].concat()))?
            }
            ("OKP", Some("Ed25519")) => Material::Ed25519(bytes("x")?),
            _ => return None,
        };
        // A key that names another algorithm is for that one alone.
        if jwk.contains_key("alg") && text("alg").and_then(Algorithm::named) != Some(material.algorithm()) {
            return None;
        }
        Some(Self { id: text("kid").map(str::to_owned), material })
    }
}

impl Material {
    fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa { .. } => Algorithm::Rs256,
            Self::P256(_) => Algorithm::Es256,
            Self::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let verified = match self {
            Self::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            Self::P256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature),
            Self::Ed25519(point) => UnparsedPublicKey::new(&ED25519, point).verify(message, signature),
        };
        verified.is_ok()
    }
}

/// More than a provider has, also while it changes them.
const MAX_KEYS: usize = 64;
