#![doc = include_str!("../README.md")]

mod activation_request;
pub mod activations;
mod approve;
mod audit;
mod authority;
mod error;
pub mod export;
pub mod families;
mod file;
mod grant;
mod home;
mod init;
mod key_file;
mod key_name;
pub mod keys;
mod policy_change;
pub mod products;
pub mod reports;
pub mod revocations;
pub mod rotation;
mod secret;
pub mod serve;
pub mod tokens;

pub use activation_request::ActivationRequest;
pub use approve::{Approval, Granted};
pub use audit::audit;
pub use authority::Authority;
pub use error::{Error, ErrorKind};
pub use home::Home;
pub use init::{Created, NewVendor, Start, init, vendor};
pub use key_name::{InvalidKeyName, KeyName};
pub use policy_change::{Changed, PolicyChange};
pub use secret::Secret;

use leasehold_store::authority::{AuthorityStore, Transaction};

/// Runs `work` as one transaction. It decides before it writes: an error other than the store's leaves nothing behind.
fn transact<T>(
    store: &dyn AuthorityStore,
    name: &'static str,
    mut work: impl FnMut(&mut dyn Transaction) -> Result<T, Error>,
) -> Result<T, Error> {
    store.transact(name, |tx| match work(tx) {
        Ok(value) => Ok(Ok(value)),
        Err(Error::Store(error)) => Err(error),
        Err(error) => Ok(Err(error)),
    })?
}
