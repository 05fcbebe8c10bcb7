//! ID tokens of an `OpenID` Connect provider, checked with its keys: those of users who ask for leases, and of administrators who sign in.

#[doc(hidden)]
pub mod fuzzing;
mod header;
mod json;
mod keys;
mod token;

pub use header::{Algorithm, Header};
pub use keys::KeySet;
pub use token::{Claims, Expected, Token, read};
