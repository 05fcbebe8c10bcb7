//! The tables of facts in `data/`, each entry with its source. Parsed once, at first use; nothing here decides.

pub mod address;
pub mod errors;
pub mod gvlk;
pub mod indicators;
pub mod kms;
pub mod method;
pub mod outputs;
pub mod plan;
pub mod products;
pub mod schema;

use serde::de::DeserializeOwned;

/// Reads a table that is compiled into this crate.
fn table<T: DeserializeOwned>(text: &str) -> T {
    toml::from_str(text).expect("a table of this crate parses: its test reads it")
}
