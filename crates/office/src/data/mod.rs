//! The workbench's tables: facts with their sources, as TOML beside the code. What a table says is never said in code
//! again; what it says in words only is carried out by the modules that use it.

use serde::de::DeserializeOwned;

pub mod errors;
pub mod indicators;
pub mod kms;
pub mod plan;

/// The table in `text`, the file `name` of the crate's folder `data`.
///
/// # Panics
/// Where the file is not what the program was built for: a test reads every one.
pub(crate) fn read<T: DeserializeOwned>(name: &str, text: &str) -> T {
    toml::from_str(text).unwrap_or_else(|error| panic!("{name} is part of the program and tested: {error}"))
}
