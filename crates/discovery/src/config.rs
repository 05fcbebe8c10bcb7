//! Whom to ask, under which suffixes, and for how long.

use std::net::SocketAddr;
use std::time::Duration;

use crate::name::DomainName;

/// Whom to ask, under which suffixes, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Name servers that look things up, in the order to ask them.
    pub servers: Vec<SocketAddr>,
    /// The suffixes under which the service may be, in the order of their hosts.
    pub suffixes: Vec<DomainName>,
    /// How long one server may take for one answer.
    pub timeout: Duration,
    /// How often a silent server is asked.
    pub attempts: u32,
    /// How long one lookup may take in all.
    pub limit: Duration,
}

impl Config {
    /// The longest wait for one answer; short, since further servers and hosts wait for their turn.
    pub const TIMEOUT: Duration = Duration::from_secs(2);

    /// These servers and suffixes, with the usual times.
    pub fn new(servers: Vec<SocketAddr>, suffixes: Vec<DomainName>) -> Self {
        Self { servers, suffixes, timeout: Self::TIMEOUT, attempts: 2, limit: Duration::from_secs(15) }
    }
}
