//! The SDK that an application carries: device key, leases, standing, and asking a host when it is time.
//!
//! [`Client::open`] reads what is stored and never waits for the network; [`Client::standing`] decides from that alone.
//! [`Client::activate`] and [`Client::tick`] ask a host, [`Renewer`] does so in a thread of its own. Deciding is
//! `leasehold-core`'s, bytes and signatures are `leasehold-wire`'s; here are the files, the sockets and the clock.
//! There is no async runtime.

mod address;
mod answer;
mod ask;
mod authority;
mod chance;
mod client;
mod clock;
mod conversation;
mod device;
mod error;
mod examine;
mod exchange;
mod files;
mod held;
mod keyed;
mod lookup;
mod machine;
mod options;
mod proven;
mod record;
mod refused;
mod renewer;
mod route;
mod state;
mod status;

pub use address::{AddressError, AuthorityAddress, HostAddress};
pub use answer::Mismatch;
pub use ask::{Answer, Granted, Outcome};
pub use authority::{AuthorityError, AuthorityLink, Said};
pub use chance::{Chance, SystemChance};
pub use client::{Client, Released, Tick};
pub use clock::{Clock, Running, SystemClock};
pub use error::{Error, Failure, HostSource, Tried};
pub use examine::{Hidden, Shown};
pub use exchange::NotAHost;
pub use files::Note;
pub use keyed::Keyed;
pub use leasehold_discovery as discovery;
#[cfg(feature = "mdns")]
pub use lookup::LocalLink;
pub use lookup::{Lookup, SearchError};
pub use machine::{Machine, host_name};
pub use options::{Options, state_directory};
pub use record::Setback;
pub use refused::Refused;
pub use renewer::Renewer;
pub use route::{Reach, Route};
pub use state::generalize;
pub use status::Status;

/// What this SDK calls itself in requests.
pub const VERSION: &str = concat!("leasehold-rust/", env!("CARGO_PKG_VERSION"));
