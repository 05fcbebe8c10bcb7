//! Whether what a host has answered is the lease that was asked for: checked whole before it replaces the old one.

use leasehold_core::{PublicKey, Timestamp};
use leasehold_wire::envelope::{sign, with_chain};
use leasehold_wire::{Envelope, Keypair, Lease, Manifest, Reason, Request, Revocations, verify};

use crate::error::Failure;

/// A request as it was sent, and what its answer is checked with.
#[derive(Debug)]
pub(crate) struct Sent {
    /// What it says.
    pub(crate) request: Request,
    /// The device key.
    pub(crate) key: Keypair,
    /// The chain held of the host that body 6 names, nearest signer first.
    pub(crate) chain: Vec<Vec<u8>>,
}

impl Sent {
    /// The request, signed.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        sign(&self.request, &self.key, &[])
    }

    /// The same request, without a word of a chain that is held.
    pub(crate) fn asking_for_chain(&self) -> Self {
        let request = Request { chain_of: None, ..self.request.clone() };
        Self { request, key: self.key.clone(), chain: Vec::new() }
    }
}

/// A lease that is the one that was asked for.
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

/// In what a lease differs from the one that was asked for.
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
    /// It came about in another way than it was asked for.
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
    /// Checks the lease that answers `sent`.
    pub(crate) fn accept(&self, sent: &Sent, answer: &[u8]) -> Result<Accepted, Rejected> {
        let reject = |reason| Rejected::For(Failure::Lease(reason));
        let envelope = Envelope::parse(answer).map_err(|error| reject(error.into()))?;
        let bare = envelope.chain.is_empty();
        let bytes = if bare && sent.request.chain_of.is_some() {
            if sent.request.chain_of != Some(envelope.kid) {
                return Err(Rejected::NeedsChain);
            }
            let chain: Vec<&[u8]> = sent.chain.iter().map(Vec::as_slice).collect();
            with_chain(answer, &chain).map_err(|error| reject(error.into()))?
        } else {
            answer.to_vec()
        };
        let opened =
            verify::<Lease>(&bytes, self.root(), self.now, self.revocations).map_err(|reason| match reason {
                // The certificate held may be older than the lease: only with the host's own chain can it be judged.
                Reason::BadSignature | Reason::NotAuthorised(_) | Reason::UnknownSigner
                    if bare && !sent.chain.is_empty() =>
                {
                    Rejected::NeedsChain
                }
                Reason::UnknownSigner if !bare => Rejected::For(Failure::Foreign),
                other => reject(other),
            })?;
        self.fits(sent, &opened.document).map_err(|mismatch| Rejected::For(Failure::OtherLease(mismatch)))?;
        Ok(Accepted { bytes, lease: opened.document })
    }

    fn fits(&self, sent: &Sent, lease: &Lease) -> Result<(), Mismatch> {
        if lease.client != sent.request.key.id() {
            Err(Mismatch::Client)
        } else if lease.product != sent.request.product || lease.family != self.manifest.family {
            Err(Mismatch::Product)
        } else if lease.request != sent.request.cti {
            Err(Mismatch::Request)
        } else if lease.fingerprint != sent.request.fingerprint {
            Err(Mismatch::Fingerprint)
        } else {
            Ok(())
        }
    }

    fn root(&self) -> &PublicKey {
        &self.manifest.root
    }
}
