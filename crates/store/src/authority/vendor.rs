//! The vendor, and the authorities that its root has certified.

pub(super) mod suite;

use leasehold_core::{KeyId, PublicKey, Text, Timestamp};

use super::Stamp;
use crate::StoreError;

/// Whose store it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vendor {
    /// What people call it.
    pub name: Text,
    /// The root key, on which all else rests.
    pub root: PublicKey,
    /// When it was made.
    pub made: Timestamp,
}

/// The root's certificate for an authority's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityCertificate {
    /// The authority.
    pub authority: KeyId,
    /// From when it may sign.
    pub not_before: Timestamp,
    /// Until when it may sign.
    pub expires: Timestamp,
    /// The document.
    pub document: Vec<u8>,
}

/// The vendor and its authorities in one transaction.
pub trait VendorRows {
    /// The vendor, once there is one.
    ///
    /// # Errors
    /// Where the store fails.
    fn vendor(&mut self) -> Result<Option<Vendor>, StoreError>;

    /// Records whose store this is; there is one vendor.
    ///
    /// # Errors
    /// Where the store fails.
    fn add_vendor(&mut self, vendor: &Vendor, by: Stamp) -> Result<(), StoreError>;

    /// The root's certificates for the authority's keys, newest last.
    ///
    /// # Errors
    /// Where the store fails.
    fn authority_certificates(&mut self) -> Result<Vec<AuthorityCertificate>, StoreError>;

    /// Adds a certificate.
    ///
    /// # Errors
    /// Where the store fails.
    fn add_authority_certificate(&mut self, certificate: &AuthorityCertificate, by: Stamp) -> Result<(), StoreError>;
}
