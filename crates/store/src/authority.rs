//! What the authority keeps: the vendor, its families, products and product keys, and whom these have activated.
//!
//! Rules are not here: callers read what a decision needs and record what it says in one transaction
//! (`transact`). Every method that changes something writes its audit row in the same transaction.

pub mod alike;
mod audit;
pub mod copy;
mod differences;
mod record;
pub mod suite;
mod token;

use leasehold_core::activation::Taken;
use leasehold_core::{FamilyId, Fingerprint, KeyId, ProductId, PublicKey, Timestamp, TokenName};

pub use audit::{Actor, AuditRow, Change, Stamp};
pub use differences::Differences;
pub use record::{
    Activation, AuthorityCertificate, Family, IssuedKey, Place, Product, Revocation, RevocationList, Revoked, Vendor,
};
pub use token::{Role, Roles, Token};

use crate::StoreError;

/// A store of an authority. Transactions are serialisable and durable once they have been answered.
pub trait AuthorityStore: Send + Sync {
    /// Runs `work` as one transaction called `name`: what it records is kept if it succeeds, else nothing of it.
    ///
    /// `work` may be run twice, when others have changed what it read. Callers use `transact` instead.
    ///
    /// # Errors
    /// That of `work`, or why the store could not begin or commit.
    fn run(&self, name: &'static str, work: &mut Work<'_>) -> Result<(), StoreError>;
}

/// What a backend is to run in one transaction.
pub type Work<'w> = dyn FnMut(&mut dyn Transaction) -> Result<(), StoreError> + 'w;

impl dyn AuthorityStore + '_ {
    /// Runs `work` as one transaction called `name` and returns its value.
    ///
    /// `work` may be run twice, so it draws no chance and changes nothing outside.
    ///
    /// # Errors
    /// That of `work`, or why the store could not begin or commit.
    ///
    /// # Panics
    /// Where the backend succeeds without having run `work`.
    pub fn transact<T>(
        &self,
        name: &'static str,
        mut work: impl FnMut(&mut dyn Transaction) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut value = None;
        self.run(name, &mut |tx| {
            value = Some(work(tx)?);
            Ok(())
        })?;
        Ok(value.expect("a transaction that has succeeded has run"))
    }
}

/// One transaction: what it reads does not change under it.
pub trait Transaction {
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
    fn revoke_key(&mut self, id: KeyId, by: Stamp) -> Result<(), StoreError>;

    /// What a product key has activated, as far as it bears on `subject` asking from a machine of `fingerprint`:
    /// [`Taken::alike`] has at least the key pairs on what is the same machine under `drift`, by the ordinals of their
    /// places, the latest activation of each first. How many others there are does not matter to the time it takes
    /// ([`alike::lookups`]).
    ///
    /// # Errors
    /// Where the store fails.
    fn taken(
        &mut self,
        key: KeyId,
        subject: &PublicKey,
        fingerprint: &Fingerprint,
        drift: u64,
    ) -> Result<Taken, StoreError>;

    /// Records an activation: a new one, or another answer to a key pair that has its ordinals already.
    ///
    /// # Errors
    /// Where the store fails.
    fn record(&mut self, activation: &Activation, by: Stamp) -> Result<(), StoreError>;

    /// How many hosts or machines a product key has activated.
    ///
    /// # Errors
    /// Where the store fails.
    fn places_taken(&mut self, key: KeyId) -> Result<u64, StoreError>;

    /// How many key pairs a product key has activated.
    ///
    /// # Errors
    /// Where the store fails.
    fn activations_taken(&mut self, key: KeyId) -> Result<u64, StoreError>;

    /// Of the hosts or machines that a product key has activated, those whose ordinal is higher than `after`, `most` of
    /// them, with the latest activation of each, by ordinal.
    ///
    /// # Errors
    /// Where the store fails.
    fn places(&mut self, key: KeyId, after: u64, most: u64) -> Result<Vec<Place>, StoreError>;

    /// The activations of the key pair with this name, each with its product key, oldest first.
    ///
    /// # Errors
    /// Where the store fails.
    fn activations_of(&mut self, subject: KeyId) -> Result<Vec<(KeyId, Place)>, StoreError>;

    /// The names of all key pairs that a product key has activated, oldest first.
    ///
    /// # Errors
    /// Where the store fails.
    fn activated(&mut self, key: KeyId) -> Result<Vec<KeyId>, StoreError>;

    /// Key pairs that were activated, with all that is kept of them and a number each, in its order: `most` of them whose
    /// number is higher than `after`.
    ///
    /// # Errors
    /// Where the store fails.
    fn all_activated(&mut self, after: u64, most: u64) -> Result<Vec<(u64, copy::Activated)>, StoreError>;

    /// Adds a record of another store as it is, without a row of audit of its own.
    ///
    /// # Errors
    /// Where the store fails.
    fn put(&mut self, record: &copy::Record) -> Result<(), StoreError>;

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

    /// Adds a token, whose name and hash are new.
    ///
    /// # Errors
    /// Where the store fails.
    fn add_token(&mut self, token: &Token, by: Stamp) -> Result<(), StoreError>;

    /// The token with this hash, whether or not it may still be used.
    ///
    /// # Errors
    /// Where the store fails.
    fn token(&mut self, hash: &[u8; 32]) -> Result<Option<Token>, StoreError>;

    /// The tokens, oldest first.
    ///
    /// # Errors
    /// Where the store fails.
    fn tokens(&mut self) -> Result<Vec<Token>, StoreError>;

    /// Notes when a token was last used; this is no change, and leaves no row in the audit.
    ///
    /// # Errors
    /// Where the store fails.
    fn token_used(&mut self, name: &TokenName, at: Timestamp) -> Result<(), StoreError>;

    /// Withdraws a token; one that is withdrawn already stays so from its first time.
    ///
    /// # Errors
    /// Where the store fails.
    fn revoke_token(&mut self, name: &TokenName, by: Stamp) -> Result<(), StoreError>;

    /// Rows of the audit older than the number `before`, or the newest, `most` of them, newest first.
    ///
    /// # Errors
    /// Where the store fails.
    fn audit(&mut self, before: Option<u64>, most: u64) -> Result<Vec<AuditRow>, StoreError>;
}
