//! The hosts, machines and directories that product keys have activated.

pub mod similar;
pub(super) mod suite;

use leasehold_core::activation::{KeyUsage, Ordinals, PlaceId, Placement};
use leasehold_core::{Cti, DirectoryId, KeyId, PublicKey, Text, Timestamp};

use super::Stamp;
use crate::StoreError;

/// One key pair that a product key has activated, with the latest answer given to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewActivation {
    /// The product key.
    pub key: KeyId,
    /// The public half of the host's, machine's or directory's pair.
    pub subject: PublicKey,
    /// Which host, machine or directory of the product key it is, and why.
    pub placement: Placement,
    /// The machine, as last seen, or the directory.
    pub id: PlaceId,
    /// What the host or directory is called.
    pub name: Option<Text>,
    /// The name of the document that answers it.
    pub cti: Cti,
    /// When that document ends.
    pub expires: Option<Timestamp>,
    /// The document: a host certificate, a lease or an activation object.
    pub document: Vec<u8>,
}

/// A host, machine or directory of a product key, with one of its activations: the latest where nothing else is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    /// Which it is, and which of its key pairs this one is.
    pub ordinals: Ordinals,
    /// The public half of the pair.
    pub subject: PublicKey,
    /// The directory, where it is one.
    pub directory: Option<DirectoryId>,
    /// What the host or directory is called.
    pub name: Option<Text>,
    /// When this pair was first activated.
    pub first: Timestamp,
    /// When it was last answered.
    pub last: Timestamp,
    /// When that answer ends.
    pub expires: Option<Timestamp>,
    /// That answer.
    pub document: Vec<u8>,
}

/// The activations in one transaction.
pub trait ActivationRows {
    /// What a product key has activated, as far as it bears on `subject` asking for `id`: [`KeyUsage::similar`] has at least the
    /// key pairs of the same directory, or on what is the same machine under `drift`, by the ordinals of their places, the latest
    /// activation of each first. How many others there are does not matter to the time it takes ([`similar::lookups`]).
    ///
    /// # Errors
    /// Where the store fails.
    fn key_usage(&mut self, key: KeyId, subject: &PublicKey, id: &PlaceId, drift: u64) -> Result<KeyUsage, StoreError>;

    /// Records an activation: a new one, or another answer to a key pair that has its ordinals already.
    ///
    /// # Errors
    /// Where the store fails.
    fn record_activation(&mut self, activation: &NewActivation, by: Stamp) -> Result<(), StoreError>;

    /// How many hosts, machines and directories a product key has activated.
    ///
    /// # Errors
    /// Where the store fails.
    fn places_taken(&mut self, key: KeyId) -> Result<u64, StoreError>;

    /// How many key pairs a product key has activated.
    ///
    /// # Errors
    /// Where the store fails.
    fn activations_taken(&mut self, key: KeyId) -> Result<u64, StoreError>;

    /// Of the hosts, machines and directories that a product key has activated, those whose ordinal is higher than `after`, at most `max`
    /// of them, with the latest activation of each, by ordinal.
    ///
    /// # Errors
    /// Where the store fails.
    fn places(&mut self, key: KeyId, after: u64, max: u64) -> Result<Vec<Activation>, StoreError>;

    /// The directories of all product keys, each with its product key and its latest activation, oldest first.
    ///
    /// # Errors
    /// Where the store fails.
    fn directories(&mut self) -> Result<Vec<(KeyId, Activation)>, StoreError>;

    /// Of the hosts of all host keys, those whose latest activation was recorded after the one of the number `after`, at most `max` of
    /// them, each with that number and its product key, in the order of these numbers.
    ///
    /// # Errors
    /// Where the store fails.
    fn hosts(&mut self, after: u64, max: u64) -> Result<Vec<(u64, KeyId, Activation)>, StoreError>;

    /// How many hosts, machines and directories each product key has activated, where it has any.
    ///
    /// # Errors
    /// Where the store fails.
    fn all_places_taken(&mut self) -> Result<Vec<(KeyId, u64)>, StoreError>;

    /// The activations of the key pair with this name, each with its product key, oldest first.
    ///
    /// # Errors
    /// Where the store fails.
    fn activations_of(&mut self, subject: KeyId) -> Result<Vec<(KeyId, Activation)>, StoreError>;

    /// The names of all key pairs that a product key has activated, oldest first.
    ///
    /// # Errors
    /// Where the store fails.
    fn activated(&mut self, key: KeyId) -> Result<Vec<KeyId>, StoreError>;
}
