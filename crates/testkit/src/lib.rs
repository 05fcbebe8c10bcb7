//! Fixtures for the tests of all crates. Only ever a dev-dependency.

pub mod vectors;
