//! Whether a host's answer is the lease that was asked for. It is checked whole before it replaces the old one.

use leasehold_core::{PublicKey, Timestamp};
use leasehold_wire::envelope::with_chain;
use leasehold_wire::{Envelope, Lease, Manifest, Reason, Revocations, verify};

use crate::error::failure::Failure;
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

/// How a lease differs from the one that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// It is for another device key.
    #[error("it is for another client")]
    Client,
    /// It is for another product or family.
    #[error("it is for another product")]
    Product,
    /// It answers another request.
    #[error("it answers another request")]
    Request,
    /// It is for another machine.
    #[error("it is for another machine")]
    Fingerprint,
    /// It was granted by another method.
    #[error("it is not one of a multiple key")]
    Method,
}

/// What an answer is checked against.
#[derive(Debug)]
pub(crate) struct Expected<'e> {
    pub(crate) manifest: &'e Manifest,
    pub(crate) revocations: Option<&'e Revocations>,
    pub(crate) now: Timestamp,
}

impl Expected<'_> {
    /// Checks the lease that answers `request`.
    pub(crate) fn accept(&self, request: &LeaseRequest, answer: &[u8]) -> Result<Accepted, Rejected> {
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
        let opened =
            verify::<Lease>(&bytes, self.root(), self.now, self.revocations).map_err(|reason| match reason {
                // The certificate held may be older than the lease: only with the host's own chain can it be judged.
                Reason::BadSignature | Reason::NotAuthorised(_) | Reason::UnknownSigner
                    if bare && !request.chain.is_empty() =>
                {
                    Rejected::NeedsChain
                }
                Reason::UnknownSigner if !bare => Rejected::For(Failure::Foreign),
                other => reject(other),
            })?;
        self.check(request, &opened.document).map_err(|mismatch| Rejected::For(Failure::OtherLease(mismatch)))?;
        Ok(Accepted { bytes, lease: opened.document })
    }

    fn check(&self, request: &LeaseRequest, lease: &Lease) -> Result<(), Mismatch> {
        if lease.client != request.request.key.id() {
            Err(Mismatch::Client)
        } else if lease.product != request.request.product || lease.family != self.manifest.family {
            Err(Mismatch::Product)
        } else if lease.request != request.request.cti {
            Err(Mismatch::Request)
        } else if lease.fingerprint != request.request.fingerprint {
            Err(Mismatch::Fingerprint)
        } else {
            Ok(())
        }
    }

    fn root(&self) -> &PublicKey {
        &self.manifest.root
    }
}
