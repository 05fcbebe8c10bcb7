//! The test vectors shared with every binding, made by an independent implementation.

use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;

/// Reads `<name>.json` from `LEASEHOLD_VECTORS` (a relative path counts from the workspace), or from the project's copy.
///
/// # Panics
/// Where the file is missing or no JSON: a test without its vectors has failed.
pub fn read(name: &str) -> Value {
    let workspace = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let folder = env::var_os("LEASEHOLD_VECTORS").map_or_else(|| PathBuf::from("crates/wire/vectors"), PathBuf::from);
    let path = workspace.join(folder).join(name).with_extension("json");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("vectors {}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("vectors {}: {error}", path.display()))
}

/// The bytes that a text of hexadecimal digits stands for.
///
/// # Panics
/// Where it is none.
pub fn unhex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "an odd number of digits: {text}");
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal digits"))
        .collect()
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
        .collect()
}
