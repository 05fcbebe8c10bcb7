#![doc = include_str!("../README.md")]

mod ask;
mod cache;
mod config;
mod error;
mod finder;
mod found;
#[doc(hidden)]
pub mod fuzzing;
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
