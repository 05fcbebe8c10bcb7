//! What a service manager such as systemd hands over and is told: a socket (`sd_listen_fds(3)`), the state of a service
//! (`sd_notify(3)`), signs of life (`sd_watchdog_enabled(3)`). Without one all of it does nothing.

use std::net::SocketAddr;

use crate::{Error, Listener};

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
use other::inherited;
#[cfg(not(unix))]
pub use other::{ready, reloading, show_life, stopping};
#[cfg(unix)]
use unix::inherited;
#[cfg(unix)]
pub use unix::{ready, reloading, show_life, stopping};

/// Listens at the socket that the service manager has opened for this program, which may be at a port that the program itself
/// may not take; without one at `address`.
///
/// # Errors
///
/// As [`Listener::bind`]; what was handed over is not a TCP socket that listens.
///
/// # Panics
///
/// Outside a tokio runtime.
pub fn listen(address: SocketAddr) -> Result<Listener, Error> {
    match inherited()? {
        Some(listener) => Ok(listener),
        None => Listener::bind(address),
    }
}
