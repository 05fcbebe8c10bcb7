//! The shared backend: host and authority on PostgreSQL, or a database that speaks as it does.

mod address;
pub mod authority;
mod failure;
pub mod host;
mod pass_file;
mod schema;
mod session;
mod tls;

pub use address::{Address, AddressError, Environment};
