//! The secret product keys that were issued.

pub(super) mod suite;

use leasehold_core::activation::Allowance;
use leasehold_core::{FamilyId, KeyId, Policy, PublicKey, Span, Text, Timestamp};

use super::Stamp;
use crate::StoreError;

/// A secret product key that was issued, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedKey {
    /// The public half of its pair.
    pub public: PublicKey,
    /// The family it is for.
    pub family: FamilyId,
    /// Its last five characters.
    pub last_five: Text,
    /// Who bought it.
    pub customer: Option<Text>,
    /// What it grants.
    pub policy: Policy,
    /// How many hosts or machines it activates.
    pub allowance: Allowance,
    /// How long certificates of its hosts are valid; `None` is the usual time.
    pub certificate_validity: Option<Span>,
    /// When it was issued.
    pub issued: Timestamp,
    /// When it was withdrawn.
    pub withdrawn: Option<Timestamp>,
}

/// The product keys in one transaction.
pub trait KeyRows {
    /// The product keys issued, oldest first.
    ///
    /// # Errors
    /// Where the store fails.
    fn keys(&mut self) -> Result<Vec<IssuedKey>, StoreError>;

    /// The names of the product keys issued, oldest first: for those who read them one by one.
    ///
    /// # Errors
    /// Where the store fails.
    fn key_ids(&mut self) -> Result<Vec<KeyId>, StoreError>;

    /// The product keys with these last five characters, oldest first.
    ///
    /// # Errors
    /// Where the store fails.
    fn keys_ending(&mut self, last_five: &str) -> Result<Vec<IssuedKey>, StoreError>;

    /// One product key.
    ///
    /// # Errors
    /// Where the store fails.
    fn key(&mut self, id: KeyId) -> Result<Option<IssuedKey>, StoreError>;

    /// Adds a product key of a family that there is.
    ///
    /// # Errors
    /// Where the store fails.
    fn add_key(&mut self, key: &IssuedKey, by: Stamp) -> Result<(), StoreError>;

    /// Replaces customer, policy and allowance of `before`, which is there, by those of `after`; the allowance stays of its
    /// kind. Where they are equal nothing is done.
    ///
    /// # Errors
    /// Where the store fails.
    fn change_key(&mut self, before: &IssuedKey, after: &IssuedKey, by: Stamp) -> Result<(), StoreError>;

    /// Withdraws a product key; one that is withdrawn already stays so from its first time.
    ///
    /// # Errors
    /// Where the store fails.
    fn withdraw_key(&mut self, id: KeyId, by: Stamp) -> Result<(), StoreError>;
}
