//! A document of a journal with the proof that it is in it.

use leasehold_wire::Seal;
use leasehold_wire::journal::{Documents, Replayed};
use leasehold_wire::seal::{Hash, Tip, proven};

/// Where a document stands, and what leads from it to its seal.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The number of the seal.
    pub number: u64,
    /// The document's place, from 0.
    pub index: u64,
    /// How many documents the seal covers.
    pub size: u64,
    /// The seal before.
    pub previous: Hash,
    /// The document's leaf.
    pub leaf: Hash,
    /// Hashes beside the way from leaf to root.
    pub path: Vec<Hash>,
    /// The host's signature over the seal.
    pub signature: [u8; 64],
    /// The document as its client has got it, without its chain.
    pub document: Vec<u8>,
}

impl Proof {
    /// Of the document at `index` of a seal; `None` where it was pruned.
    ///
    /// # Panics
    /// Where the seal covers no such document.
    pub fn of(seal: &Replayed, index: usize) -> Option<Self> {
        let before = Tip { number: seal.number - 1, seal: seal.previous };
        let (placed, leaf, document) = match &seal.documents {
            Documents::Leases(_, leases) => proven(leases, before, (seal.host, &seal.signature), index),
            Documents::Refusals(_, refusals) => proven(refusals, before, (seal.host, &seal.signature), index),
            Documents::Pruned(_) => return None,
        };
        let Seal { previous, number, index, size, path } = placed;
        Some(Self { number, index, size, previous, leaf, path, signature: seal.signature, document })
    }
}
