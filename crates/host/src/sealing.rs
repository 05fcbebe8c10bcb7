//! What a batch has granted and refused, sealed: its leases first, its refusals after them.
//!
//! The documents are made from the journal's entries alone, so that they can be made again from the journal.

use leasehold_core::{Refusal, Timestamp};
use leasehold_store::host::{Decision, Entry, SealKind, SealRow, Seals, Tip};
use leasehold_wire::seal::{self, Hash, Sealed};
use leasehold_wire::{Keypair, Lease, Method, RefusalReason, SealedRefusal};

/// The documents of a batch, not sealed yet.
#[derive(Debug, Default)]
pub struct Documents {
    pub(crate) leases: Vec<Lease>,
    pub(crate) refusals: Vec<SealedRefusal>,
}

/// The documents of a batch, sealed.
#[derive(Debug, Default)]
pub struct SealedBatch {
    leases: Option<Sealed>,
    refusals: Option<Sealed>,
}

impl Documents {
    /// Those of what was decided, in its order.
    pub fn of(entries: &[Entry]) -> Self {
        Self {
            leases: entries.iter().filter_map(lease).collect(),
            refusals: entries.iter().filter_map(refusal).collect(),
        }
    }

    /// Seals all of them after `tip`.
    pub fn seal(&self, tip: Tip, host: &Keypair) -> SealedBatch {
        let tip = seal::Tip { number: tip.number, seal: tip.seal };
        let leases = (!self.leases.is_empty()).then(|| seal::seal(&self.leases, tip, host));
        let tip = leases.as_ref().map_or(tip, Sealed::tip);
        let refusals = (!self.refusals.is_empty()).then(|| seal::seal(&self.refusals, tip, host));
        SealedBatch { leases, refusals }
    }

    /// The leaves of the seal of this kind.
    pub(crate) fn leaves(&self, kind: SealKind) -> Vec<Hash> {
        match kind {
            SealKind::Leases => self.leases.iter().map(seal::leaf_of).collect(),
            SealKind::Refusals => self.refusals.iter().map(seal::leaf_of).collect(),
        }
    }
}

/// The lease that an entry grants.
fn lease(entry: &Entry) -> Option<Lease> {
    let Decision::Granted { asked, lease, expires, count, terms, user, .. } = &entry.decision else { return None };
    let (method, count) = match user {
        Some(_) => (Method::Subscription, None),
        None => (Method::Host, Some(*count)),
    };
    Some(Lease {
        issued: entry.at,
        expires: Some(*expires),
        cti: *lease,
        client: entry.client,
        product: entry.product,
        family: entry.family,
        renewal: terms.renewal,
        retry: terms.retry,
        grace: terms.grace,
        fingerprint: asked.fingerprint,
        request: asked.request,
        count,
        method,
        features: terms.features.clone(),
    })
}

/// The refusal of an entry; `None` for one of the steps before the sighting is recorded, which are not sealed.
fn refusal(entry: &Entry) -> Option<SealedRefusal> {
    let Decision::Refused { asked, refusal, answer, retry, .. } = &entry.decision else { return None };
    let (reason, count, limit) = reason(refusal)?;
    Some(SealedRefusal {
        issued: entry.at,
        cti: *answer,
        client: entry.client,
        product: entry.product,
        family: entry.family,
        request: asked.request,
        reason,
        retry: *retry,
        count,
        limit,
    })
}

/// The reason of a sealed refusal, with the count and the limit that it speaks of.
fn reason(refusal: &Refusal) -> Option<(RefusalReason, Option<u64>, Option<u64>)> {
    match *refusal {
        Refusal::CloneSuspected => Some((RefusalReason::CloneSuspected, None, None)),
        Refusal::ThresholdNotMet { count, required, .. } => {
            Some((RefusalReason::ThresholdNotMet, Some(count), Some(required)))
        }
        Refusal::CapacityReached { capacity, .. } => Some((RefusalReason::CapacityReached, None, Some(capacity))),
        Refusal::DevicesReached { devices, .. } => Some((RefusalReason::DevicesReached, None, Some(devices))),
        Refusal::HostNotActivated
        | Refusal::ClockBehind { .. }
        | Refusal::ProductNotGranted
        | Refusal::KeyMismatch
        | Refusal::GrantEnded { .. }
        | Refusal::ClockSkew { .. }
        | Refusal::Revoked
        | Refusal::SignInNeeded(_)
        | Refusal::NotSubscribed
        | Refusal::Replayed { .. } => None,
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
    pub fn rows(&self, at: Timestamp) -> Seals {
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
        size: sealed.leaves.len() as u64,
        leaves: sealed.leaves.clone(),
    }
}
