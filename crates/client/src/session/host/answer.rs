//! Whether a host's answer is the lease that was asked for, or a refusal that the host has signed. It is checked whole before
//! anything changes.

use leasehold_core::{Cti, FamilyId, KeyId, ProductId, Timestamp, clock};
use leasehold_wire::envelope::with_chain;
use leasehold_wire::trust::Verifiable;
use leasehold_wire::{Envelope, Lease, Manifest, Opened, Reason, Revocations, SealedRefusal, verify};

use crate::error::failure::{Failure, Mismatch};
use crate::refused::Proof;
use crate::session::host::request::LeaseRequest;

/// A lease that answers the request.
#[derive(Debug)]
pub(crate) struct Accepted {
    /// The lease with its chain.
    pub(crate) bytes: Vec<u8>,
    /// What it says.
    pub(crate) lease: Lease,
}

/// Why an answer is not accepted.
#[derive(Debug)]
pub(crate) enum Rejected {
    /// The chain held does not carry it: the host has another key or certificate by now. Ask for the chain.
    NeedsChain,
    /// It is not what was asked for.
    For(Failure),
}

/// What an answer is checked against.
#[derive(Debug)]
pub(crate) struct Expected<'e> {
    pub(crate) manifest: &'e Manifest,
    pub(crate) revocations: Option<&'e Revocations>,
    pub(crate) now: Timestamp,
    /// The floor of proven time.
    pub(crate) floor: Timestamp,
    /// When the request was made, where it was carried: its answer may be as old as that, and the machine may have drifted
    /// since.
    pub(crate) carried: Option<Timestamp>,
}

/// What a lease and a refusal have in common.
struct Subject {
    client: KeyId,
    product: ProductId,
    family: FamilyId,
    request: Cti,
    issued: Timestamp,
}

impl Expected<'_> {
    /// Checks the lease that answers `request`.
    pub(crate) fn accept(&self, request: &LeaseRequest, answer: &[u8]) -> Result<Accepted, Rejected> {
        let (bytes, opened) = self.open::<Lease>(request, answer)?;
        let lease = opened.document;
        let subject = Subject {
            client: lease.client,
            product: lease.product,
            family: lease.family,
            request: lease.request,
            issued: lease.issued,
        };
        self.check(request, &subject)?;
        let asked_with = &request.request.fingerprint;
        let same = match self.carried {
            None => lease.fingerprint == *asked_with,
            Some(_) => lease.fingerprint.same_machine(asked_with, self.manifest.drift),
        };
        if !same {
            return Err(Rejected::For(Failure::OtherLease(Mismatch::Fingerprint)));
        }
        Ok(Accepted { bytes, lease })
    }

    /// Checks the signed refusal of `request`: what it says, and its proof.
    pub(crate) fn prove(&self, request: &LeaseRequest, answer: &[u8]) -> Result<(SealedRefusal, Proof), Rejected> {
        let (document, opened) = self.open::<SealedRefusal>(request, answer)?;
        let refusal = opened.document;
        let subject = Subject {
            client: refusal.client,
            product: refusal.product,
            family: refusal.family,
            request: refusal.request,
            issued: refusal.issued,
        };
        self.check(request, &subject)?;
        Ok((refusal, Proof { host: opened.signer, document }))
    }

    /// Verifies an answer, with the chain that is held where it came without one.
    fn open<D: Verifiable>(&self, request: &LeaseRequest, answer: &[u8]) -> Result<(Vec<u8>, Opened<D>), Rejected> {
        let reject = |reason| Rejected::For(Failure::Lease(reason));
        let envelope = Envelope::parse(answer).map_err(|error| reject(error.into()))?;
        let bare = envelope.chain.is_empty();
        let bytes = if bare && request.request.chain_of.is_some() {
            if request.request.chain_of != Some(envelope.kid) {
                return Err(Rejected::NeedsChain);
            }
            let chain: Vec<&[u8]> = request.chain.iter().map(Vec::as_slice).collect();
            with_chain(answer, &chain).map_err(|error| reject(error.into()))?
        } else {
            answer.to_vec()
        };
        let opened = verify::<D>(&bytes, &self.manifest.root, self.now, self.revocations);
        let opened = opened.map_err(|reason| match reason {
            // The certificate held may be older than the answer: only with the host's own chain can it be judged.
            Reason::BadSignature | Reason::NotAuthorised(_) | Reason::UnknownSigner
                if bare && !request.chain.is_empty() =>
            {
                Rejected::NeedsChain
            }
            Reason::UnknownSigner if !bare => Rejected::For(Failure::Foreign),
            other => reject(other),
        })?;
        Ok((bytes, opened))
    }

    fn check(&self, request: &LeaseRequest, subject: &Subject) -> Result<(), Rejected> {
        let request = &request.request;
        let mismatch = if subject.client != request.key.id() {
            Mismatch::Client
        } else if subject.product != request.product || subject.family != self.manifest.family {
            Mismatch::Product
        } else if subject.request != request.cti {
            Mismatch::Request
        } else {
            let floor = self.carried.map_or(self.floor, |made| made.min(self.floor));
            let raised = clock::raise(floor, subject.issued);
            return raised.map(drop).map_err(|skew| Rejected::For(Failure::ClockSkew(skew)));
        };
        Err(Rejected::For(Failure::OtherLease(mismatch)))
    }
}
