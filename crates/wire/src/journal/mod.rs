//! The journal as a file: every seal of a host with what it covers, so that it can be replayed by whoever has the vendor's root
//! key. `docs/journal.md` describes the bytes.
//!
//! A file is a sequence of parts, a part a sequence of items, each in a byte string of its own ([`head`]). [`PartWriter`] makes the
//! items of a part, [`Checker`] takes those of a file one after the other and believes nothing. Files are read and written elsewhere.

mod check;
mod entry;
mod flaw;
mod item;
mod signers;
mod strict;
mod waiting;
mod write;

use alloc::vec::Vec;

use leasehold_core::{KeyId, Timestamp};

use crate::document::{Lease, SealedRefusal};
use crate::reason::Malformed;
use crate::seal::{Hash, Tip};

pub use check::{Checker, Part, Seen, Standing};
pub use flaw::{Flaw, Wrong};
pub use item::{Glimpse, Pruned, glimpse};
pub use strict::head;
pub use write::{Covered, PartWriter};

/// No item is longer.
pub const MAX_ITEM: usize = 1_024 * 1_024;
/// A seal covers no more documents that are still there.
pub const MAX_DOCUMENTS: usize = 4_096;
/// No journal begins so.
pub const NOT_A_JOURNAL: Malformed = Malformed("not the beginning of a journal");
/// What a part begins with.
pub const NAME: &str = "leasehold journal 1";

/// Where chains of seals end, by host.
pub type Tips = Vec<(KeyId, Tip)>;

/// A seal of the journal, replayed.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// Whose chain it belongs to.
    pub host: KeyId,
    /// Its number.
    pub number: u64,
    /// The seal before.
    pub previous: Hash,
    /// The seal.
    pub seal: Hash,
    /// The host's signature over it.
    pub signature: [u8; 64],
    /// What it covers.
    pub documents: Documents,
}

/// What a seal covers.
#[derive(Clone, Debug)]
pub enum Documents {
    /// Leases, all granted at one time.
    Leases(Timestamp, Vec<Lease>),
    /// Refusals, all decided at one time.
    Refusals(Timestamp, Vec<SealedRefusal>),
    /// So many leases or refusals that were pruned.
    Pruned(Pruned),
}

impl Documents {
    /// How many there are, or were.
    pub fn len(&self) -> u64 {
        match self {
            Self::Leases(_, leases) => leases.len() as u64,
            Self::Refusals(_, refusals) => refusals.len() as u64,
            Self::Pruned(pruned) => pruned.size,
        }
    }

    /// Whether there are none; a seal covers one at least.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests;
