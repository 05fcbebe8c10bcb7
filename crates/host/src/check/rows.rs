//! The rows that the journal leads to, beside those of the tables.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use leasehold_core::{FamilyId, Finding, KeyId, ProductId};
use leasehold_store::host::{ClientRow, Entry, LeaseRow, Sighting};

use super::Faults;

/// One part of the clients: their rows as the journal leaves them, less those that the tables have shown.
#[derive(Default)]
pub(super) struct Rows {
    part: Part,
    max: usize,
    sightings: HashMap<(KeyId, FamilyId), Sighting>,
    leases: HashMap<(KeyId, FamilyId, ProductId), LeaseRow>,
    faults: Faults,
}

/// Which clients: those whose hash ends with the bits of `number`. The hash is keyed, so that no client chooses its part.
#[derive(Default)]
struct Part {
    hasher: RandomState,
    bits: u32,
    number: u64,
}

impl Part {
    fn has(&self, client: KeyId) -> bool {
        self.hasher.hash_one(client.0) & ((1 << self.bits) - 1) == self.number
    }
}

impl Rows {
    pub(super) fn new(max: usize) -> Self {
        Self { max, ..Self::default() }
    }

    /// Goes on to the next part; whether there is one. What no row has shown of the part before is missing.
    pub(super) fn next_part(&mut self) -> bool {
        self.end_part();
        self.part.number += 1;
        self.part.number < 1 << self.part.bits
    }

    /// Takes a client as the pruned part of the journal leaves it.
    pub(super) fn begin(&mut self, base: &ClientRow) {
        if self.part.has(base.client) {
            let (client, family) = (base.client, base.family);
            self.sightings.insert((client, family), base.sighting.clone());
            self.leases.extend(base.leases.iter().map(|(product, lease)| ((client, family, *product), *lease)));
            self.divide();
        }
    }

    /// Changes the client's rows as `entry` says.
    pub(super) fn replay(&mut self, entry: &Entry) {
        if !self.part.has(entry.client) {
            return;
        }
        let client = (entry.client, entry.family);
        let key = (entry.client, entry.family, entry.product);
        let (mut sighting, mut lease) = (self.sightings.remove(&client), self.leases.remove(&key));
        entry.apply(&mut sighting, &mut lease);
        self.sightings.extend(sighting.map(|sighting| (client, sighting)));
        self.leases.extend(lease.map(|lease| (key, lease)));
        self.divide();
    }

    /// Compares the rows of a table.
    pub(super) fn compare(&mut self, row: &ClientRow) {
        if !self.part.has(row.client) {
            return;
        }
        let (client, family) = (row.client, row.family);
        if self.sightings.remove(&(client, family)).as_ref() != Some(&row.sighting) {
            self.faults.add(|| format!("client {client} of family {family} is not as the journal says"));
        }
        for (product, lease) in &row.leases {
            if self.leases.remove(&(client, family, *product)).as_ref() != Some(lease) {
                self.faults.add(|| format!("the lease of client {client} for {product} is not as the journal says"));
            }
        }
    }

    pub(super) fn finding(mut self) -> Finding {
        self.end_part();
        self.faults.finding("rows", "those that the journal leads to".to_owned())
    }

    /// Halves the part while it has too many clients. The other halves come later: only the first part grows.
    fn divide(&mut self) {
        while self.sightings.len() > self.max && self.part.number == 0 && self.part.bits < MAX_BITS {
            self.part.bits += 1;
            let part = &self.part;
            self.sightings.retain(|(client, _), _| part.has(*client));
            self.leases.retain(|(client, ..), _| part.has(*client));
        }
    }

    fn end_part(&mut self) {
        for ((client, family), _) in self.sightings.drain() {
            self.faults.add(|| format!("client {client} of family {family} is in the journal and has no row"));
        }
        for ((client, _, product), _) in self.leases.drain() {
            self.faults.add(|| format!("a lease of client {client} for {product} is in the journal and has no row"));
        }
    }
}

/// A client with many families is not divided further than this.
const MAX_BITS: u32 = 16;
