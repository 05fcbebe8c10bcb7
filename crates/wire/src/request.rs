//! What clients and hosts sign for themselves: by the key in its own `cnf` (DESIGN section 2).

use alloc::vec::Vec;

use leasehold_core::{KeyId, PublicKey};

use crate::document::{Confirmation, Document};
use crate::envelope::Envelope;
use crate::reason::Malformed;
use crate::reason::Reason;
use crate::signature::{Claim, Point};

/// A self-signed document whose signature is still to be checked, perhaps with others in a batch.
#[derive(Clone, Debug)]
pub struct Unverified<D> {
    document: D,
    signer: KeyId,
    key: PublicKey,
    message: Vec<u8>,
    signature: [u8; 64],
}

/// A self-signed document whose key has been unpacked.
#[derive(Clone, Debug)]
pub struct Unpacked<D> {
    unverified: Unverified<D>,
    point: Point,
}

/// Opens a self-signed document, verifies it, and refuses keys that are not of full order.
///
/// # Errors
/// `malformed`, `unknown-signer` where `kid` is not the key in `cnf`, or `bad-signature`.
pub fn open<D: Document>(bytes: &[u8]) -> Result<D, Reason> {
    Unverified::<D>::parse(bytes)?.verify()
}

impl<D: Document> Unverified<D> {
    /// Reads the document without checking its signature.
    ///
    /// # Errors
    /// `malformed`, or `unknown-signer` where `kid` is not the key in `cnf`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Reason> {
        Self::of(&Envelope::parse(bytes)?)
    }

    pub(crate) fn of(envelope: &Envelope<'_>) -> Result<Self, Reason> {
        let document: D = envelope.document()?;
        if envelope.seal.is_some() || !envelope.chain.is_empty() {
            return Err(Malformed("a chain or a seal on a document that is signed by its own key").into());
        }
        let Some(Confirmation::Key(key)) = document.head().confirmation else {
            return Err(Malformed("a document without a key of its own").into());
        };
        let signer = key.id();
        if signer != envelope.kid {
            return Err(Reason::UnknownSigner);
        }
        Ok(Self { document, signer, key, message: envelope.signed_message(), signature: envelope.signature })
    }

    /// The name of the key that is said to have signed.
    pub fn signer(&self) -> KeyId {
        self.signer
    }

    /// Verifies the signature, and that the key is of full order.
    ///
    /// # Errors
    /// `bad-signature`.
    pub(crate) fn verify(self) -> Result<D, Reason> {
        let unpacked = self.unpack()?;
        let claim = unpacked.claim();
        if claim.key.verify(claim.message, claim.signature) && claim.key.is_of_full_order() {
            Ok(unpacked.into_verified())
        } else {
            Err(Reason::BadSignature)
        }
    }

    /// Unpacks the key.
    ///
    /// # Errors
    /// `bad-signature` where it is no usable point: nothing verifies under it.
    pub fn unpack(self) -> Result<Unpacked<D>, Reason> {
        let point = Point::new(&self.key).ok_or(Reason::BadSignature)?;
        Ok(Unpacked { unverified: self, point })
    }
}

impl<D> Unpacked<D> {
    /// The key.
    pub fn point(&self) -> &Point {
        &self.point
    }

    /// The name of the key.
    pub fn signer(&self) -> KeyId {
        self.unverified.signer
    }

    /// The bytes to verify.
    pub fn claim(&self) -> Claim<'_> {
        Claim { key: &self.point, message: &self.unverified.message, signature: &self.unverified.signature }
    }

    /// The document, once its claim has been verified.
    pub fn into_verified(self) -> D {
        self.unverified.document
    }
}
