//! Sealed batches: one signature for many leases or refusals, and a chain of seals that cannot be rewritten (DESIGN
//! section 3).

use alloc::vec::Vec;

use leasehold_core::KeyId;

use crate::document::{Document, Lease, SealedRefusal, Typ};
use crate::envelope::{payload, sig_structure, write};
use crate::keypair::Keypair;
pub use crate::place::{Hash, Seal, Tip, leaf, link, root};
use crate::place::{path, tree};

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
}

/// The leaf that `document` is in its batch's tree.
pub fn leaf_of<D: Sealable>(document: &D) -> Hash {
    leaf(&payload(document))
}

/// What a host signs for a batch of documents of `typ` with this seal.
pub fn message(typ: Typ, seal: &Hash) -> Vec<u8> {
    sig_structure(typ, b"leasehold seal 2", seal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::path_length;

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
