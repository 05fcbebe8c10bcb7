//! How machines find hosts by themselves: looking up the service's SRV records in DNS and choosing among them, and on
//! the hosts' side publishing them.
//!
//! Lookup is always there; it blocks and needs no runtime. The feature `publish` adds updates of a zone (RFC 2136) that
//! are signed with a shared key (RFC 8945), the feature `mdns` adds the local link. Nothing found here is trusted: a
//! forged record can delay a client, and what a host says is checked against the vendor's root key elsewhere.
//! Clock and random bytes are arguments ([`leasehold_core::Clock`], [`leasehold_core::Rng`]).

mod ask;
mod cache;
mod config;
mod error;
mod finder;
mod found;
mod machine;
#[cfg(feature = "mdns")]
pub mod mdns;
mod message;
mod name;
mod order;
#[cfg(feature = "publish")]
pub mod publish;
mod random;
mod record;
mod transport;

pub use config::Config;
pub use error::LookupError;
pub use finder::Finder;
pub use found::{Candidate, Found, LookupOutcome, QueryAttempt, Searched, ServerReply};
pub use message::RecordKind;
pub use name::{DomainName, NameError, ServiceLabel};
pub use record::ServiceRecord;
pub use transport::Transport;
