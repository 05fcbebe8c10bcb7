//! The activation object in hand: verified whole each time it is read from its file.

use leasehold_core::standing::Revocation;
use leasehold_core::{Grant, KeyId, PublicKey, Timestamp, standing};
use leasehold_wire::{ActivationObject, Envelope, Manifest, Revocations};

use crate::state::held::revocation_of;

/// A stored activation object that leads up to the vendor's root.
#[derive(Clone, Debug)]
pub(crate) struct HeldObject {
    pub(crate) object: ActivationObject,
    /// Who signed it.
    pub(crate) signer: KeyId,
    /// Whether the revocation list speaks against it.
    pub(crate) revocation: Revocation,
}

impl HeldObject {
    /// The object in a file; `None` where it is none, or none of this vendor's. It is verified at the time of its own making:
    /// that it has ended since is for standing to say.
    pub(crate) fn open(bytes: &[u8], root: &PublicKey, revocations: Option<&Revocations>) -> Option<Self> {
        let envelope = Envelope::parse(bytes).ok()?;
        let object: ActivationObject = envelope.document().ok()?;
        let revocation = revocation_of::<ActivationObject>(bytes, root, object.issued, revocations)?;
        Some(Self { object, signer: envelope.kid, revocation })
    }

    /// What it grants of the product; `None` where that is not in it.
    pub(crate) fn grant(&self, manifest: &Manifest) -> Option<&Grant> {
        granted(&self.object, manifest)
    }

    /// What standing needs of it, read at `read`.
    pub(crate) fn evidence(&self, grant: &Grant, read: Timestamp) -> standing::Lease {
        standing::Lease::by_directory(read, self.object.expires, &grant.policy, self.revocation)
    }
}

/// The grant of an object for the product of a manifest, with its number and its family.
pub(crate) fn granted<'o>(object: &'o ActivationObject, manifest: &Manifest) -> Option<&'o Grant> {
    let same =
        |grant: &&Grant| grant.family == manifest.family && grant.number_of(&manifest.product) == Some(manifest.number);
    object.grants.iter().find(same)
}
