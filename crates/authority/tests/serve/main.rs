//! The authority as a service: real connections, a real store.

#[path = "../common/mod.rs"]
mod common;
mod limits;
mod public;
mod running;
