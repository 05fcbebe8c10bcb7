//! The socket that a server listens on, bound before anything is served so that the port is known.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream};

use crate::Error;

/// A bound and listening TCP socket.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Listens at `address`; port 0 takes any free one, which [`Listener::address`] then tells. `[::]` takes IPv4 too, and
    /// is all of IPv4 on a machine without IPv6.
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

    /// A socket that listens already.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    #[cfg(unix)]
    pub(crate) fn inherited(socket: std::net::TcpListener) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        let socket = TcpListener::from_std(socket)?;
        Ok(Self { address: socket.local_addr()?, socket })
    }

    /// The address listened at, with the actual port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, peer) = self.socket.accept().await?;
        // Answers are one small write: waiting to fill a packet would only cost a round trip.
        stream.set_nodelay(true)?;
        // One of IPv4 is itself, not `::ffff:192.0.2.1`, in limits, logs and lists.
        Ok((stream, SocketAddr::new(peer.ip().to_canonical(), peer.port())))
    }
}

fn listen(address: SocketAddr) -> io::Result<Listener> {
    let socket = match Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP)) {
        // A machine that was set up without IPv6 is reached by IPv4 as well as it can be.
        Err(error) if address.ip() == Ipv6Addr::UNSPECIFIED && knows_no_ipv6(&error) => {
            return listen(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), address.port()));
        }
        other => other?,
    };
    // All of IPv6 is all of IPv4 too, which some systems do only when asked.
    if address.ip() == Ipv6Addr::UNSPECIFIED {
        socket.set_only_v6(false)?;
    }
    // A restart must not wait for old connections to expire. On Windows the same option would let two programs share a port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    let socket = TcpListener::from_std(socket.into())?;
    Ok(Listener { address: socket.local_addr()?, socket })
}

/// Whether the system has no IPv6 at all (`EAFNOSUPPORT`).
fn knows_no_ipv6(error: &io::Error) -> bool {
    const CODES: [i32; 3] = if cfg!(windows) { [10_047; 3] } else { [97, 47, 106] };
    error.kind() == io::ErrorKind::Unsupported || error.raw_os_error().is_some_and(|code| CODES.contains(&code))
}

/// Connections that the system holds for us before they are accepted.
const BACKLOG: i32 = 4096;

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use leasehold_core::Code;

    use super::*;

    #[tokio::test]
    async fn all_of_ipv6_takes_ipv4_too_and_tells_its_addresses_as_they_are() {
        let all = Listener::bind((Ipv6Addr::UNSPECIFIED, 0).into()).unwrap();
        for ip in [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)] {
            let connected = TcpStream::connect((ip, all.address().port())).await;
            // A machine may have no IPv6; then `[::]` is all of IPv4.
            let Ok(client) = connected else {
                assert!(ip.is_ipv6() && all.address().is_ipv4());
                continue;
            };
            let (_, peer) = all.accept().await.unwrap();
            assert_eq!(peer, client.local_addr().unwrap());
        }
    }

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
