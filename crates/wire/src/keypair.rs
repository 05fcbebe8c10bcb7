//! Ed25519 pairs (RFC 8032).

use core::fmt;

use ed25519_dalek::{Signer, SigningKey};
use leasehold_core::{KeyId, ProductKey, PublicKey};

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
