//! The activation objects that were signed for directories: all of them, since each holds until it ends, unless it is revoked.

pub(super) mod suite;

use leasehold_core::{Cti, KeyId, Timestamp};

use crate::StoreError;

/// An activation object that was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedObject {
    /// The product key that it was signed for.
    pub key: KeyId,
    /// The key pair that asked for it.
    pub subject: KeyId,
    /// Its name.
    pub cti: Cti,
    /// When it ends.
    pub expires: Timestamp,
}

/// The activation objects in one transaction.
pub trait ObjectRows {
    /// Records an object; the activation that it answers is audited.
    ///
    /// # Errors
    /// Where the store fails.
    fn record_object(&mut self, object: &SignedObject) -> Result<(), StoreError>;

    /// All objects that were signed, oldest first: there are few directories, and few objects of each.
    ///
    /// # Errors
    /// Where the store fails.
    fn objects(&mut self) -> Result<Vec<SignedObject>, StoreError>;
}
