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
    // By way of values of one type: the TOML reader takes several times the code for each type that it reads.
    let read = toml::from_str(text).map(serde_json::from_value::<T>);
    read.expect("a table of this crate is TOML").expect("a table of this crate has its columns: its test reads it")
}
