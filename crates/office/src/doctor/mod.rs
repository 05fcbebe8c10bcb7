//! Whether clients find the organisation's KMS hosts: the service records of each domain, where they lead, and whether
//! their ports are open. A connection is opened and closed again; no byte of any activation protocol is sent.

mod connect;
mod judge;
mod look;

pub use connect::Port;
pub use judge::judge;
pub use look::{Asked, Domain, Seen, Target, Way, look, look_up};
