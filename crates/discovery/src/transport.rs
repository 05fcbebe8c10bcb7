//! One message to one server, and what comes back in time.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

use leasehold_core::Clock;

/// How a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// In one datagram each way.
    Udp,
    /// Over a connection, in any length.
    Tcp,
}

/// Until when something is waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline<'s> {
    at: Duration,
    clock: &'s dyn Clock,
}

impl<'s> Deadline<'s> {
    /// That far from now.
    pub(crate) fn after(time: Duration, clock: &'s dyn Clock) -> Self {
        Self { at: clock.running().since.saturating_add(time), clock }
    }

    /// This, but at most `time` from now.
    pub(crate) fn within(self, time: Duration) -> Self {
        let sooner = Self::after(time, self.clock);
        Self { at: self.at.min(sooner.at), ..self }
    }

    /// What is left.
    pub(crate) fn left(self) -> Option<Duration> {
        let left = self.at.saturating_sub(self.clock.running().since);
        // Sockets know no wait of no time.
        (left >= Duration::from_millis(1)).then_some(left)
    }

    fn left_or_late(self) -> io::Result<Duration> {
        self.left().ok_or_else(|| ErrorKind::TimedOut.into())
    }
}

/// Sends `message` as a datagram from a port of the system's choosing, and gives the first answer of that server that
/// `read` takes; what it does not take is passed over.
pub(crate) fn by_udp<T>(
    server: SocketAddr,
    message: &[u8],
    deadline: Deadline<'_>,
    mut read: impl FnMut(&[u8]) -> Option<T>,
) -> io::Result<T> {
    let own: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(own)?;
    // Connected, so that the system drops what others send and reports when nothing listens there.
    socket.connect(server)?;
    socket.send(message)?;
    let mut buffer = vec![0; usize::from(u16::MAX)];
    loop {
        socket.set_read_timeout(Some(deadline.left_or_late()?))?;
        let length = socket.recv(&mut buffer).map_err(late)?;
        if let Some(taken) = read(&buffer[..length]) {
            return Ok(taken);
        }
    }
}

/// Sends `message` over a connection and gives what is answered.
pub(crate) fn by_tcp(server: SocketAddr, message: &[u8], deadline: Deadline<'_>) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&server, deadline.left_or_late()?).map_err(late)?;
    let length = u16::try_from(message.len()).map_err(|_| ErrorKind::InvalidInput)?;
    stream.set_write_timeout(Some(deadline.left_or_late()?))?;
    stream.write_all(&[&length.to_be_bytes(), message].concat()).map_err(late)?;
    let mut length = [0; 2];
    fill(&mut stream, &mut length, deadline)?;
    let mut answer = vec![0; u16::from_be_bytes(length).into()];
    fill(&mut stream, &mut answer, deadline)?;
    Ok(answer)
}

/// Reads all of `buffer`, however slowly it drips, but no longer than to the deadline.
fn fill(stream: &mut TcpStream, mut buffer: &mut [u8], deadline: Deadline<'_>) -> io::Result<()> {
    while !buffer.is_empty() {
        stream.set_read_timeout(Some(deadline.left_or_late()?))?;
        match stream.read(buffer) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(length) => buffer = &mut buffer[length..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(late(error)),
        }
    }
    Ok(())
}

/// Systems have two words for having waited too long.
fn late(error: io::Error) -> io::Error {
    if error.kind() == ErrorKind::WouldBlock { ErrorKind::TimedOut.into() } else { error }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use leasehold_core::{Running, Timestamp};

    use super::*;

    /// A clock that goes on by a quarter of a second whenever it is read.
    #[derive(Debug, Default)]
    struct Ticking(std::sync::Mutex<Duration>);

    impl Clock for Ticking {
        fn now(&self) -> Timestamp {
            Timestamp::default()
        }

        fn running(&self) -> Running {
            let mut since = self.0.lock().unwrap();
            *since += Duration::from_millis(250);
            Running { boot: String::new(), since: *since }
        }
    }

    /// What comes of asking by TCP where `answer` is written byte by byte.
    fn answered(answer: &'static [u8]) -> io::Result<Vec<u8>> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            for byte in answer {
                // The client may have hung up.
                let _ = stream.write_all(&[*byte]);
            }
            let _ = stream.read(&mut [0; 16]);
        });
        let ticking = Ticking::default();
        let said = by_tcp(address, b"hello", Deadline::after(Duration::from_secs(4), &ticking));
        server.join().unwrap();
        said
    }

    #[test]
    fn a_message_comes_whole_however_it_is_cut() {
        assert_eq!(answered(b"\0\x02hi, and more").unwrap(), b"hi");
    }

    #[test]
    fn a_server_that_hangs_up_within_its_message_has_not_answered() {
        assert_eq!(answered(b"\0\x09hi").unwrap_err().kind(), ErrorKind::UnexpectedEof);
    }

    #[test]
    fn no_call_waits_past_the_deadline() {
        let ticking = Ticking::default();
        let over = Deadline::after(Duration::ZERO, &ticking);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        assert_eq!(by_tcp(address, b"hello", over).unwrap_err().kind(), ErrorKind::TimedOut);
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let silent = socket.local_addr().unwrap();
        let reply: io::Result<()> = by_udp(silent, b"hello", over, |_| None);
        assert_eq!(reply.unwrap_err().kind(), ErrorKind::TimedOut);
    }
}
