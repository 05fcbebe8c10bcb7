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
mod row;
pub mod schema;

use self::row::Cell;

/// Reads a table that is compiled into this crate.
fn table<T: Cell>(text: &str) -> T {
    // By way of values of one type: a reader of TOML that is made for each type takes many times the code.
    T::read(toml::from_str(text).expect("a table of this crate is TOML"))
}
