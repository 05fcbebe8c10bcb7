//! Whether a host's store is whole: everything that was decided, read in the order in which it was, and decided again on
//! paper. Every entry leads to the document that its seal covers, every seal to the one before and to its host's signature,
//! and all entries to the rows of clients and leases.
//!
//! Nothing is changed, and hosts may serve from the store meanwhile. Memory is bounded: where there are many clients, the
//! journal is read again for each part of them.

mod rows;
mod seals;

use leasehold_core::{Code, Finding, PublicKey, count};
use leasehold_store::StoreError;
use leasehold_store::host::{BatchRow, ClientRow, Flaw, Record, Records, decode_entries};

use rows::Rows;
use seals::Chains;

/// Reads all records of `store` and what it keeps beside them. `known` are public keys of hosts whose seals are to be verified
/// also where the store does not have them.
pub fn check(store: &mut dyn Records, known: &[PublicKey]) -> Vec<Finding> {
    check_within(store, known, MAX_CLIENTS)
}

/// The same, with at most about `max` clients in memory.
fn check_within(store: &mut dyn Records, known: &[PublicKey], max: usize) -> Vec<Finding> {
    let mut walk = Walk { rows: Rows::new(max), ..Walk::default() };
    known.iter().for_each(|key| walk.chains.introduce(*key));
    if let Err(error) = store.dump(&mut |record| {
        walk.step(&record);
        Ok(())
    }) {
        return vec![unreadable("records", &error)];
    }
    while walk.rows.next_part() {
        let rows = &mut walk.rows;
        if let Err(error) = store.dump(&mut |record| {
            again(rows, &record);
            Ok(())
        }) {
            return vec![unreadable("records", &error)];
        }
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
                "family {family}: kept are clients {} and leases {}, the rows are {} and {}",
                kept.clients, kept.live, found.clients, found.live
            );
            Finding::failure("counts", Code::StoreDamaged, detail)
        }
        Flaw::Times { family } => {
            let detail = format!(
                "family {family}: the times from which clients and leases are counted are not those of the rows"
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
    pruned: u64,
    clients: u64,
    leases: u64,
    journal: Faults,
    chains: Chains,
    dangling: Faults,
    rows: Rows,
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
            Record::Signer(key) => self.chains.introduce(*key),
            Record::Base(base) => self.rows.begin(base),
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
        if entries.is_empty() {
            // Batches are pruned from the first one on.
            if self.decisions > 0 {
                self.journal.add(|| format!("batch {number} has no entries, and one before it does"));
            }
            self.pruned += 1;
        }
        self.decisions += entries.len() as u64;
        entries.iter().for_each(|entry| self.rows.replay(entry));
        self.chains.batch(batch, &entries);
    }

    fn client(&mut self, client: &ClientRow) {
        self.clients += 1;
        self.leases += client.leases.len() as u64;
        self.rows.compare(client);
        let newest = self.chains.newest();
        for (product, lease) in &client.leases {
            if lease.seal == 0 || lease.seal > newest {
                let (client, number) = (client.client, lease.seal);
                self.dangling.add(|| {
                    format!("the lease of client {client} for {product} names seal {number}, which is not there")
                });
            }
        }
    }

    fn findings(self) -> Vec<Finding> {
        let pruned = if self.pruned == 0 { String::new() } else { format!("; {} are pruned", self.pruned) };
        let journal = format!(
            "{}, {}{pruned}",
            count(self.batches, "batch", "batches"),
            count(self.decisions, "decision", "decisions")
        );
        let mut findings = vec![self.journal.finding("journal", journal)];
        findings.extend(self.chains.findings());
        let leases = format!(
            "{} of {}, each with its seal",
            count(self.leases, "lease", "leases"),
            count(self.clients, "client", "clients")
        );
        findings.push(self.dangling.finding("leases", leases));
        findings.push(self.rows.finding());
        findings
    }
}

/// A record in a later reading, for another part of the clients.
fn again(rows: &mut Rows, record: &Record) {
    match record {
        Record::Signer(_) => {}
        Record::Base(base) => rows.begin(base),
        // One that cannot be read is told of already.
        Record::Batch(batch) => {
            decode_entries(&batch.entries, batch.at).unwrap_or_default().iter().for_each(|entry| rows.replay(entry));
        }
        Record::Client(client) => rows.compare(client),
    }
}

/// Clients that are in memory at once: about a hundred megabytes.
const MAX_CLIENTS: usize = 200_000;

#[cfg(test)]
mod tests;
