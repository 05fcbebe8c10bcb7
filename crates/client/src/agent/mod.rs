//! The agent of this machine: it renews for all products, and carries the requests of applications that may not use the network.
//! What applications say to it, and how, is [`crate::courier`].

mod keeper;
mod watched;

pub use keeper::{Agent, AgentEvent};
