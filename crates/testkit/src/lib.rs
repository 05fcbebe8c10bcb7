//! Fixtures for the tests of all crates. Only ever a dev-dependency.

pub mod responder;
pub mod vectors;
pub mod vendor;
