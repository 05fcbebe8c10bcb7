//! Whether a host's store is whole: everything that was decided, read in the order in which it was, and decided again on
//! paper: the rows of clients and leases must be those that the journal leads to.
//!
//! Nothing is changed, and hosts may serve from the store meanwhile.

use std::collections::HashMap;

use leasehold_core::{Code, FamilyId, Finding, KeyId, ProductId};
use leasehold_store::StoreError;
use leasehold_store::host::{
    BatchRow, ClientRow, Decision, Entry, Flaw, LeaseRow, Record, Records, SealKind, SealRow, Sighting, Tip,
    decode_entries,
};
use leasehold_wire::seal;

use crate::sealing::Documents;

/// Reads all records of `store` and what it keeps beside them.
pub fn check(store: &mut dyn Records) -> Vec<Finding> {
    let mut walk = Walk::default();
    let read = store.dump(&mut |record| {
        walk.step(&record);
        Ok(())
    });
    if let Err(error) = read {
        return vec![unreadable("records", &error)];
    }
    let mut findings = walk.findings();
    match store.flaws() {
        Err(error) => findings.push(unreadable("counts", &error)),
        Ok(flaws) if flaws.is_empty() => findings.push(Finding::ok("counts", "as the rows say; no page is damaged")),
        Ok(flaws) => findings.extend(flaws.into_iter().map(flawed)),
    }
    findings
}

/// What a store that fails while it is read means for the check of `name`.
pub fn unreadable(name: &str, error: &StoreError) -> Finding {
    Finding::failure(name, error.code(), error.with_cause())
}

fn flawed(flaw: Flaw) -> Finding {
    match flaw {
        Flaw::Pages(words) => Finding::failure("pages", Code::StoreDamaged, words),
        Flaw::Counts { family, kept, found } => {
            let detail = format!(
                "family {family}: {} clients and {} leases are kept, the rows are {} and {}",
                kept.clients, kept.live, found.clients, found.live
            );
            Finding::failure("counts", Code::StoreDamaged, detail)
        }
    }
}

/// A walk through the records of a host's store.
#[derive(Default)]
struct Walk {
    batches: u64,
    decisions: u64,
    clients: u64,
    leases: u64,
    chains: HashMap<KeyId, Tip>,
    journal: Faults,
    seals: Faults,
    dangling: Faults,
    /// The rows that the journal leads to, less those that the tables have shown.
    sightings: HashMap<(KeyId, FamilyId), Sighting>,
    held: HashMap<(KeyId, FamilyId, ProductId), LeaseRow>,
    rows: Faults,
}

/// What is wrong, the first of it in words.
#[derive(Default)]
struct Faults {
    first: Option<String>,
    count: u64,
}

impl Faults {
    fn add(&mut self, words: impl FnOnce() -> String) {
        self.count += 1;
        self.first.get_or_insert_with(words);
    }

    fn finding(self, name: &str, ok: String) -> Finding {
        match self.first {
            None => Finding::ok(name, ok),
            Some(first) if self.count == 1 => Finding::failure(name, Code::StoreDamaged, first),
            Some(first) => Finding::failure(name, Code::StoreDamaged, format!("{first}; {} more", self.count - 1)),
        }
    }
}

impl Walk {
    fn step(&mut self, record: &Record) {
        match record {
            Record::Batch(batch) => self.batch(batch),
            Record::Client(client) => self.client(client),
        }
    }

    fn batch(&mut self, batch: &BatchRow) {
        let number = batch.number;
        self.batches += 1;
        let Ok(entries) = decode_entries(&batch.entries, batch.at) else {
            return self.journal.add(|| format!("batch {number} cannot be read"));
        };
        self.decisions += entries.len() as u64;
        entries.iter().for_each(|entry| self.replay(entry));
        let documents = Documents::of(&entries);
        let of = |kind: SealKind| batch.seals.iter().filter(move |(_, seal)| seal.kind == kind);
        let granted: Vec<u64> = entries.iter().filter_map(|entry| entry.decision.granted_under()).collect();
        let refused = entries.iter().filter(|entry| matches!(entry.decision, Decision::Refused { .. })).count();
        if of(SealKind::Leases).next().is_none() && !granted.is_empty() {
            self.seals.add(|| format!("batch {number} has granted leases and has no seal"));
        }
        if of(SealKind::Refusals).next().is_none() && refused > 0 {
            self.seals.add(|| format!("batch {number} has refused and has no seal"));
        }
        for (host, seal) in &batch.seals {
            let named = seal.kind == SealKind::Refusals || granted.iter().all(|named| *named == seal.number);
            if !named || documents.leaves(seal.kind) != seal.leaves || seal.at != batch.at {
                self.seals.add(|| format!("seal {} of host {host} is not of what batch {number} decided", seal.number));
            }
            self.seal(*host, seal);
        }
    }

    fn replay(&mut self, entry: &Entry) {
        let client = (entry.client, entry.family);
        let key = (entry.client, entry.family, entry.product);
        let (mut sighting, mut lease) = (self.sightings.remove(&client), self.held.remove(&key));
        entry.apply(&mut sighting, &mut lease);
        self.sightings.extend(sighting.map(|sighting| (client, sighting)));
        self.held.extend(lease.map(|lease| (key, lease)));
    }

    fn seal(&mut self, host: KeyId, row: &SealRow) {
        let tip = self.chains.entry(host).or_default();
        let follows = row.number == tip.number + 1 && row.previous == tip.seal;
        let is_whole = seal::root(&row.leaves) == Some(row.root)
            && seal::link(&row.previous, row.number, row.leaves.len() as u64, &row.root) == row.seal;
        if !follows {
            let after = tip.number;
            self.seals.add(|| format!("seal {} of host {host} does not follow on seal {after}", row.number));
        } else if !is_whole {
            self.seals.add(|| format!("seal {} of host {host} is not of its leaves", row.number));
        }
        *tip = Tip { number: row.number, seal: row.seal };
    }

    fn client(&mut self, client: &ClientRow) {
        self.clients += 1;
        self.leases += client.leases.len() as u64;
        let key = (client.client, client.family);
        if self.sightings.remove(&key).as_ref() != Some(&client.sighting) {
            self.rows.add(|| format!("client {} of family {} is not as the journal says", key.0, key.1));
        }
        for (product, lease) in &client.leases {
            if self.held.remove(&(key.0, key.1, *product)).as_ref() != Some(lease) {
                self.rows.add(|| format!("the lease of client {} for {product} is not as the journal says", key.0));
            }
        }
        let newest = self.chains.values().map(|tip| tip.number).max().unwrap_or_default();
        for (product, lease) in &client.leases {
            if lease.seal == 0 || lease.seal > newest {
                let (client, number) = (client.client, lease.seal);
                self.dangling.add(|| {
                    format!("the lease of client {client} for {product} names seal {number}, which is not there")
                });
            }
        }
    }

    fn findings(mut self) -> Vec<Finding> {
        // What no row has shown is missing.
        for (client, family) in self.sightings.keys() {
            self.rows.add(|| format!("client {client} of family {family} is in the journal and has no row"));
        }
        for (client, _, product) in self.held.keys() {
            self.rows.add(|| format!("a lease of client {client} for {product} is in the journal and has no row"));
        }
        let seals: u64 = self.chains.values().map(|tip| tip.number).sum();
        vec![
            self.journal.finding("journal", format!("{} batches, {} decisions", self.batches, self.decisions)),
            self.seals.finding("seals", format!("{seals}, in {} unbroken chains", self.chains.len())),
            self.dangling.finding("leases", format!("{} of {} clients, each with its seal", self.leases, self.clients)),
            self.rows.finding("rows", "those that the journal leads to".to_owned()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use leasehold_core::{CheckOutcome, Policy, Timestamp};
    use leasehold_store::host::suite::{Act, act};
    use leasehold_store_sqlite::host::SqliteHost;

    use super::*;

    /// A store that shows these records.
    struct Shown(Vec<Record>);

    impl Records for Shown {
        fn dump(&mut self, each: &mut dyn FnMut(Record) -> Result<(), StoreError>) -> Result<(), StoreError> {
            self.0.iter().cloned().try_for_each(each)
        }

        fn restore(&mut self, _: &mut dyn FnMut() -> Result<Option<Record>, StoreError>) -> Result<(), StoreError> {
            Err(StoreError::NotEmpty)
        }

        fn flaws(&mut self) -> Result<Vec<Flaw>, StoreError> {
            Ok(Vec::new())
        }
    }

    /// The checks of a store with a history that fail after `change`.
    fn failing(change: impl FnOnce(&mut Vec<Record>)) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let mut store = SqliteHost::open(folder.path()).unwrap();
        let policy = Policy { threshold: 1, ..Policy::default() };
        for round in 0..5 {
            act(&mut store, &policy, &[(round, Act::Ask), (round / 2, Act::Release), (1, Act::Ask)], 1_000 + round);
        }
        let mut records = Vec::new();
        store
            .dump(&mut |record| {
                records.push(record);
                Ok(())
            })
            .unwrap();
        change(&mut records);
        let found = check(&mut Shown(records)).into_iter();
        found.filter(|finding| finding.outcome == CheckOutcome::Failure).map(|finding| finding.name).collect()
    }

    #[test]
    fn rows_that_the_journal_does_not_lead_to_are_found() {
        let client = |records: &mut Vec<Record>| {
            records.iter().position(|record| matches!(record, Record::Client(row) if !row.leases.is_empty())).unwrap()
        };
        // The suite's seals are no real ones.
        assert_eq!(failing(|_| {}), ["seals"]);
        let removed = failing(|records| {
            let at = client(records);
            records.remove(at);
        });
        assert_eq!(removed, ["seals", "rows"], "a client without a row");
        let seen = failing(|records| {
            let at = client(records);
            let Record::Client(row) = &mut records[at] else { panic!("a client") };
            row.sighting.last = Timestamp::from_unix(9);
        });
        assert_eq!(seen, ["seals", "rows"], "a client last seen at another time");
        let ends = failing(|records| {
            let at = client(records);
            let Record::Client(row) = &mut records[at] else { panic!("a client") };
            row.leases[0].1.held.expires = Timestamp::from_unix(9);
        });
        assert_eq!(ends, ["seals", "rows"], "a lease that ends at another time");
    }
}
