//! The vendor's side: the root and authority keys, products and product keys, and the answers to hosts and machines.
//!
//! [`Home`] is the vendor's folder, [`Authority`] whoever holds the authority key and signs; [`products`] and [`keys`]
//! need the store alone. [`serve`] puts an authority on the network. No clock and no chance of its own: `now` and [`Rng`]
//! are arguments, or come from [`serve::Surroundings`]. Which store it is, and all talk with people, is left to the binary.

mod approve;
mod asking;
mod authority;
mod chance;
mod error;
pub mod export;
pub mod families;
mod file;
mod founding;
mod grant;
mod home;
mod key_file;
mod key_name;
pub mod keys;
pub mod places;
mod policy_change;
pub mod products;
pub mod revocations;
pub mod rotation;
mod secret;
pub mod serve;
pub mod tokens;
mod trail;

pub use approve::{Approval, Granted};
pub use asking::Asking;
pub use authority::{Authority, Terms};
pub use chance::Rng;
pub use error::Error;
pub use founding::{Founded, Founding, Start, found, vendor};
pub use home::Home;
pub use key_name::{KeyName, NoKeyName};
pub use policy_change::{Changed, PolicyChange};
pub use secret::Secret;
pub use trail::audit;

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
