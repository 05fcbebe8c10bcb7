//! Where a document stands: its place in the tree of its batch, and the batch in the host's chain of seals (DESIGN section 3).
//!
//! The leaves of a batch form the Merkle tree of RFC 9162 section 2.1.1 over SHA-256.

use alloc::vec::Vec;

use sha2::{Digest, Sha256};

use crate::cbor::{Decoder, Encoder, Wrote, array, fixed, list};
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

impl Tip {
    /// The chain of a host that has sealed nothing yet.
    pub const START: Self = Self { number: 0, seal: [0; 32] };
}

impl Seal {
    /// The seal that this place in a batch leads to for `payload`.
    pub fn hash(&self, payload: &[u8]) -> Hash {
        link(&self.previous, self.number, self.size, &self.root(leaf(payload)))
    }

    pub(crate) fn root(&self, leaf: Hash) -> Hash {
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

/// The leaf that a document's encoded claims are in their batch's tree.
pub fn leaf(payload: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(payload).finalize().into()
}

/// The root of the tree over `leaves`; `None` where there are none.
pub fn root(leaves: &[Hash]) -> Option<Hash> {
    tree(leaves.to_vec()).pop()?.first().copied()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// Hashes beside the way from a leaf to the root.
pub(crate) fn path(levels: &[Vec<Hash>], mut index: usize) -> Vec<Hash> {
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
pub(crate) fn tree(leaves: Vec<Hash>) -> Vec<Vec<Hash>> {
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
pub(crate) fn path_length(index: u64, size: u64) -> u64 {
    let inner = 64 - (index ^ (size - 1)).leading_zeros();
    u64::from(inner + index.checked_shr(inner).unwrap_or(0).count_ones())
}
