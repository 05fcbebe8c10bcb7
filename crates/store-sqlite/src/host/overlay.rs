//! Rows that are in the journal but not yet in the tables, in the order of their keys.

use std::collections::BTreeMap;

use leasehold_core::KeyId;
use leasehold_store::host::{LeaseRow, Sighting};

pub(super) type ClientKey = (KeyId, i64);
pub(super) type LeaseKey = (KeyId, i64, i64);

/// The newest state of every row that the tables do not have yet.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    sightings: BTreeMap<ClientKey, Sighting>,
    leases: BTreeMap<LeaseKey, LeaseRow>,
    sweep: Sweep,
}

/// How far folding has come on its way through the keys.
#[derive(Clone, Copy, Debug, Default)]
struct Sweep {
    after: Option<KeyId>,
    began_at: i64,
}

/// What one step of folding has written.
#[derive(Debug, Default)]
pub(super) struct Folded {
    pub(super) clients: Vec<ClientKey>,
    pub(super) leases: Vec<LeaseKey>,
    sweep: Sweep,
    /// The batch up to which the tables now have everything, where the step has ended a sweep.
    pub(super) up_to: Option<i64>,
}

impl Overlay {
    pub(super) fn is_empty(&self) -> bool {
        self.sightings.is_empty() && self.leases.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.sightings.len()
    }

    pub(super) fn sighting(&self, key: &ClientKey) -> Option<&Sighting> {
        self.sightings.get(key)
    }

    pub(super) fn lease_of(&self, key: &LeaseKey) -> Option<&LeaseRow> {
        self.leases.get(key)
    }

    pub(super) fn see(&mut self, key: ClientKey, sighting: Sighting) {
        self.sightings.insert(key, sighting);
    }

    pub(super) fn lease(&mut self, key: LeaseKey, lease: LeaseRow) {
        self.leases.insert(key, lease);
    }

    pub(super) fn sightings(&self) -> &BTreeMap<ClientKey, Sighting> {
        &self.sightings
    }

    pub(super) fn leases(&self) -> &BTreeMap<LeaseKey, LeaseRow> {
        &self.leases
    }

    /// The next about `max` clients of the sweep, with their leases; `last_batch` is the newest batch in memory.
    pub(super) fn next(&self, max: usize, last_batch: i64) -> Folded {
        let mut sweep = self.sweep;
        if sweep.after.is_none() {
            sweep.began_at = last_batch;
        }
        let from = sweep.after.map_or((KeyId([0; 16]), i64::MIN), |client| (client, i64::MAX));
        let clients: Vec<ClientKey> = self.sightings.range(from..).map(|(key, _)| *key).take(max).collect();
        let last = clients.last().filter(|_| clients.len() == max).map(|(client, _)| *client);
        let leases = self.leases.range((from.0, i64::MIN, i64::MIN)..).map(|(key, _)| *key);
        let leases = leases.take_while(|(client, ..)| last.is_none_or(|last| *client <= last)).collect();
        let up_to = last.is_none().then_some(sweep.began_at);
        Folded { clients, leases, sweep: Sweep { after: last, ..sweep }, up_to }
    }

    /// Takes away what the tables have now.
    pub(super) fn forget(&mut self, folded: &Folded) {
        folded.clients.iter().for_each(|key| {
            self.sightings.remove(key);
        });
        folded.leases.iter().for_each(|key| {
            self.leases.remove(key);
        });
        if !folded.clients.is_empty() || !folded.leases.is_empty() || folded.up_to.is_some() {
            self.sweep = folded.sweep;
        }
    }
}
