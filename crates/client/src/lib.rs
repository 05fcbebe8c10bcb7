//! The SDK that an application carries: device key, leases, standing, and asking a host when it is time.
//!
//! [`Client::open`] reads what is stored and never waits for the network; [`Client::standing`] decides from that alone.
//! [`Client::activate`] and [`Client::tick`] ask a host, [`Renewer`] does so in a thread of its own. Deciding is
//! `leasehold-core`'s, bytes and signatures are `leasehold-wire`'s; here are the files, the sockets and the clock.
//! There is no async runtime.

mod address;
mod chance;
mod client;
mod clock;
mod error;
mod machine;
mod options;
mod renewer;
mod session;
mod state;
mod status;

pub use address::{AddressError, AuthorityAddress, HostAddress};
pub use chance::{Chance, SystemChance};
pub use client::{Client, Released, Tick};
pub use clock::{Clock, Running, SystemClock};
pub use error::{Error, Failure, HostSource, Tried};
pub use leasehold_discovery as discovery;
pub use machine::{Machine, host_name};
pub use options::{Options, state_directory};
pub use renewer::Renewer;
pub use session::authority::keyed::Keyed;
pub use session::authority::link::{AuthorityError, AuthorityLink, Said};
pub use session::exchange::NotAHost;
pub use session::host::answer::Mismatch;
pub use session::host::asking::{Answer, Granted, Outcome};
pub use session::host::examine::{Hidden, Shown};
#[cfg(feature = "mdns")]
pub use session::host::lookup::LocalLink;
pub use session::host::lookup::{Lookup, SearchError};
pub use session::host::route::{Reach, Route};
pub use session::refused::Refused;
pub use state::files::Note;
pub use state::generalize;
pub use state::record::Setback;
pub use status::Status;

/// What this SDK calls itself in requests.
pub const VERSION: &str = concat!("leasehold-rust/", env!("CARGO_PKG_VERSION"));
