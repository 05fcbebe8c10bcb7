//! The SDK that an application carries: it keeps the device key and leases, decides the standing, and asks a host when it
//! is time.
//!
//! [`Client::open`] reads what is stored and never waits for the network; [`Client::standing`] decides from that alone.
//! [`Client::activate`] and [`Client::tick`] ask a host, [`Renewer`] does so in a thread of its own. Decisions are
//! `leasehold-core`'s, bytes and signatures are `leasehold-wire`'s; files, sockets and clocks are here. There is no async
//! runtime.
//!
//! ```no_run
//! use leasehold_client::{Client, Options, Renewer, Standing};
//! use std::sync::Arc;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // The vendor ships the manifest with the application.
//! let manifest = std::fs::read("acme-cad.lh")?;
//! let client = Arc::new(Client::open(&manifest, Options::from_environment()?)?);
//! let renewer = Renewer::start(Arc::clone(&client), |attempt| eprintln!("{attempt:?}"))?;
//! match client.standing() {
//!     Standing::Licensed { .. } => println!("all features"),
//!     Standing::Unactivated { .. } => println!("all features; please activate"),
//!     Standing::Grace { why, .. } => println!("all features, with a warning: {why}"),
//!     Standing::Reduced { why } => println!("read-only: {why}"),
//! }
//! renewer.stop();
//! # Ok(())
//! # }
//! ```

mod address;
mod client;
mod context;
pub mod doctor;
mod error;
mod machine;
mod options;
mod renewer;
mod session;
mod state;
mod status;
mod system;

pub use address::{AddressError, AuthorityAddress, HostAddress};
pub use client::{Client, Tick};
pub use error::Error;
pub use error::failure::{Failure, HostSource, Tried};
pub use leasehold_core::clock::{ClockSkew, Reading};
pub use leasehold_core::standing::Mode;
pub use leasehold_core::{
    Clock, Code, Component, Cti, FamilyId, Fingerprint, KeyId, KeyKind, ProductId, ProductKey, ProductNumber,
    PublicKey, Rng, Running, Span, Standing, Text, Timestamp, Why,
};
pub use leasehold_discovery as discovery;
pub use leasehold_wire::armour::ArmourError;
pub use leasehold_wire::{Lease, Malformed, Manifest, Method, Reason};
pub use machine::{Machine, host_name};
pub use options::{EnvironmentError, Options};
pub use renewer::Renewer;
pub use session::authority::keyed::Keyed;
pub use session::authority::link::{AuthorityError, AuthorityLink, AuthorityReply};
pub use session::exchange::NotAHost;
pub use session::host::answer::Mismatch;
pub use session::host::asking::{Answer, Granted, Outcome};
#[cfg(feature = "mdns")]
pub use session::host::lookup::LocalLink;
pub use session::host::lookup::{Lookup, SearchError};
pub use session::host::release::Released;
pub use session::host::route::{Reach, Route};
pub use session::refused::{Proof, Refused};
pub use state::directory::state_directory;
pub use state::files::Note;
pub use state::generalize;
pub use state::record::LastFailure;
pub use status::Status;
pub use system::{SystemClock, SystemRng};

/// What this SDK calls itself in requests.
pub const VERSION: &str = concat!("leasehold-rust/", env!("CARGO_PKG_VERSION"));
