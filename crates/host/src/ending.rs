//! Leases that are ended by others than their clients, and clients that are forgotten: each in a batch of its own.

use leasehold_core::{Cti, FamilyId, KeyId, LeaseEnd, ProductId, Span, Text, Timestamp};
use leasehold_store::StoreError;
use leasehold_store::host::{Batch, ClientRow, EndCause, Family, HostStore, Ledger, Seals, Subject};

use crate::identity::Identity;
use crate::shared::Shared;

/// Who ends leases, and when.
pub(crate) struct Ending<'e> {
    pub(crate) identity: &'e Identity,
    pub(crate) shared: &'e Shared,
    pub(crate) now: Timestamp,
}

impl Ending<'_> {
    /// Ends these leases of a client in a family; whether one of them could still run.
    pub(crate) fn end(
        &self,
        store: &mut dyn HostStore,
        (client, family): (KeyId, FamilyId),
        leases: &[(ProductId, Cti)],
        cause: &EndCause,
    ) -> Result<bool, StoreError> {
        let products: Vec<ProductId> = leases.iter().map(|(product, _)| *product).collect();
        let mut done = false;
        self.transact(store, (client, family), &products, &mut |ledger| {
            done = false;
            for (at, (_, lease)) in leases.iter().enumerate() {
                done |= ledger.end(at, *lease, cause.clone());
            }
        })?;
        Ok(done)
    }

    /// Ends all leases of a client in a family and forgets it; whether it was known.
    pub(crate) fn forget(&self, store: &mut dyn HostStore, row: &ClientRow, by: &Text) -> Result<bool, StoreError> {
        let leases = may_run(row);
        let mut products: Vec<ProductId> = leases.iter().map(|(product, _)| *product).collect();
        let asked = row.sighting.requests.iter().map(|(product, _)| *product);
        products.extend(asked.chain(row.leases.iter().map(|(product, _)| *product)).next());
        let mut done = false;
        self.transact(store, (row.client, row.family), &products, &mut |ledger| {
            for (at, (_, lease)) in leases.iter().enumerate() {
                ledger.end(at, *lease, EndCause::Ordered { by: by.clone() });
            }
            done = products.len() > leases.len() && ledger.forget(leases.len(), by.clone());
        })?;
        Ok(done)
    }

    fn transact(
        &self,
        store: &mut dyn HostStore,
        (client, family): (KeyId, FamilyId),
        products: &[ProductId],
        decide: &mut dyn FnMut(&mut Ledger),
    ) -> Result<(), StoreError> {
        let granted = self.identity.certificate().grants.iter().find(|grant| grant.family == family);
        let families = [Family { id: family, window: granted.map_or(Span::DAY, |grant| grant.policy.window) }];
        let subject =
            |product: &ProductId| Subject { family: 0, client, product: *product, fingerprint: None, user: None };
        let subjects: Vec<Subject> = products.iter().map(subject).collect();
        let batch = Batch { host: self.identity.id(), now: self.now, families: &families, subjects: &subjects };
        let recorded = store.decide(&batch, &mut |ledger| {
            decide(ledger);
            Seals::default()
        })?;
        self.shared.recorded(self.identity.id(), recorded, None);
        Ok(())
    }
}

/// The leases of a client that run at some time.
fn may_run(row: &ClientRow) -> Vec<(ProductId, Cti)> {
    let leases = row.leases.iter().filter(|(_, lease)| lease.held.end == LeaseEnd::Expiry);
    leases.map(|(product, lease)| (*product, lease.held.lease)).collect()
}

/// How far the leases of clients that the vendor has revoked were ended: they occupy no place.
#[derive(Debug, Default)]
pub(crate) struct RevokedClients {
    list: Option<u64>,
    next: usize,
}

impl RevokedClients {
    /// Ends the leases of some of the clients that are on the revocation list; whether there are more to look at. Each
    /// list is gone through once, and again after a start.
    pub(crate) fn end_some(&mut self, shared: &Shared, store: &mut dyn HostStore) -> bool {
        let Some(identity) = shared.identity() else { return false };
        let Some(list) = identity.revocation_list() else { return false };
        if self.list != Some(list.number) {
            *self = Self { list: Some(list.number), next: 0 };
        }
        let ending = Ending { identity: &identity, shared, now: shared.clock.now() };
        for client in list.keys.iter().skip(self.next).take(CLIENTS) {
            if let Err(error) = ending.revoke(store, *client) {
                tracing::warn!(%error, "the leases of a revoked client are not ended yet");
                return false;
            }
            self.next += 1;
        }
        self.next < list.keys.len()
    }
}

impl Ending<'_> {
    fn revoke(&self, store: &mut dyn HostStore, client: KeyId) -> Result<(), StoreError> {
        for row in store.rows_of(client)? {
            let leases = may_run(&row);
            if !leases.is_empty() && self.end(store, (client, row.family), &leases, &EndCause::Revoked)? {
                tracing::info!(%client, family = %row.family, "the leases of a revoked client were ended");
            }
        }
        Ok(())
    }
}

/// Clients that are looked up between two batches.
const CLIENTS: usize = 64;
