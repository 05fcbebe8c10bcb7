//! What fuzz targets reach: the answers of strangers as the client reads them. It is no part of the API.

use crate::refused::{Refused, readable};

/// Reads `body` as a problem document that came with `status`.
///
/// # Panics
/// Where what is read cannot be.
pub fn problem(status: u16, body: &[u8]) {
    let Some(refused) = Refused::parse(status, body, None) else { return };
    let shown = refused.to_string();
    assert!(!refused.code.is_empty() && refused.code.len() <= 63, "{:?}", refused.code);
    assert_eq!(readable(&shown), shown, "what is shown has no control characters and an end");
    assert!(refused.proof.is_none(), "no reading proves anything");
}
