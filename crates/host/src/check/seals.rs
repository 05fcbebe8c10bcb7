//! Every seal: over the documents that the journal leads to, after the one before, signed by its host.

use std::collections::{BTreeSet, HashMap};

use leasehold_core::{Code, Finding, KeyId, PublicKey, count};
use leasehold_store::host::{BatchRow, Decision, Entry, SealKind, SealRow, Tip};
use leasehold_wire::seal;
use leasehold_wire::signature::{Claim, Point, batch};

use super::Faults;
use crate::mark::{is_whole, typ};
use crate::sealing::Documents;

/// The chains of all hosts, as far as they were read.
#[derive(Default)]
pub(super) struct Chains {
    tips: HashMap<KeyId, Tip>,
    signers: HashMap<KeyId, Point>,
    /// Hosts whose public key is not known.
    unknown: BTreeSet<KeyId>,
    waiting: Vec<Signed>,
    verified: u64,
    seals: Faults,
    signatures: Faults,
}

/// A signature that is still to be verified.
struct Signed {
    host: KeyId,
    number: u64,
    key: Point,
    message: Vec<u8>,
    signature: [u8; 64],
}

impl Chains {
    /// Verifies the seals of a host by its public key from now on.
    pub(super) fn introduce(&mut self, key: PublicKey) {
        self.signers.extend(Point::new(&key).map(|point| (key.id(), point)));
    }

    /// The highest number of any seal.
    pub(super) fn newest(&self) -> u64 {
        self.tips.values().map(|tip| tip.number).max().unwrap_or_default()
    }

    /// Reads the seals of a batch with these entries; none where they were pruned.
    pub(super) fn batch(&mut self, batch: &BatchRow, entries: &[Entry]) {
        let number = batch.number;
        let granted: Vec<u64> = entries.iter().filter_map(|entry| entry.decision.granted_under()).collect();
        let has_refused = entries.iter().any(|entry| matches!(entry.decision, Decision::Refused { .. }));
        let has = |kind: SealKind| batch.seals.iter().any(|(_, seal)| seal.kind == kind);
        if !granted.is_empty() && !has(SealKind::Leases) {
            self.seals.add(|| format!("batch {number} has granted leases and has no seal"));
        }
        if has_refused && !has(SealKind::Refusals) {
            self.seals.add(|| format!("batch {number} has refused and has no seal"));
        }
        let documents = (!entries.is_empty()).then(|| Documents::of(entries));
        for (host, row) in &batch.seals {
            let named = row.kind == SealKind::Refusals || granted.iter().all(|named| *named == row.number);
            let covers = documents.as_ref().is_none_or(|documents| documents.leaves(row.kind) == row.leaves);
            if !named || !covers || row.at != batch.at {
                self.seals.add(|| format!("seal {} of host {host} is not of what batch {number} decided", row.number));
            }
            self.seal(*host, row);
        }
    }

    fn seal(&mut self, host: KeyId, row: &SealRow) {
        let tip = self.tips.entry(host).or_default();
        let follows = row.number == tip.number + 1 && row.previous == tip.seal;
        if !follows {
            let after = tip.number;
            self.seals.add(|| format!("seal {} of host {host} does not follow on seal {after}", row.number));
        } else if !is_whole(row) {
            self.seals.add(|| format!("seal {} of host {host} is not of its leaves", row.number));
        }
        *tip = Tip { number: row.number, seal: row.seal };
        match self.signers.get(&host) {
            Some(key) => self.waiting.push(Signed {
                host,
                number: row.number,
                key: *key,
                message: seal::message(typ(row.kind), &row.seal),
                signature: row.signature,
            }),
            None => drop(self.unknown.insert(host)),
        }
        if self.waiting.len() >= AT_ONCE {
            self.verify();
        }
    }

    fn verify(&mut self) {
        let claims = self.waiting.iter();
        let claims = claims.map(|Signed { key, message, signature, .. }| Claim { key, message, signature });
        let holds = batch(&claims.collect::<Vec<_>>());
        self.verified += holds.len() as u64;
        for (Signed { host, number, .. }, _) in self.waiting.drain(..).zip(holds).filter(|(_, holds)| !holds) {
            self.signatures.add(|| format!("the signature of seal {number} is not that of host {host}"));
        }
    }

    pub(super) fn findings(mut self) -> [Finding; 2] {
        self.verify();
        let seals: u64 = self.tips.values().map(|tip| tip.number).sum();
        let chains = format!("{seals}, in {}", count(self.tips.len(), "unbroken chain", "unbroken chains"));
        let signatures = match self.unknown.first() {
            Some(host) if self.signatures.count == 0 => {
                let detail = format!("the store does not have the public key of host {host}: start that host once");
                Finding::warning("signatures", Code::StoreOlder, detail)
            }
            Some(_) | None => self.signatures.finding("signatures", format!("{} verified", self.verified)),
        };
        [self.seals.finding("seals", chains), signatures]
    }
}

/// Signatures that are verified at once.
const AT_ONCE: usize = 256;
