//! The plainest HTTP client: one request, one connection, everything read.
#![expect(clippy::missing_panics_doc, reason = "a fixture that panics is a test that fails")]

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;

/// A status and a body.
pub type Answer = (u16, Vec<u8>);

/// Posts a document (`application/cose`).
///
/// # Errors
/// Where the server is gone or goes before it has answered.
pub fn post(address: &str, path: &str, body: &[u8]) -> io::Result<Answer> {
    let length = body.len();
    let head = format!("POST {path} HTTP/1.1\r\ncontent-type: application/cose\r\ncontent-length: {length}\r\n");
    exchange(address, &head, body)
}

/// Gets what is at `path`.
///
/// # Errors
/// Where the server is gone or goes before it has answered.
pub fn get(address: &str, path: &str) -> io::Result<Answer> {
    exchange(address, &format!("GET {path} HTTP/1.1\r\n"), &[])
}

/// The code of a problem document.
pub fn problem(body: &[u8]) -> String {
    let value: serde_json::Value = serde_json::from_slice(body).expect("a problem document");
    value["type"].as_str().expect("a type").rsplit(':').next().expect("a code").to_owned()
}

fn exchange(address: &str, head: &str, body: &[u8]) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(format!("{head}host: test\r\nconnection: close\r\n\r\n").as_bytes())?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").ok_or(ErrorKind::UnexpectedEof)?;
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    let body = answer[end + 4..].to_vec();
    if length.is_some_and(|length| body.len() < length) {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok((status.ok_or(ErrorKind::InvalidData)?, body))
}
