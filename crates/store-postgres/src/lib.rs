#![doc = include_str!("../README.md")]

mod address;
mod address_error;
pub mod authority;
mod environment;
mod failure;
pub mod host;
mod pass_file;
mod pooler;
mod schema;
mod session;
mod tls;

pub use address::Address;
pub use address_error::AddressError;
pub use environment::Environment;
