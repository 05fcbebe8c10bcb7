//! The authority as a service: real connections, a real store.

mod admin;
mod agreement;
#[path = "../common/mod.rs"]
mod common;
mod dashboard;
mod limits;
mod public;
mod running;
mod schema;
