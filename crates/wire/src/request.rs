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

    /// What it says, not verified.
    pub fn claimed(&self) -> &D {
        &self.unverified.document
    }

    /// The document, once its claim has been verified.
    pub fn into_verified(self) -> D {
        self.unverified.document
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use leasehold_core::{Component, Cti, DirectoryId, Fingerprint, KeyKind, ProductKey, ProductNumber, Timestamp};

    use super::*;
    use crate::document::{DirectoryRequest, HostRequest, MachineRequest, Release, Request};
    use crate::envelope::{payload, sig_structure, write};
    use crate::proof::Proof;
    use crate::signature::forge::MixedKey;

    const CTI: Cti = Cti([1; 16]);

    /// Whether a document of the key that `make` takes is opened: with a key of mixed order, and without.
    fn opened<D: Document>(make: impl Fn(PublicKey) -> D) -> [bool; 2] {
        let honest = crate::Keypair::from_seed(&[7; 32]);
        let mixed = MixedKey::new(7);
        let forged = {
            let document = make(mixed.public());
            let payload = payload(&document);
            let message = sig_structure(D::TYP, &[], &payload);
            let point = Point::new(&mixed.public()).expect("a point that is not of small order");
            let signature = mixed.sign(&message);
            assert!(point.verify(&message, &signature), "the signature by itself holds");
            write(D::TYP, mixed.public().id(), &[], None, &payload, &signature)
        };
        let signed = crate::envelope::sign(&make(honest.public()), &honest, &[]);
        [open::<D>(&forged).is_ok(), open::<D>(&signed).is_ok()]
    }

    #[test]
    fn what_is_wanted_is_named_where_another_document_is_opened() {
        let pair = crate::Keypair::from_seed(&[7; 32]);
        let issued = Timestamp::from_unix(1_790_000_000);
        let product = "acme-cad".parse().expect("an id");
        let release = Release { issued, cti: CTI, key: pair.public(), product, lease: CTI };
        let reason = open::<Request>(&crate::envelope::sign(&release, &pair, &[])).expect_err("no request");
        assert_eq!(reason.to_string(), "malformed: another kind of document, where a client's request is wanted");
    }

    #[test]
    fn a_key_of_mixed_order_is_refused_wherever_a_document_brings_its_key_along() {
        let issued = Timestamp::from_unix(1_790_000_000);
        let number = ProductNumber::try_from(7).expect("a number");
        let product_key = ProductKey::secret(KeyKind::Host, number, [3; 9]);
        let fingerprint = Fingerprint::new([(Component::MachineId, [1; 8])]).expect("a component");
        let text = || "text".parse().expect("a text");
        let product = "acme-cad".parse().expect("an id");
        let proof = |key: PublicKey| Proof::new(&product_key, key.id(), CTI);
        let request = opened(|key| Request {
            issued,
            cti: CTI,
            key,
            product,
            number,
            fingerprint,
            client_version: text(),
            host_name: None,
            chain_of: None,
            holds: None,
        });
        let release = opened(|key| Release { issued, cti: CTI, key, product, lease: CTI });
        let host = opened(|key| HostRequest {
            issued,
            cti: CTI,
            key,
            proof: proof(key),
            host_name: text(),
            fingerprint,
            tip: None,
            usage: Vec::new(),
        });
        let machine = opened(|key| MachineRequest { issued, cti: CTI, key, proof: proof(key), product, fingerprint });
        let directory = opened(|key| DirectoryRequest {
            issued,
            cti: CTI,
            key,
            proof: proof(key),
            name: text(),
            directory: DirectoryId([5; 16]),
        });
        assert_eq!([request, release, host, machine, directory], [[false, true]; 5]);
    }
}
