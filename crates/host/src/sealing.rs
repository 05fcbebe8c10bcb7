//! What a batch has granted and refused, sealed: its leases first, its refusals after them.

use leasehold_core::{Cti, FamilyId, KeyId, Policy, Refusal, Timestamp};
use leasehold_store::host::{SealKind, SealRow, Seals, Tip};
use leasehold_wire::seal::{self, Sealed};
use leasehold_wire::{Keypair, Lease, Method, RefusalReason, Request, SealedRefusal};

/// What is decided for one request, besides the decision itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answered<'a> {
    /// The device key that asked.
    pub(crate) client: KeyId,
    /// What it asked.
    pub(crate) request: &'a Request,
    /// The family that was counted.
    pub(crate) family: FamilyId,
    /// Its policy.
    pub(crate) policy: &'a Policy,
    /// The name of the answer.
    pub(crate) cti: Cti,
    /// When it was decided.
    pub(crate) now: Timestamp,
}

/// The documents of a batch, not sealed yet.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    leases: Vec<Lease>,
    refusals: Vec<SealedRefusal>,
}

/// The documents of a batch, sealed.
#[derive(Debug, Default)]
pub(crate) struct SealedBatch {
    leases: Option<Sealed>,
    refusals: Option<Sealed>,
}

impl Documents {
    /// Adds a lease; its place among the leases.
    pub(crate) fn grant(&mut self, to: &Answered<'_>, expires: Timestamp, count: u64) -> usize {
        let Answered { client, request, family, policy, cti, now } = *to;
        self.leases.push(Lease {
            issued: now,
            expires: Some(expires),
            cti,
            client,
            product: request.product,
            family,
            renewal: policy.renewal,
            retry: policy.retry,
            grace: policy.grace,
            fingerprint: request.fingerprint,
            request: request.cti,
            count: Some(count),
            method: Method::Host,
            features: policy.features.clone(),
        });
        self.leases.len() - 1
    }

    /// Adds a refusal; its place among the refusals. `None` for one of the steps before the sighting is recorded, which
    /// are not sealed.
    pub(crate) fn refuse(&mut self, to: &Answered<'_>, refusal: &Refusal) -> Option<usize> {
        let (reason, count, limit) = match *refusal {
            Refusal::CloneSuspected => (RefusalReason::CloneSuspected, None, None),
            Refusal::ThresholdNotMet { count, required, .. } => {
                (RefusalReason::ThresholdNotMet, Some(count), Some(required))
            }
            Refusal::CapacityReached { capacity, .. } => (RefusalReason::CapacityReached, None, Some(capacity)),
            Refusal::HostNotActivated
            | Refusal::ClockBehind { .. }
            | Refusal::ProductNotGranted
            | Refusal::KeyMismatch
            | Refusal::GrantEnded { .. }
            | Refusal::ClockSkew { .. }
            | Refusal::Revoked
            | Refusal::Replayed { .. } => return None,
        };
        let Answered { client, request, family, policy, cti, now } = *to;
        self.refusals.push(SealedRefusal {
            issued: now,
            cti,
            client,
            product: request.product,
            family,
            request: request.cti,
            reason,
            retry: policy.retry,
            count,
            limit,
        });
        Some(self.refusals.len() - 1)
    }

    /// Seals all of them after `tip`.
    pub(crate) fn seal(&self, tip: Tip, host: &Keypair) -> SealedBatch {
        let tip = seal::Tip { number: tip.number, seal: tip.seal };
        let leases = (!self.leases.is_empty()).then(|| seal::seal(&self.leases, tip, host));
        let tip = leases.as_ref().map_or(tip, Sealed::tip);
        let refusals = (!self.refusals.is_empty()).then(|| seal::seal(&self.refusals, tip, host));
        SealedBatch { leases, refusals }
    }
}

impl SealedBatch {
    /// The lease at this place, as the client gets it.
    pub(crate) fn lease(&self, at: usize, chain: &[&[u8]]) -> Option<Vec<u8>> {
        self.leases.as_ref().map(|sealed| sealed.document(at, chain))
    }

    /// The refusal at this place, as the client gets it.
    pub(crate) fn refusal(&self, at: usize, chain: &[&[u8]]) -> Option<Vec<u8>> {
        self.refusals.as_ref().map(|sealed| sealed.document(at, chain))
    }

    /// The rows for the store.
    pub(crate) fn rows(&self, at: Timestamp) -> Seals {
        let row = |kind, sealed: &Option<Sealed>| sealed.as_ref().map(|sealed| row(kind, sealed, at));
        Seals { leases: row(SealKind::Leases, &self.leases), refusals: row(SealKind::Refusals, &self.refusals) }
    }

    /// The newest seal; `None` where nothing was sealed.
    pub(crate) fn tip(&self) -> Option<Tip> {
        let seal::Tip { number, seal } = self.refusals.as_ref().or(self.leases.as_ref())?.tip();
        Some(Tip { number, seal })
    }
}

fn row(kind: SealKind, sealed: &Sealed, at: Timestamp) -> SealRow {
    SealRow {
        kind,
        number: sealed.number,
        previous: sealed.previous,
        root: sealed.root,
        seal: sealed.seal,
        signature: sealed.signature,
        at,
        leaves: sealed.leaves.clone(),
    }
}
