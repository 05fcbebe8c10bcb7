//! What is licensed.

pub(super) mod suite;

use leasehold_core::standing::Mode;
use leasehold_core::{FamilyId, ProductId, ProductNumber, Span, Text, Timestamp};

use super::Stamp;
use crate::StoreError;

/// What is licensed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its name.
    pub id: ProductId,
    /// Its number, in generic keys.
    pub number: ProductNumber,
    /// What it is counted with.
    pub family: FamilyId,
    /// What people call it.
    pub title: Text,
    /// How long it runs unactivated.
    pub initial_grace: Span,
    /// Fingerprint components that may change before a machine counts as another one.
    pub drift: u64,
    /// The label of the SRV record where hosts are found; `None` is `leasehold`.
    pub service: Option<Text>,
    /// How the standing reaches the application.
    pub mode: Mode,
    /// Since when it is not granted any more.
    pub withdrawn: Option<Timestamp>,
}

/// The products in one transaction.
pub trait ProductRows {
    /// The products, by number.
    ///
    /// # Errors
    /// Where the store fails.
    fn products(&mut self) -> Result<Vec<Product>, StoreError>;

    /// One product.
    ///
    /// # Errors
    /// Where the store fails.
    fn product(&mut self, id: &ProductId) -> Result<Option<Product>, StoreError>;

    /// Adds a product of a family that there is, whose id and number are new.
    ///
    /// # Errors
    /// Where the store fails.
    fn add_product(&mut self, product: &Product, by: Stamp) -> Result<(), StoreError>;

    /// Replaces `before`, which is there, by `after`, which has its id, number and family. Where they are equal nothing is
    /// done.
    ///
    /// # Errors
    /// Where the store fails.
    fn change_product(&mut self, before: &Product, after: &Product, by: Stamp) -> Result<(), StoreError>;
}
