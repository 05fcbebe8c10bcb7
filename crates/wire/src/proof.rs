//! Proof of holding a product key without sending it (DESIGN section 3, "Product keys").

use alloc::vec::Vec;

use leasehold_core::{Cti, KeyId, ProductKey, PublicKey};

use crate::cbor::{Decoder, Encoder, Wrote, array, fixed};
use crate::keypair::Keypair;
use crate::reason::Malformed;
use crate::signature;

/// `[KeyId of the product key's public half, signature]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The product key, by the name of its public half.
    pub key: KeyId,
    signature: [u8; 64],
}

impl Proof {
    /// Proves that the holder of `key` makes the request `cti` of `subject`, a host or device.
    pub fn new(key: &ProductKey, subject: KeyId, cti: Cti) -> Self {
        let pair = Keypair::of_product_key(key);
        Self { key: pair.id(), signature: pair.sign(&statement(subject, cti)) }
    }

    /// Whether the proof is of `key`, for this request of this subject. Another key takes as long to be found wrong as a
    /// forged signature.
    pub fn holds(&self, key: &PublicKey, subject: KeyId, cti: Cti) -> bool {
        signature::strictly(key, &statement(subject, cti), &self.signature) && key.id() == self.key
    }

    pub(crate) fn read(d: &mut Decoder<'_>) -> Result<Self, Malformed> {
        if array(d)? != 2 {
            return Err(Malformed("a proof that is not a key id and a signature"));
        }
        Ok(Self { key: KeyId(fixed(d)?), signature: fixed(d)? })
    }

    pub(crate) fn write(&self, e: &mut Encoder) -> Wrote {
        e.array(2)?.bytes(&self.key.0)?.bytes(&self.signature)?.ok()
    }

    /// The signature, for those who compare proofs byte by byte.
    pub fn signature(&self) -> &[u8; 64] {
        &self.signature
    }
}

fn statement(subject: KeyId, cti: Cti) -> Vec<u8> {
    [b"leasehold proof 1\0".as_slice(), &subject.0, &cti.0].concat()
}
