//! Whether a port is open: a TCP connection is opened, and closed at once.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use leasehold_core::Clock;
use serde::Serialize;

/// What became of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "state")]
pub enum Port {
    /// The port is open.
    Open {
        /// How long the connection took, in milliseconds.
        milliseconds: u64,
    },
    /// The machine answers, and the port is closed.
    Refused,
    /// Nothing is heard: a firewall swallows it, or the machine is off.
    Filtered,
    /// There is no way there.
    Unreachable,
    /// It was not tried: there were too many.
    #[serde(rename = "untried")]
    NotTried,
}

/// Tries each address, several at a time.
pub(super) fn connect(addresses: &[SocketAddr], timeout: Duration, clock: &dyn Clock) -> Vec<Port> {
    let tried = addresses.len().min(MAX_TRIED);
    let mut ports = Vec::with_capacity(addresses.len());
    for some in addresses[..tried].chunks(AT_ONCE) {
        thread::scope(|scope| {
            let each: Vec<_> = some.iter().map(|address| scope.spawn(|| one(*address, timeout, clock))).collect();
            ports.extend(each.into_iter().map(|thread| thread.join().unwrap_or(Port::NotTried)));
        });
    }
    ports.resize(addresses.len(), Port::NotTried);
    ports
}

fn one(address: SocketAddr, timeout: Duration, clock: &dyn Clock) -> Port {
    let begun = clock.running().since;
    match TcpStream::connect_timeout(&address, timeout) {
        Ok(_) => {
            let took = clock.running().since.saturating_sub(begun);
            Port::Open { milliseconds: u64::try_from(took.as_millis()).unwrap_or(u64::MAX) }
        }
        Err(error) => match error.kind() {
            ErrorKind::ConnectionRefused => Port::Refused,
            ErrorKind::TimedOut | ErrorKind::WouldBlock => Port::Filtered,
            _ => Port::Unreachable,
        },
    }
}

/// As many addresses as are tried at all.
const MAX_TRIED: usize = 512;
/// As many as are tried at a time.
const AT_ONCE: usize = 32;
