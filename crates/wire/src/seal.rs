//! Sealed batches: one signature for many leases or refusals, and a chain of seals that cannot be rewritten (DESIGN
//! section 3).
//!
//! The leaves of a batch form the Merkle tree of RFC 9162 section 2.1.1 over SHA-256.

use alloc::vec::Vec;

use leasehold_core::KeyId;
use sha2::{Digest, Sha256};

use crate::cbor::{Decoder, Encoder, Wrote, array, fixed, list};
use crate::document::{Document, Lease, SealedRefusal, Typ};
use crate::envelope::{payload, sig_structure, write};
use crate::keypair::Keypair;
use crate::reason::Malformed;

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// Where a lease or refusal stands in its batch, and the batch in the host's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The seal before; zeros for a host's first.
    pub previous: Hash,
    /// The number of this seal, from 1.
    pub number: u64,
    /// The document's place in the batch.
    pub index: u64,
    /// How many documents the batch has.
    pub size: u64,
    /// Hashes beside the way from leaf to root.
    pub path: Vec<Hash>,
}

/// The end of a host's chain of seals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tip {
    /// The number of the newest seal; 0 where there is none.
    pub number: u64,
    /// The newest seal; zeros where there is none.
    pub seal: Hash,
}

/// A sealed batch: what the host keeps of it, and what each client gets.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// The seal before.
    pub previous: Hash,
    /// The number of this seal.
    pub number: u64,
    /// The root of the tree.
    pub root: Hash,
    /// The seal itself.
    pub seal: Hash,
    /// The host's signature over it.
    pub signature: [u8; 64],
    /// The leaves, in order.
    pub leaves: Vec<Hash>,
    typ: Typ,
    host: KeyId,
    payloads: Vec<Vec<u8>>,
    levels: Vec<Vec<Hash>>,
}

impl Tip {
    /// The chain of a host that has sealed nothing yet.
    pub const START: Self = Self { number: 0, seal: [0; 32] };
}

/// What a host signs in batches.
pub trait Sealable: Document {}

impl Sealable for Lease {}
impl Sealable for SealedRefusal {}

/// Seals `documents` as one batch after `tip`.
///
/// # Panics
/// Where there is no document: nothing is sealed then.
pub fn seal<D: Sealable>(documents: &[D], tip: Tip, host: &Keypair) -> Sealed {
    assert!(!documents.is_empty(), "a batch has a document");
    let payloads: Vec<_> = documents.iter().map(payload).collect();
    let leaves: Vec<_> = payloads.iter().map(|encoded| leaf(encoded)).collect();
    let levels = tree(leaves.clone());
    let root = levels[levels.len() - 1][0];
    let number = tip.number + 1;
    let seal = link(&tip.seal, number, leaves.len() as u64, &root);
    let signature = host.sign(&message(D::TYP, &seal));
    let (previous, host) = (tip.seal, host.id());
    Sealed { previous, number, root, seal, signature, leaves, typ: D::TYP, host, payloads, levels }
}

/// The document at `index` of a batch that was sealed after `tip` by the key and with the signature of `signed`: its place, its leaf, and
/// the document as its client has got it, without its chain.
///
/// # Panics
/// Where the batch has no such document.
pub fn proven<D: Sealable>(
    documents: &[D],
    tip: Tip,
    signed: (KeyId, &[u8; 64]),
    index: usize,
) -> (Seal, Hash, Vec<u8>) {
    let (host, signature) = signed;
    let own = payload(&documents[index]);
    let levels = tree(documents.iter().map(leaf_of).collect());
    let (previous, number, size) = (tip.seal, tip.number + 1, documents.len() as u64);
    let seal = Seal { previous, number, index: index as u64, size, path: path(&levels, index) };
    let document = write(D::TYP, host, &[], Some(&seal), &own, signature);
    (seal, leaf(&own), document)
}

impl Sealed {
    /// The document at `index` as the client gets it, with `chain` where it is not held there yet.
    ///
    /// # Panics
    /// Where the batch has no such document.
    pub fn document(&self, index: usize, chain: &[&[u8]]) -> Vec<u8> {
        let seal = Seal {
            previous: self.previous,
            number: self.number,
            index: index as u64,
            size: self.payloads.len() as u64,
            path: self.path(index),
        };
        write(self.typ, self.host, chain, Some(&seal), &self.payloads[index], &self.signature)
    }

    /// The chain of seals with this one at its end.
    pub fn tip(&self) -> Tip {
        Tip { number: self.number, seal: self.seal }
    }

    fn path(&self, index: usize) -> Vec<Hash> {
        path(&self.levels, index)
    }
}

impl Seal {
    /// What the host has signed, if `payload` stands where this says (RFC 9162 section 2.1.3.2).
    pub(crate) fn message(&self, typ: Typ, payload: &[u8]) -> Vec<u8> {
        message(typ, &self.hash(payload))
    }

    /// The seal that this place in a batch leads to for `payload`.
    pub fn hash(&self, payload: &[u8]) -> Hash {
        link(&self.previous, self.number, self.size, &self.root(leaf(payload)))
    }

    fn root(&self, leaf: Hash) -> Hash {
        let (mut at, mut last) = (self.index, self.size - 1);
        let mut path = self.path.iter();
        let mut hash = leaf;
        while last > 0 {
            if at % 2 == 1 {
                hash = path.next().map_or(hash, |left| node(left, &hash));
            } else if at < last {
                hash = path.next().map_or(hash, |right| node(&hash, right));
            }
            at /= 2;
            last /= 2;
        }
        hash
    }

    pub(crate) fn read(d: &mut Decoder<'_>) -> Result<Self, Malformed> {
        if array(d)? != 5 {
            return Err(Malformed("a seal that does not have five parts"));
        }
        let (previous, number, index, size) = (fixed(d)?, d.u64()?, d.u64()?, d.u64()?);
        let seal = Self { previous, number, index, size, path: list(d, fixed)? };
        if number == 0 || index >= size || seal.path.len() as u64 != path_length(index, size) {
            return Err(Malformed("a seal whose place, batch size and path do not fit each other"));
        }
        Ok(seal)
    }

    pub(crate) fn write(&self, e: &mut Encoder) -> Wrote {
        e.array(5)?.bytes(&self.previous)?.u64(self.number)?.u64(self.index)?.u64(self.size)?;
        e.array(self.path.len() as u64)?;
        self.path.iter().try_for_each(|hash| e.bytes(hash).map(drop))
    }
}

/// `SHA-256(0x02 ‖ previous ‖ number ‖ size ‖ root)`: the seal over a batch of `size` leaves.
pub fn link(previous: &Hash, number: u64, size: u64, root: &Hash) -> Hash {
    Sha256::new()
        .chain_update([2])
        .chain_update(previous)
        .chain_update(number.to_be_bytes())
        .chain_update(size.to_be_bytes())
        .chain_update(root)
        .finalize()
        .into()
}

/// The leaf that `document` is in its batch's tree.
pub fn leaf_of<D: Sealable>(document: &D) -> Hash {
    leaf(&payload(document))
}

/// The leaf that a document's encoded claims are in their batch's tree.
pub fn leaf(payload: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(payload).finalize().into()
}

/// The root of the tree over `leaves`; `None` where there are none.
pub fn root(leaves: &[Hash]) -> Option<Hash> {
    tree(leaves.to_vec()).pop()?.first().copied()
}

/// What a host signs for a batch of documents of `typ` with this seal.
pub fn message(typ: Typ, seal: &Hash) -> Vec<u8> {
    sig_structure(typ, b"leasehold seal 2", seal)
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// Hashes beside the way from a leaf to the root.
fn path(levels: &[Vec<Hash>], mut index: usize) -> Vec<Hash> {
    let below_root = &levels[..levels.len() - 1];
    let mut path = Vec::with_capacity(below_root.len());
    for level in below_root {
        // A last node without a neighbour rises as it is.
        path.extend(level.get(index ^ 1));
        index /= 2;
    }
    path
}

/// All levels from the leaves to the root.
fn tree(leaves: Vec<Hash>) -> Vec<Vec<Hash>> {
    let mut levels = alloc::vec![leaves];
    while let Some(level) = levels.last().filter(|level| level.len() > 1) {
        let above = level.chunks(2).map(|pair| if let [left, right] = pair { node(left, right) } else { pair[0] });
        let above = above.collect();
        levels.push(above);
    }
    levels
}

/// How many hashes lead from leaf `index` of `size` to the root: one for each level, but for those where a last node
/// has no neighbour.
fn path_length(index: u64, size: u64) -> u64 {
    let inner = 64 - (index ^ (size - 1)).leading_zeros();
    u64::from(inner + index.checked_shr(inner).unwrap_or(0).count_ones())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leaf_of_every_small_batch_leads_to_the_root() {
        for size in 1..40_u64 {
            let leaves: Vec<Hash> = (0..size).map(|n| leaf(&n.to_be_bytes())).collect();
            let levels = tree(leaves);
            let root = levels[levels.len() - 1][0];
            let (host, payloads) = (KeyId([0; 16]), alloc::vec![]);
            let (leaves, signature, typ) = (levels[0].clone(), [0; 64], Typ::Lease);
            let (previous, number, seal) = ([0; 32], 1, root);
            let sealed = Sealed { previous, number, root, seal, signature, leaves, typ, host, payloads, levels };
            for index in 0..size {
                let path = sealed.path(usize::try_from(index).unwrap());
                assert_eq!(path.len() as u64, path_length(index, size), "{index} of {size}");
                let seal = Seal { previous: [0; 32], number: 1, index, size, path };
                assert_eq!(seal.root(leaf(&index.to_be_bytes())), root, "{index} of {size}");
            }
        }
    }
}
