//! The plainest HTTP client: one request, one connection, everything read.
#![expect(clippy::missing_panics_doc, reason = "a fixture that panics is a test that fails")]

use std::fmt::Write as _;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A status and a body.
pub type Answer = (u16, Vec<u8>);

/// All of an answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    head: String,
}

/// Posts a document (`application/cose`).
///
/// # Errors
/// Where the server is gone or goes before it has answered.
pub fn post(address: &str, path: &str, body: &[u8]) -> io::Result<Answer> {
    send(address, &format!("POST {path}"), &[COSE], body).map(|reply| (reply.status, reply.body))
}

/// Gets what is at `path`.
///
/// # Errors
/// Where the server is gone or goes before it has answered.
pub fn get(address: &str, path: &str) -> io::Result<Answer> {
    send(address, &format!("GET {path}"), &[], &[]).map(|reply| (reply.status, reply.body))
}

/// Sends a request: its method and path, what headers it has besides those that it needs, its body.
///
/// # Errors
/// Where the server is gone or goes before it has answered.
pub fn send(address: &str, what: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<Reply> {
    let length = body.len();
    let mut head = format!("{what} HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-length: {length}\r\n");
    headers.iter().for_each(|(name, value)| write!(head, "{name}: {value}\r\n").expect("a text grows"));
    let mut stream = TcpStream::connect(address)?;
    // A connection may outlive a server that was killed: Wine keeps one that was not accepted yet.
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").ok_or(ErrorKind::UnexpectedEof)?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(ErrorKind::InvalidData)?;
    let reply = Reply { status, head, body: answer[end + 4..].to_vec() };
    let length = reply.header("content-length").and_then(|length| length.parse::<usize>().ok());
    if length.is_some_and(|length| reply.body.len() < length) {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(reply)
}

/// The code of a problem document.
pub fn problem(body: &[u8]) -> String {
    let value: serde_json::Value = serde_json::from_slice(body).expect("a problem document");
    value["type"].as_str().expect("a type").rsplit(':').next().expect("a code").to_owned()
}

impl Reply {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// All values of a header that may stand there several times.
    pub fn headers(&self, name: &str) -> Vec<&str> {
        let fields = self.head.lines().filter_map(|line| line.split_once(':'));
        fields.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).collect()
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

const TIMEOUT: Duration = Duration::from_mins(1);

/// The header of a document's type.
pub const COSE: (&str, &str) = ("content-type", "application/cose");
