#![doc = include_str!("../README.md")]

pub mod authority;
pub mod copy;
mod error;
pub mod host;
pub mod migration;

pub use error::StoreError;
