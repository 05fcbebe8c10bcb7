//! A conversation with one server, bounded in time and size.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use leasehold_core::Clock;
use rustls::{ClientConnection, StreamOwned};

use crate::address::{DirectoryAddress, Scheme};
use crate::error::Failure;
use crate::message::{self, Answer, Done, Operation, RawEntry, Search};
use crate::tls::Trust;

/// A conversation with one server. All of it ends within [`TIMEOUT`], and reads no more than [`MAX_BYTES`].
#[derive(Debug)]
pub(crate) struct Connection<'c> {
    stream: Option<Stream<'c>>,
    sent: u64,
    /// What was read and not looked at yet.
    buffer: Vec<u8>,
    /// What may still be read.
    left: usize,
}

/// What a search has found.
#[derive(Debug, Default)]
pub(crate) struct FoundEntries {
    pub(crate) entries: Vec<RawEntry>,
    /// How often the server has referred elsewhere.
    pub(crate) references: usize,
}

#[derive(Debug)]
enum Stream<'c> {
    Plain(Timed<'c>),
    Tls(Box<StreamOwned<ClientConnection, Timed<'c>>>),
}

/// A socket that waits until the end of the conversation, and no longer.
#[derive(Debug)]
struct Timed<'c> {
    socket: TcpStream,
    deadline: Deadline<'c>,
}

#[derive(Clone, Copy, Debug)]
struct Deadline<'c> {
    at: Duration,
    clock: &'c dyn Clock,
}

impl<'c> Connection<'c> {
    /// Connects; within TLS where the address says so.
    pub(crate) fn open(address: &DirectoryAddress, trust: &Trust, clock: &'c dyn Clock) -> Result<Self, Failure> {
        let deadline = Deadline { at: clock.running().since.saturating_add(TIMEOUT), clock };
        let sockets = (address.name(), address.port()).to_socket_addrs().map_err(|_| Failure::NameNotFound)?;
        let mut last = None;
        for socket in sockets.take(MAX_ADDRESSES) {
            match TcpStream::connect_timeout(&socket, deadline.left()?.min(CONNECT)) {
                Ok(socket) => {
                    let stream = Stream::Plain(Timed { socket, deadline });
                    let mut opened = Self { stream: Some(stream), sent: 0, buffer: Vec::new(), left: MAX_BYTES };
                    if address.scheme() == Scheme::Ldaps {
                        opened.secure(address, trust)?;
                    }
                    return Ok(opened);
                }
                Err(error) => last = Some(error),
            }
        }
        Err(last.map_or(Failure::NameNotFound, Failure::from))
    }

    /// Starts TLS where it is not spoken yet (RFC 4511 section 4.14).
    pub(crate) fn start_tls(&mut self, address: &DirectoryAddress, trust: &Trust) -> Result<(), Failure> {
        if let Some(Stream::Tls(_)) = self.stream {
            return Ok(());
        }
        let done = self.ask(Operation::StartTls)?;
        if done.code != 0 {
            return Err(Failure::NoTls(describe(&done)));
        }
        if !self.buffer.is_empty() {
            return Err(Failure::Malformed("more than the answer came before TLS"));
        }
        self.secure(address, trust)
    }

    fn secure(&mut self, address: &DirectoryAddress, trust: &Trust) -> Result<(), Failure> {
        let tls = trust.connection(address.name())?;
        if let Some(Stream::Plain(socket)) = self.stream.take() {
            let mut stream = StreamOwned::new(tls, socket);
            while stream.conn.is_handshaking() {
                stream.conn.complete_io(&mut stream.sock)?;
            }
            self.stream = Some(Stream::Tls(Box::new(stream)));
        }
        Ok(())
    }

    /// Carries out an operation that has one answer.
    pub(crate) fn ask(&mut self, operation: Operation<'_>) -> Result<Done, Failure> {
        let id = self.send(operation)?;
        match self.receive(id)? {
            Answer::Done(done) => Ok(done),
            Answer::Entry(_) | Answer::Reference | Answer::Other => {
                Err(Failure::Malformed("an answer of another kind than was asked for"))
            }
        }
    }

    /// All that a search finds, page by page; with the result that ended it.
    pub(crate) fn search(&mut self, search: &Search<'_>) -> Result<(FoundEntries, Done), Failure> {
        let (mut found, mut search, mut messages) = (FoundEntries::default(), search.clone(), 0);
        loop {
            let id = self.send(Operation::Search(&search))?;
            let done = loop {
                messages += 1;
                if messages > MAX_MESSAGES {
                    return Err(Failure::TooLarge("too many entries or references"));
                }
                match self.receive(id)? {
                    Answer::Entry(entry) => found.entries.push(entry),
                    Answer::Reference => found.references += 1,
                    Answer::Done(done) => break done,
                    Answer::Other => return Err(Failure::Malformed("an answer of another kind than was asked for")),
                }
            };
            match (&mut search.page, done.code) {
                (Some(page), 0) if !done.cookie.is_empty() => page.clone_from(&done.cookie),
                _ => return Ok((found, done)),
            }
        }
    }

    fn send(&mut self, operation: Operation<'_>) -> Result<u64, Failure> {
        self.sent += 1;
        let message = zeroize::Zeroizing::new(message::encode(self.sent, operation));
        let stream = self.stream.as_mut().ok_or(Failure::Malformed("the conversation has ended"))?;
        stream.write_all(&message)?;
        stream.flush()?;
        Ok(self.sent)
    }

    fn receive(&mut self, id: u64) -> Result<Answer, Failure> {
        let length = loop {
            match message::length(&self.buffer)? {
                Some(length) if length > self.left.saturating_add(self.buffer.len()) => {
                    return Err(Failure::TooLarge("more than a megabyte"));
                }
                Some(length) if length > MAX_MESSAGE => return Err(Failure::TooLarge("one entry of it")),
                Some(length) if length <= self.buffer.len() => break length,
                Some(_) | None => self.fill()?,
            }
        };
        let message: Vec<u8> = self.buffer.drain(..length).collect();
        match message::decode(&message)? {
            (answered, answer) if answered == id => Ok(answer),
            // A server that ends the conversation says so without having been asked.
            (0, Answer::Done(done)) => Err(Failure::Refused(describe(&done))),
            _ => Err(Failure::Malformed("an answer to something that was not asked")),
        }
    }

    fn fill(&mut self) -> Result<(), Failure> {
        let mut chunk = [0; 8_192];
        let stream = self.stream.as_mut().ok_or(Failure::Malformed("the conversation has ended"))?;
        let read = stream.read(&mut chunk)?;
        if read == 0 {
            return Err(io::Error::from(ErrorKind::UnexpectedEof).into());
        }
        self.left = self.left.checked_sub(read).ok_or(Failure::TooLarge("more than a megabyte"))?;
        self.buffer.extend_from_slice(&chunk[..read]);
        Ok(())
    }
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        // A server that is told closes at once; one that is not does so by itself.
        drop(self.send(Operation::Unbind));
    }
}

/// The result of an operation in words: the server's, and the number where those do not name it.
pub(crate) fn describe(done: &Done) -> String {
    let name = NAMES.iter().find(|(code, _)| *code == done.code).map_or("", |(_, name)| name);
    let words = [name, done.message.as_str()].into_iter().filter(|words| !words.is_empty());
    let words = words.collect::<Vec<_>>().join(": ");
    if words.is_empty() { format!("result {}", done.code) } else { format!("{words} (result {})", done.code) }
}

impl Read for Stream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.socket.set_read_timeout(Some(self.deadline.left()?))?;
        self.socket.read(buffer)
    }
}

impl Write for Timed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.set_write_timeout(Some(self.deadline.left()?))?;
        self.socket.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

impl Deadline<'_> {
    fn left(self) -> io::Result<Duration> {
        let left = self.at.saturating_sub(self.clock.running().since);
        // Sockets know no wait of no time.
        if left >= Duration::from_millis(1) { Ok(left) } else { Err(ErrorKind::TimedOut.into()) }
    }
}

/// Results by their names (RFC 4511 section 4.1.9).
const NAMES: &[(u64, &str)] = &[
    (1, "operations error"),
    (2, "protocol error"),
    (3, "time limit exceeded"),
    (4, "size limit exceeded"),
    (8, "stronger authentication required"),
    (10, "referral"),
    (11, "administrative limit exceeded"),
    (13, "confidentiality required"),
    (16, "no such attribute"),
    (19, "constraint violation"),
    (21, "invalid attribute syntax"),
    (17, "undefined attribute type"),
    (32, "no such object"),
    (34, "invalid DN"),
    (48, "inappropriate authentication"),
    (49, "invalid credentials"),
    (50, "insufficient access rights"),
    (51, "busy"),
    (52, "unavailable"),
    (53, "unwilling to perform"),
    (64, "naming violation"),
    (65, "object class violation"),
    (68, "entry already exists"),
];
/// How long the whole conversation may take: as a host that was found (DESIGN section 6).
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long one address may take to accept.
const CONNECT: Duration = Duration::from_secs(3);
/// Addresses of one name that are tried.
const MAX_ADDRESSES: usize = 4;
/// More than all objects of one vendor have.
const MAX_BYTES: usize = 1_024 * 1_024;
/// More than one entry with an object has: a document of 16 KiB in base64.
const MAX_MESSAGE: usize = 64 * 1_024;
/// Entries and references that are read.
const MAX_MESSAGES: usize = 1_000;
