//! Families of products.

pub(super) mod suite;

use leasehold_core::{FamilyId, Policy, ProductNumber, Timestamp};

use super::{ForkPolicy, Stamp};
use crate::StoreError;

/// Products whose clients are counted together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// Its name.
    pub id: FamilyId,
    /// Its number, in host and multiple keys.
    pub number: ProductNumber,
    /// What product keys grant unless they say otherwise.
    pub policy: Policy,
    /// How it treats a host that has forked.
    pub forked: ForkPolicy,
    /// Since when nothing of it is granted any more.
    pub withdrawn: Option<Timestamp>,
}

/// The families in one transaction.
pub trait FamilyRows {
    /// The families, by number.
    ///
    /// # Errors
    /// Where the store fails.
    fn families(&mut self) -> Result<Vec<Family>, StoreError>;

    /// One family.
    ///
    /// # Errors
    /// Where the store fails.
    fn family(&mut self, id: &FamilyId) -> Result<Option<Family>, StoreError>;

    /// Adds a family, whose id and number are new.
    ///
    /// # Errors
    /// Where the store fails.
    fn add_family(&mut self, family: &Family, by: Stamp) -> Result<(), StoreError>;

    /// Replaces `before`, which is there, by `after`, which has its id and number. Where they are equal nothing is done.
    ///
    /// # Errors
    /// Where the store fails.
    fn change_family(&mut self, before: &Family, after: &Family, by: Stamp) -> Result<(), StoreError>;
}
