//! The lease in hand: verified whole each time it is read from its file.

use leasehold_core::standing::{Machine, Revocation};
use leasehold_core::{Fingerprint, KeyId, PublicKey, Timestamp, attempt, standing};
use leasehold_wire::trust::Verifiable;
use leasehold_wire::{Envelope, Lease, Method, Reason, Revocations, verify};

use crate::state::device::Device;
use crate::state::record::Due;

/// A stored lease that leads up to the vendor's root, with its chain.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    /// What it says.
    pub(crate) lease: Lease,
    /// Who signed it.
    pub(crate) signer: KeyId,
    /// Whether the revocation list speaks against it.
    pub(crate) revocation: Revocation,
    bytes: Vec<u8>,
}

impl Held {
    /// The lease in a file; `None` where it is none, or none of this vendor's.
    ///
    /// It is verified at the time of its own making: that it has ended since is for standing to say.
    pub(crate) fn open(bytes: &[u8], root: &PublicKey, revocations: Option<&Revocations>) -> Option<Self> {
        let envelope = Envelope::parse(bytes).ok()?;
        let lease: Lease = envelope.document().ok()?;
        let revocation = revocation_of::<Lease>(bytes, root, lease.issued, revocations)?;
        Some(Self { lease, signer: envelope.kid, revocation, bytes: bytes.to_vec() })
    }

    /// The host that granted it with the host's chain, nearest signer first; `None` where no host did, or where the
    /// chain has been revoked.
    pub(crate) fn chain_of_host(&self) -> Option<(KeyId, Vec<Vec<u8>>)> {
        let chain = Envelope::parse(&self.bytes).ok()?.chain;
        let usable = chain.len() == 2 && self.revocation == Revocation::Clear;
        usable.then(|| (self.signer, chain.into_iter().map(<[u8]>::to_vec).collect()))
    }

    /// What standing needs of it, for a machine that shows `fingerprint` now.
    /// Where that is another one's, it was first noticed at `since`.
    pub(crate) fn evidence(&self, fingerprint: Option<&Fingerprint>, drift: u64, since: Timestamp) -> standing::Lease {
        let same = self.is_of(fingerprint, drift);
        standing::Lease {
            issued: self.lease.issued,
            expires: self.lease.expires,
            renewal: self.lease.renewal,
            grace: self.lease.grace,
            machine: if same { Machine::Same } else { Machine::Another { since } },
            revocation: self.revocation,
        }
    }

    /// Whether it was granted to the machine that shows `fingerprint` now.
    pub(crate) fn is_of(&self, fingerprint: Option<&Fingerprint>, drift: u64) -> bool {
        fingerprint.is_some_and(|now| self.lease.fingerprint.same_machine(now, drift))
    }

    /// Whether the host may still count it.
    pub(crate) fn runs_at(&self, now: Timestamp) -> bool {
        self.lease.expires.is_none_or(|end| now < end)
    }

    /// When another is to follow it.
    pub(crate) fn due(&self, device: &Device, evidence: &standing::Lease) -> Due {
        // A multiple key's lease is never renewed: another one takes the key.
        if self.lease.method == Method::MultipleKey && device.is(self.lease.client) {
            return Due::Never;
        }
        let good = evidence.machine == Machine::Same && evidence.revocation == Revocation::Clear;
        match (device.id(), self.lease.expires) {
            (Some(client), Some(_)) if good && client == self.lease.client => {
                Due::At(attempt::renew_at(client, self.lease.issued, self.lease.renewal))
            }
            (Some(client), None) if good && client == self.lease.client => Due::Never,
            (Some(_) | None, _) => Due::Now,
        }
    }
}

/// What the revocation list says of a stored document that leads up to `root`, verified at `at`; `None` where it does not.
pub(crate) fn revocation_of<D: Verifiable>(
    bytes: &[u8],
    root: &PublicKey,
    at: Timestamp,
    revocations: Option<&Revocations>,
) -> Option<Revocation> {
    match verify::<D>(bytes, root, at, revocations) {
        Ok(_) => Some(Revocation::Clear),
        // Found after the signatures were found to hold.
        Err(Reason::Revoked) => Some(Revocation::Revoked),
        Err(
            Reason::Malformed(_)
            | Reason::UnknownSigner
            | Reason::BadSignature
            | Reason::NotAuthorised(_)
            | Reason::NotYetValid
            | Reason::Expired,
        ) => None,
    }
}
