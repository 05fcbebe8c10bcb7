//! Ed25519 pairs (RFC 8032).

use alloc::string::String;
use core::fmt;

use ed25519_dalek::{Signer, SigningKey};
use leasehold_core::{DirectoryId, KeyId, ProductKey, PublicKey};
use pem_rfc7468::LineEnding;
use sha2::{Digest, Sha256};

/// A pair that signs. The secret half is wiped when dropped and never shown.
#[derive(Clone)]
pub struct Keypair {
    secret: SigningKey,
    id: KeyId,
}

impl Keypair {
    /// The pair of a 32-byte seed (RFC 8032 section 5.1.5).
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let secret = SigningKey::from_bytes(seed);
        let id = PublicKey(secret.verifying_key().to_bytes()).id();
        Self { secret, id }
    }

    /// The pair that a host or multiple key stands for.
    pub fn of_product_key(key: &ProductKey) -> Self {
        Self::from_seed(&key.seed())
    }

    /// The pair that asks with a host key for a directory's activation object: always the same for both, so that asking again
    /// is known as such, and no file has to be kept for it.
    pub fn of_directory(key: &ProductKey, directory: DirectoryId) -> Self {
        let digest = Sha256::new().chain_update(DIRECTORY_KEY).chain_update(key.seed()).chain_update(directory.0);
        Self::from_seed(&digest.finalize().into())
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.secret.verifying_key().to_bytes())
    }

    /// The name of the public half.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The seed, for storing it where only its owner reads.
    pub fn seed(&self) -> [u8; 32] {
        self.secret.to_bytes()
    }

    /// The pair as unencrypted PKCS #8 in PEM (RFC 8410 section 7): for files that only their owner reads.
    ///
    /// # Panics
    /// Never: a label and 48 bytes always make PEM.
    pub fn to_pem(&self) -> String {
        let der = [PKCS8_PREFIX, &self.seed()].concat();
        pem_rfc7468::encode_string(PEM_LABEL, LineEnding::LF, &der).expect("a label and bytes make PEM")
    }

    /// Reads what [`Self::to_pem`] writes; `None` where it is something else.
    pub fn from_pem(pem: &str) -> Option<Self> {
        let (label, der) = pem_rfc7468::decode_vec(pem.trim().as_bytes()).ok()?;
        let seed = der.strip_prefix(PKCS8_PREFIX)?.try_into().ok()?;
        (label == PEM_LABEL).then(|| Self::from_seed(seed))
    }

    /// Signs `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.secret.sign(message).to_bytes()
    }
}

impl fmt::Debug for Keypair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keypair({}, [redacted])", self.id)
    }
}

/// What sets this use of a product key's seed apart from others.
const DIRECTORY_KEY: &[u8] = b"leasehold directory key 1\0";
const PEM_LABEL: &str = "PRIVATE KEY";
/// `PrivateKeyInfo`, version 0, algorithm id-Ed25519, and the head of the 32 bytes that follow (RFC 8410 section 10.3).
const PKCS8_PREFIX: &[u8] =
    &[0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_read_back_from_its_pem() {
        let pair = Keypair::from_seed(&[9; 32]);
        let read = Keypair::from_pem(&pair.to_pem()).unwrap();
        assert_eq!(read.id(), pair.id());
        assert!(Keypair::from_pem("nonsense").is_none());
        // RFC 8410 section 10.3, the first example.
        let example = "-----BEGIN PRIVATE KEY-----\n\
                       MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
                       -----END PRIVATE KEY-----\n";
        assert_eq!(Keypair::from_pem(example).unwrap().seed()[..2], [0xd4, 0xee]);
    }
}
