//! Publication of a host's own SRV record by updates of its zone (RFC 2136), signed with a shared key (RFC 8945).
//!
//! When to publish, and what to do about a failure, is the host's affair; so is its clock.

mod answer;
mod error;
mod key;
mod key_file;
mod publisher;
pub(crate) mod tsig;
pub(crate) mod update;

pub use error::{KeyFault, PublishError, Unreached};
pub use key::{Algorithm, TsigKey};
pub use publisher::{Published, Publisher, Withdrawn};
