#![doc = include_str!("../README.md")]

mod address;
mod agent;
mod client;
mod context;
mod courier;
pub mod doctor;
mod error;
mod exchange;
mod file;
#[doc(hidden)]
pub mod fuzzing;
pub mod json;
mod machine;
mod options;
mod policy;
mod provider;
mod refused;
mod renewer;
mod route;
mod session;
mod state;
mod status;
mod system;
mod test_clock;
mod token;
mod users;

pub use address::{AddressError, AuthorityAddress, HostAddress};
pub use agent::{Agent, AgentEvent};
pub use client::borrowing::{Borrowed, Shortfall, ShortfallCause};
pub use client::{Client, Tick};
pub use courier::protocol::{MAX_CALL_BYTES, ProductState};
pub use courier::source::{AgentSource, Owner as AgentOwner, agent_socket, products_folder};
pub use error::agent::AgentFault;
pub use error::authority::AuthorityError;
#[cfg(feature = "directory")]
pub use error::directory::{DirectoryFault, ObjectFault};
pub use error::failure::{Failure, Mismatch, NotAHost, Tried};
pub use error::provider::{ProviderError, ProviderFault};
pub use error::proxy::{ProxyCause, ProxyFault};
pub use error::search::SearchError;
pub use error::tls::TlsFault;
pub use error::{Error, describe_io};
pub use file::read_file;
pub use leasehold_core::clock::{ClockSkew, Reading};
pub use leasehold_core::standing::Mode;
pub use leasehold_core::{
    Clock, Code, Component, Cti, FamilyId, Fingerprint, KeyId, KeyKind, ProductId, ProductKey, ProductNumber,
    PublicKey, Rng, Running, Span, Standing, Text, Timestamp, Why,
};
#[cfg(feature = "directory")]
pub use leasehold_directory as directory;
pub use leasehold_discovery as discovery;
pub use leasehold_wire::armour::ArmourError;
pub use leasehold_wire::parts;
pub use leasehold_wire::{Lease, Malformed, Manifest, Method, Reason};
pub use machine::{Machine, host_name};
pub use options::{EnvironmentError, HostName, Options};
pub use policy::{POLICY_NAMES, PolicySetting, policy, setting};
pub use provider::sign_in::{Prompt, SignInUser, SignInWay};
pub use provider::{ProviderLink, ProviderMetadata, check_issuer};
pub use refused::{Proof, Refused};
pub use renewer::Renewer;
pub use route::{HostSource, Reach, Route};
pub use session::authority::keyed::Keyed;
pub use session::authority::link::{AuthorityLink, AuthorityReply};
pub use session::carried::Installed;
#[cfg(feature = "directory")]
pub use session::directories::{Directories, DirectoryAccount, DirectorySource};
pub use session::host::outcome::{Answer, Granted, Outcome};
pub use session::host::release::Released;
pub use session::host::user::UserDevice;
#[cfg(feature = "mdns")]
pub use session::search::LocalLink;
pub use session::search::Lookup;
pub use state::directory::state_directory;
pub use state::files::Note;
pub use state::generalize;
pub use state::record::LastFailure;
pub use state::sign_in::SignedIn;
pub use status::{DirectoryActivation, Status};
pub use system::{SystemClock, SystemRng};
pub use test_clock::{MovedClock, TestClock, TestClockError};
pub use users::SignedOut;

/// What this SDK calls itself in requests.
pub const VERSION: &str = concat!("leasehold-rust/", env!("CARGO_PKG_VERSION"));
