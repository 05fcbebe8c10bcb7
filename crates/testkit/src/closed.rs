//! A port at which nothing listens, and nothing will: an address that was free a moment ago may be another test's by now.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};

/// A loopback address where connections are refused; as long as this lives, no one else is given its port.
///
/// It is the near end of a connection: the system keeps it apart from all others, and no one listens there.
#[derive(Debug)]
pub struct ClosedPort {
    near: TcpStream,
    _far: TcpListener,
}

impl ClosedPort {
    /// # Panics
    /// Where the system gives no loopback port.
    #[expect(clippy::new_without_default, reason = "it takes a port of the system's")]
    pub fn new() -> Self {
        let far = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a loopback port");
        let near = TcpStream::connect(far.local_addr().expect("a bound socket has an address"));
        Self { near: near.expect("a connection to ourselves"), _far: far }
    }

    /// Where nothing listens.
    ///
    /// # Panics
    /// Never: a connected socket has an address.
    pub fn address(&self) -> SocketAddr {
        self.near.local_addr().expect("a connected socket has an address")
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address().port()
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    #[test]
    fn connections_are_refused_and_the_port_is_no_one_elses() {
        let closed = ClosedPort::new();
        for _ in 0..3 {
            assert_eq!(TcpStream::connect(closed.address()).expect_err("refused").kind(), ErrorKind::ConnectionRefused);
        }
        assert_eq!(TcpListener::bind(closed.address()).expect_err("taken").kind(), ErrorKind::AddrInUse);
    }
}
