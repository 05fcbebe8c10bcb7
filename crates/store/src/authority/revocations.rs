//! What is revoked, and the newest list that says so.

pub(super) mod suite;

use leasehold_core::{Cti, KeyId, Timestamp};

use super::Stamp;
use crate::StoreError;

/// What a revocation list names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Revoked {
    /// The key of a host, a machine, a client or an authority: it signs and holds nothing that counts any more.
    Key(KeyId),
    /// One document.
    Document(Cti),
}

/// An entry of the revocation list. It stays: what was revoked once is revoked for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// What is revoked.
    pub what: Revoked,
    /// When it was.
    pub at: Timestamp,
    /// The number of the first list that names it.
    pub list: u64,
}

/// A revocation list as it was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationList {
    /// Its number.
    pub number: u64,
    /// When it was made.
    pub issued: Timestamp,
    /// The document.
    pub document: Vec<u8>,
}

/// The revocations in one transaction.
pub trait RevocationRows {
    /// Whether it is on the revocation list.
    ///
    /// # Errors
    /// Where the store fails.
    fn is_revoked(&mut self, what: Revoked) -> Result<bool, StoreError>;

    /// All entries of the revocation list, oldest first.
    ///
    /// # Errors
    /// Where the store fails.
    fn revocations(&mut self) -> Result<Vec<Revocation>, StoreError>;

    /// The newest revocation list.
    ///
    /// # Errors
    /// Where the store fails.
    fn revocation_list(&mut self) -> Result<Option<RevocationList>, StoreError>;

    /// Adds what was not revoked before to the entries, and replaces the newest list by `list`, whose number is higher and
    /// which has all entries, these included.
    ///
    /// # Errors
    /// Where the store fails.
    fn revoke(&mut self, added: &[Revoked], list: &RevocationList, by: Stamp) -> Result<(), StoreError>;
}
