//! Making a part of a journal.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use leasehold_core::{KeyId, Timestamp};
use sha2::{Digest, Sha256};

use super::entry::{Journalled, Terms};
use super::item::{self, Pruned};
use super::{NAME, Tips};
use crate::cbor::{Encoder, Wrote, to_vec};
use crate::document::{Lease, SealedRefusal, Typ};
use crate::seal::Tip;

/// Makes the items of one part, in their order: certificates before the seals of their hosts, seals in the order of each chain.
#[derive(Debug)]
pub struct PartWriter {
    out: Vec<u8>,
    digest: Sha256,
    hosts: Vec<KeyId>,
    terms: Vec<Terms>,
    tips: BTreeMap<KeyId, Tip>,
}

/// What a seal covers, as it is written.
#[derive(Clone, Copy, Debug)]
pub enum Covered<'d> {
    /// Leases that were granted at one time.
    Leases(&'d [Lease]),
    /// Refusals that were decided at one time.
    Refusals(&'d [SealedRefusal]),
    /// What is left of documents that were pruned.
    Pruned(Pruned),
}

impl PartWriter {
    /// Begins a part where the chains of `after` end.
    pub fn begin(after: &Tips) -> Self {
        let tips: BTreeMap<KeyId, Tip> = after.iter().copied().collect();
        let (out, digest) = (Vec::new(), Sha256::new());
        let mut writer = Self { out, digest, hosts: Vec::new(), terms: Vec::new(), tips };
        let sorted = writer.sorted();
        writer.item(|e| {
            e.array(3)?.u8(item::BEGIN)?.str(NAME)?;
            item::write_tips(e, &sorted)
        });
        writer
    }

    /// Adds a certificate of `host`, and the one of the authority that signed it, both without a chain.
    pub fn certificate(&mut self, host: KeyId, certificate: &[u8], authority: &[u8]) {
        if !self.hosts.contains(&host) {
            self.hosts.push(host);
        }
        self.item(|e| e.array(3)?.u8(item::CERTIFICATE)?.bytes(certificate)?.bytes(authority).map(drop));
    }

    /// Adds a seal of `host`, which leads to `tip`. Documents must be of the time `at`.
    ///
    /// # Panics
    /// Where no certificate of the host was added before.
    pub fn seal(&mut self, host: KeyId, tip: Tip, at: Timestamp, signature: &[u8; 64], covered: Covered<'_>) {
        let named = self.hosts.iter().position(|known| *known == host).expect("a host with a certificate") as u64;
        match covered {
            Covered::Leases(leases) => self.documents(item::LEASES, (named, tip.number, at, signature), leases),
            Covered::Refusals(refusals) => {
                self.documents(item::REFUSALS, (named, tip.number, at, signature), refusals);
            }
            Covered::Pruned(Pruned { typ, size, root }) => self.item(|e| {
                e.array(7)?.u8(item::PRUNED)?.u64(named)?.u64(tip.number)?.u8(u8::from(typ == Typ::Refusal))?;
                e.u64(size)?.bytes(&root)?.bytes(signature).map(drop)
            }),
        }
        self.tips.insert(host, tip);
    }

    /// What was made since the last time.
    pub fn take(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.out)
    }

    /// Ends the part: what is left to be written, and where its chains end.
    pub fn end(mut self) -> (Vec<u8>, Tips) {
        let (tips, digest) = (self.sorted(), self.digest.clone().finalize());
        self.item(|e| {
            e.array(3)?.u8(item::END)?;
            item::write_tips(e, &tips)?;
            e.bytes(&digest).map(drop)
        });
        (self.out, tips)
    }

    fn documents<D: Journalled>(
        &mut self,
        kind: u8,
        (host, number, at, signature): (u64, u64, Timestamp, &[u8; 64]),
        documents: &[D],
    ) {
        let terms: Vec<u64> = documents.iter().map(|document| self.number_of(document.terms())).collect();
        self.item(|e| {
            e.array(6)?.u8(kind)?.u64(host)?.u64(number)?.u64(at.unix())?.bytes(signature)?;
            e.array(documents.len() as u64)?;
            documents.iter().zip(terms).try_for_each(|(document, terms)| document.write(e, terms))
        });
    }

    /// The number of terms, which are given first where they are new.
    fn number_of(&mut self, terms: Terms) -> u64 {
        let known = self.terms.iter().rposition(|known| *known == terms);
        known.unwrap_or_else(|| {
            self.item(|e| terms.write(e));
            self.terms.push(terms);
            self.terms.len() - 1
        }) as u64
    }

    fn item(&mut self, write: impl FnOnce(&mut Encoder) -> Wrote) {
        let item = to_vec(write);
        let framed = to_vec(|e| e.bytes(&item).map(drop));
        self.digest.update(&framed);
        self.out.extend(framed);
    }

    fn sorted(&self) -> Tips {
        self.tips.iter().map(|(host, tip)| (*host, *tip)).collect()
    }
}
