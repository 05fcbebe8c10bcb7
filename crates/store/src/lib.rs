//! Storage as the servers see it: traits, the shape of each transaction, and the suite every backend passes.

pub mod authority;
mod error;
pub mod host;

pub use error::StoreError;
