//! Rows that are in the journal but not yet in the tables, in the order of their keys.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use leasehold_core::{Fingerprint, KeyId, Timestamp, UserId};
use leasehold_store::host::{LeaseRow, Sighting};

use super::chain::Links;

pub(super) type ClientKey = (KeyId, i64);
pub(super) type LeaseKey = (KeyId, i64, i64);

/// The newest state of every row that the tables do not have yet, and how far they lag behind the journal.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    sightings: BTreeMap<ClientKey, Pending<Sighting>>,
    leases: BTreeMap<LeaseKey, Pending<LeaseRow>>,
    /// The clients among them that count, by family and fingerprint.
    counting: HashMap<(i64, Fingerprint), BTreeSet<KeyId>>,
    /// The leases among them that users hold.
    users: HashMap<UserId, BTreeSet<LeaseKey>>,
    links: Links,
    sweep: Sweep,
    lag: Lag,
}

/// A row that waits to be folded.
#[derive(Clone, Debug)]
pub(super) struct Pending<R> {
    /// As the journal leaves it.
    pub(super) row: R,
    /// The time by which the table's row is counted; `None` where the table has none that counts.
    pub(super) folded: Option<Timestamp>,
}

/// How far folding has come on its way through the keys.
#[derive(Clone, Copy, Debug, Default)]
struct Sweep {
    after: Option<KeyId>,
    began_at: i64,
}

/// Journal entries that are read again when the store is opened.
#[derive(Clone, Copy, Debug, Default)]
struct Lag {
    entries: usize,
    since_the_sweep_began: usize,
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

    /// Clients that wait to be folded.
    pub(super) fn len(&self) -> usize {
        self.sightings.len()
    }

    /// Journal entries that are not folded yet.
    pub(super) fn lag(&self) -> usize {
        self.lag.entries
    }

    /// Counts entries that the journal got.
    pub(super) fn journalled(&mut self, entries: usize) {
        self.lag.entries += entries;
        self.lag.since_the_sweep_began += entries;
    }

    /// The seals among what waits.
    pub(super) fn links(&self) -> &Links {
        &self.links
    }

    /// Takes in which batch a seal is.
    pub(super) fn sealed(&mut self, host: KeyId, number: u64, batch: i64) {
        self.links.add(host, number, batch);
    }

    pub(super) fn sighting(&self, key: &ClientKey) -> Option<&Sighting> {
        self.sightings.get(key).map(|pending| &pending.row)
    }

    pub(super) fn lease_of(&self, key: &LeaseKey) -> Option<&LeaseRow> {
        self.leases.get(key).map(|pending| &pending.row)
    }

    /// The clients of a family that count and have this fingerprint.
    pub(super) fn counting(&self, family: i64, fingerprint: &Fingerprint) -> impl Iterator<Item = KeyId> {
        self.counting.get(&(family, *fingerprint)).into_iter().flatten().copied()
    }

    /// Takes a client's newest state; `before` is when it was last seen before, if it counted.
    pub(super) fn see(&mut self, key: ClientKey, sighting: Sighting, before: Option<Timestamp>) {
        let counted = |row: &Sighting| row.may_count().then_some(row.fingerprint);
        let (was, is) = (self.sighting(&key).and_then(counted), counted(&sighting));
        if was != is {
            was.into_iter().for_each(|fingerprint| self.uncount(key, fingerprint));
            is.into_iter().for_each(|fingerprint| {
                self.counting.entry((key.1, fingerprint)).or_default().insert(key.0);
            });
        }
        put(&mut self.sightings, key, sighting, before);
    }

    fn uncount(&mut self, (client, family): ClientKey, fingerprint: Fingerprint) {
        if let Some(clients) = self.counting.get_mut(&(family, fingerprint)) {
            clients.remove(&client);
            if clients.is_empty() {
                self.counting.remove(&(family, fingerprint));
            }
        }
    }

    /// Takes a lease's newest state; `before` is until when it ran before.
    pub(super) fn lease(&mut self, key: LeaseKey, lease: LeaseRow, before: Option<Timestamp>) {
        self.disown(key);
        if let Some(user) = lease.held.user {
            self.users.entry(user).or_default().insert(key);
        }
        put(&mut self.leases, key, lease, before);
    }

    /// The leases of a user.
    pub(super) fn leases_of_user(&self, user: UserId) -> impl Iterator<Item = LeaseKey> {
        self.users.get(&user).into_iter().flatten().copied()
    }

    /// Takes a lease from the user who holds it.
    fn disown(&mut self, key: LeaseKey) {
        if let Some(user) = self.lease_of(&key).and_then(|lease| lease.held.user)
            && let Some(leases) = self.users.get_mut(&user)
        {
            leases.remove(&key);
            if leases.is_empty() {
                self.users.remove(&user);
            }
        }
    }

    pub(super) fn sightings(&self) -> &BTreeMap<ClientKey, Pending<Sighting>> {
        &self.sightings
    }

    pub(super) fn leases(&self) -> &BTreeMap<LeaseKey, Pending<LeaseRow>> {
        &self.leases
    }

    /// The next about `max` clients of the sweep, each with all its families and leases; `last_batch` is the newest batch
    /// in memory.
    pub(super) fn next(&self, max: usize, last_batch: i64) -> Folded {
        let mut sweep = self.sweep;
        if sweep.after.is_none() {
            sweep.began_at = last_batch;
        }
        let from = sweep.after.map_or((KeyId([0; 16]), i64::MIN), |client| (client, i64::MAX));
        let mut clients: Vec<ClientKey> = Vec::new();
        // The last client of the step, where others come after it.
        let mut last = None;
        for (key, _) in self.sightings.range(from..) {
            match clients.last() {
                Some((client, _)) if clients.len() >= max && *client != key.0 => {
                    last = Some(*client);
                    break;
                }
                Some(_) | None => clients.push(*key),
            }
        }
        let leases = self.leases.range((from.0, i64::MIN, i64::MIN)..).map(|(key, _)| *key);
        let leases = leases.take_while(|(client, ..)| last.is_none_or(|last| *client <= last)).collect();
        let up_to = last.is_none().then_some(sweep.began_at);
        Folded { clients, leases, sweep: Sweep { after: last, ..sweep }, up_to }
    }

    /// Takes away what the tables have now.
    pub(super) fn forget(&mut self, folded: &Folded) {
        for key in &folded.clients {
            if let Some(pending) = self.sightings.remove(key) {
                self.uncount(*key, pending.row.fingerprint);
            }
        }
        folded.leases.iter().for_each(|key| {
            self.disown(*key);
            self.leases.remove(key);
        });
        if folded.clients.is_empty() && folded.leases.is_empty() && folded.up_to.is_none() {
            return;
        }
        if self.sweep.after.is_none() {
            self.lag.since_the_sweep_began = 0;
        }
        if let Some(batch) = folded.up_to {
            self.lag.entries = self.lag.since_the_sweep_began;
            self.links.forget(batch);
        }
        self.sweep = folded.sweep;
    }
}

fn put<K: Ord, R>(rows: &mut BTreeMap<K, Pending<R>>, key: K, row: R, before: Option<Timestamp>) {
    match rows.entry(key) {
        Entry::Occupied(mut waiting) => waiting.get_mut().row = row,
        // What was there before comes from the table.
        Entry::Vacant(vacant) => {
            vacant.insert(Pending { row, folded: before });
        }
    }
}

#[cfg(test)]
mod tests {
    use leasehold_core::{Component, Counting, Fingerprint};

    use super::*;

    fn client(n: u8) -> KeyId {
        KeyId([n; 16])
    }

    fn overlay(keys: &[(u8, i64)]) -> Overlay {
        let mut overlay = Overlay::default();
        let time = Timestamp::from_unix(1);
        for (n, family) in keys {
            let fingerprint = Fingerprint::new([(Component::MachineId, [*n; 8])]).expect("a component");
            let sighting = Sighting {
                first: time,
                last: time,
                fingerprint,
                name: None,
                address: None,
                counting: Counting::Counts,
                requests: Vec::new(),
            };
            overlay.see((client(*n), *family), sighting, None);
        }
        overlay.journalled(keys.len());
        overlay
    }

    #[test]
    fn a_sweep_ends_with_the_step_that_takes_the_last_client_however_many_that_are() {
        for count in 1..=6_u8 {
            let keys: Vec<(u8, i64)> = (1..=count).map(|n| (n, 1)).collect();
            let mut overlay = overlay(&keys);
            let mut ended = Vec::new();
            while !overlay.is_empty() {
                let folded = overlay.next(2, 7);
                ended.push(folded.up_to);
                overlay.forget(&folded);
            }
            let (last, before) = ended.split_last().expect("a step");
            assert_eq!((*last, overlay.lag()), (Some(7), 0), "{count} clients");
            assert!(before.iter().all(Option::is_none));
        }
    }

    #[test]
    fn a_step_takes_all_families_of_a_client() {
        let overlay = overlay(&[(1, 1), (2, 1), (2, 2), (3, 1)]);
        let folded = overlay.next(2, 1);
        assert_eq!(folded.clients, [(client(1), 1), (client(2), 1), (client(2), 2)]);
        assert_eq!(folded.up_to, None);
    }
}
