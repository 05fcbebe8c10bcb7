//! The socket that a server listens on, bound before anything is served so that the port is known.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::Error;

/// A bound and listening TCP socket.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Listens at `address`; port 0 takes any free one, which [`Listener::address`] then tells.
    ///
    /// # Errors
    ///
    /// The address is taken, not permitted, not this machine's, or refused for another reason; the error names it.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn bind(address: SocketAddr) -> Result<Self, Error> {
        listen(address).map_err(|source| Error::listen(address, source))
    }

    /// The address listened at, with the actual port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, peer) = self.socket.accept().await?;
        // Answers are one small write: waiting to fill a packet would only cost a round trip.
        stream.set_nodelay(true)?;
        Ok((stream, peer))
    }
}

fn listen(address: SocketAddr) -> io::Result<Listener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A restart must not wait for old connections to expire. On Windows the same option would let two programs share a port.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    let socket = socket.listen(BACKLOG)?;
    Ok(Listener { address: socket.local_addr()?, socket })
}

/// Connections that the system holds for us before they are accepted.
const BACKLOG: u32 = 4096;

#[cfg(test)]
mod tests {
    use leasehold_core::Code;

    use super::*;

    #[tokio::test]
    async fn an_address_in_use_is_named() {
        let first = Listener::bind(([127, 0, 0, 1], 0).into()).unwrap();
        let error = Listener::bind(first.address()).unwrap_err();
        assert_eq!(error.code(), Code::AddressInUse);
        assert_eq!(error.to_string(), format!("address {}: already in use", first.address()));
    }

    #[tokio::test]
    async fn an_address_of_another_machine_is_told_apart() {
        // 192.0.2.0/24 is set aside for documentation (RFC 5737).
        let error = Listener::bind(([192, 0, 2, 1], 0).into()).unwrap_err();
        assert_eq!(error.code(), Code::AddressUnknown);
    }
}
