//! What the authority keeps: the vendor, its families, products and product keys, and what these have activated.
//!
//! Rules are not here: callers read what a decision needs and record what it says in one transaction
//! (`transact`). Every method that changes something writes its audit row in the same transaction.

pub mod activations;
mod audit;
pub mod copy;
mod differences;
mod families;
mod keys;
mod objects;
mod products;
mod reports;
mod revocations;
mod stamp;
pub mod suite;
mod tokens;
mod vendor;

pub use activations::{Activation, ActivationRows, NewActivation};
pub use audit::{AuditRow, AuditRows, Change};
pub use differences::Differences;
pub use families::{Family, FamilyRows};
pub use keys::{IssuedKey, KeyRows};
pub use objects::{ObjectRows, SignedObject};
pub use products::{Product, ProductRows};
pub use reports::{Fork, ForkPolicy, HostReport, HostUsage, ReportRows, Tip};
pub use revocations::{Revocation, RevocationList, RevocationRows, Revoked};
pub use stamp::{Actor, Person, Stamp};
pub use tokens::{Role, Roles, Token, TokenRows};
pub use vendor::{AuthorityCertificate, Vendor, VendorRows};

use crate::StoreError;
use copy::CopyRows;

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
    /// `work` may be run twice, so it draws no random numbers and changes nothing outside.
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

/// One transaction: what it reads does not change under it. A backend implements the traits it is made of, one for each
/// kind of row.
pub trait Transaction:
    VendorRows
    + FamilyRows
    + ProductRows
    + KeyRows
    + ActivationRows
    + ObjectRows
    + ReportRows
    + RevocationRows
    + TokenRows
    + AuditRows
    + CopyRows
{
}

impl<T> Transaction for T where
    T: VendorRows
        + FamilyRows
        + ProductRows
        + KeyRows
        + ActivationRows
        + ObjectRows
        + ReportRows
        + RevocationRows
        + TokenRows
        + AuditRows
        + CopyRows
{
}
