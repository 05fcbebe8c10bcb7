//! A web server for one test: HTTP/1.1 on a loopback port of the system's choosing, one request per connection,
//! each answered by a closure, which may as well hang up.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// `GET`, `POST`.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// Header fields, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What to do about a request.
#[derive(Clone, Debug)]
pub enum Outgoing {
    /// Answer.
    Reply {
        /// The status.
        status: u16,
        /// The media type of the body.
        content_type: &'static str,
        /// Further header fields.
        headers: Vec<(&'static str, String)>,
        /// The body.
        body: Vec<u8>,
    },
    /// Write these bytes, whatever they are, and hang up.
    Raw(Vec<u8>),
    /// Hang up without a word: a lost reply.
    HangUp,
}

/// The server; it stops when dropped.
#[derive(Debug)]
pub struct Responder {
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
    seen: Arc<Mutex<Vec<Incoming>>>,
    thread: Option<JoinHandle<()>>,
}

impl Responder {
    /// Serves with `answer` from now on.
    ///
    /// # Panics
    /// Where the system gives no loopback port.
    pub fn start(answer: impl FnMut(&Incoming) -> Outgoing + Send + 'static) -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST.into(), answer)
    }

    /// The same at this address of the machine.
    ///
    /// # Panics
    /// Where the system gives no port there.
    pub fn start_at(ip: IpAddr, answer: impl FnMut(&Incoming) -> Outgoing + Send + 'static) -> Self {
        let listener = TcpListener::bind((ip, 0)).expect("a loopback port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let (stopping, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let thread = {
            let (stopping, seen) = (Arc::clone(&stopping), Arc::clone(&seen));
            std::thread::spawn(move || serve(&listener, &stopping, &seen, answer))
        };
        Self { address, stopping, seen, thread: Some(thread) }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// All requests so far, in their order.
    pub fn seen(&self) -> Vec<Incoming> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Wakes the listener; where that fails it is gone already.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

impl Outgoing {
    /// A document.
    pub fn cose(body: Vec<u8>) -> Self {
        Self::Reply { status: 200, content_type: "application/cose", headers: Vec::new(), body }
    }

    /// A problem document.
    pub fn problem((status, problem): (u16, serde_json::Value)) -> Self {
        let body = problem.to_string().into_bytes();
        Self::Reply { status, content_type: "application/problem+json", headers: Vec::new(), body }
    }

    /// A status without a body.
    pub fn empty(status: u16) -> Self {
        Self::Reply { status, content_type: "text/plain", headers: Vec::new(), body: Vec::new() }
    }
}

fn serve(
    listener: &TcpListener,
    stopping: &AtomicBool,
    seen: &Mutex<Vec<Incoming>>,
    mut answer: impl FnMut(&Incoming) -> Outgoing,
) {
    for stream in listener.incoming() {
        if stopping.load(Ordering::SeqCst) {
            return;
        }
        // A client that hangs up in the middle is its own affair.
        drop(stream.and_then(|stream| converse(&stream, seen, &mut answer)));
    }
}

fn converse(
    stream: &TcpStream,
    seen: &Mutex<Vec<Incoming>>,
    answer: &mut impl FnMut(&Incoming) -> Outgoing,
) -> io::Result<()> {
    let mut out = stream;
    let Ok(incoming) = read(stream) else {
        return out.write_all(b"HTTP/1.1 400 -\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    };
    seen.lock().unwrap_or_else(PoisonError::into_inner).push(incoming.clone());
    match answer(&incoming) {
        Outgoing::Reply { status, content_type, headers, body } => {
            write!(out, "HTTP/1.1 {status} -\r\nconnection: close\r\ncontent-type: {content_type}\r\n")?;
            headers.iter().try_for_each(|(name, value)| write!(out, "{name}: {value}\r\n"))?;
            if status != 204 {
                write!(out, "content-length: {}\r\n", body.len())?;
            }
            out.write_all(b"\r\n")?;
            out.write_all(&body)
        }
        Outgoing::Raw(bytes) => out.write_all(&bytes),
        Outgoing::HangUp => Ok(()),
    }
}

fn read(stream: &TcpStream) -> io::Result<Incoming> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = Vec::new();
    loop {
        let mut field = String::new();
        reader.read_line(&mut field)?;
        match field.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_lowercase(), value.trim().to_owned())),
            None => break,
        }
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    Ok(Incoming { method, path, headers, body })
}
