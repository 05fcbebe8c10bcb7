//! The agent of this machine: it renews for all products, and carries the requests of applications that may not use the network.
//!
//! [`protocol`] is what is said over its socket, [`source`] where an application looks for it, [`courier`] the application's side,
//! [`Agent`] the agent's own. It is a courier, not an authority: an application verifies what it brings as if a host had sent it.

pub(crate) mod courier;
mod keeper;
mod pipe;
pub(crate) mod protocol;
pub(crate) mod source;
mod watched;

pub use keeper::{Agent, AgentEvent};
pub use protocol::{MAX_CALL_BYTES, ProductState};
pub use source::{AgentSource, agent_socket, products_folder};
