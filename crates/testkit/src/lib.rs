#![doc = include_str!("../README.md")]

pub mod clock;
pub mod closed;
pub mod dns;
pub mod dns_script;
pub mod forge;
pub mod http;
#[cfg(target_os = "linux")]
pub mod ldap;
pub mod need;
pub mod net;
pub mod oidc;
#[cfg(unix)]
pub mod pgbouncer;
#[cfg(unix)]
pub mod postgres;
pub mod process;
pub mod responder;
pub mod rng;
pub mod vectors;
pub mod vendor;
pub mod wait;

pub use clock::VirtualClock;
pub use closed::ClosedPort;
pub use rng::SeededRng;
