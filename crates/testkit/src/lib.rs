//! Fixtures for the tests of all crates. Only ever a dev-dependency.

pub mod chance;
pub mod dns;
pub mod dns_script;
pub mod http;
#[cfg(unix)]
pub mod postgres;
pub mod responder;
pub mod vectors;
pub mod vendor;
