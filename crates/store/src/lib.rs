//! Storage as the servers see it: traits, the shape of each transaction, and the suite every backend passes.

pub mod authority;
pub mod copy;
mod error;
pub mod host;

pub use error::StoreError;
