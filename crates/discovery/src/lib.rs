//! How machines find hosts by themselves: looking up the service's SRV records in DNS and choosing among them, and on
//! the hosts' side publishing them.
//!
//! Lookup is what everybody gets, blocking and without any runtime. The feature `publish` adds updates of a zone
//! (RFC 2136) signed with a shared key (RFC 8945), the feature `mdns` the local link. Nothing found here is trusted:
//! whoever forges a record can delay a client, and what a host says is checked against the vendor's root key elsewhere.
//! Clock and chance are arguments ([`Surroundings`]).

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
mod record;
mod surroundings;
mod transport;

pub use config::Config;
pub use error::LookupError;
pub use finder::Finder;
pub use found::{Attempt, Candidate, Found, Heard, Outcome, Searched};
pub use message::Kind;
pub use name::{DomainName, NameError, ServiceLabel};
pub use record::ServiceRecord;
pub use surroundings::Surroundings;
pub use transport::Transport;
