//! The PROXY protocol, versions 1 and 2: what a proxy in front of a server says of a connection before its first byte.
//!
//! It is read only from trusted proxies. Whether it is there is seen from the first bytes, which no request and no handshake
//! has: a proxy that passes on what its clients send, bytes and headers, is none to trust.

use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::prefixed_stream::PrefixedStream;

/// The connection behind the header, and the address that it tells; the proxy's own (`peer`) where it tells none.
pub(crate) async fn accept(
    mut stream: TcpStream,
    peer: SocketAddr,
) -> io::Result<(PrefixedStream<TcpStream>, SocketAddr)> {
    let mut bytes = Vec::with_capacity(256);
    loop {
        match parse(&bytes) {
            Parsed::Incomplete if stream.read_buf(&mut bytes).await? == 0 => {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Parsed::Incomplete => {}
            Parsed::Absent => return Ok((PrefixedStream::new(stream, bytes), peer)),
            Parsed::Header { source, length } => {
                let rest = bytes.split_off(length);
                return Ok((PrefixedStream::new(stream, rest), source.unwrap_or(peer)));
            }
            Parsed::Malformed => {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "malformed header of the PROXY protocol"));
            }
        }
    }
}

/// What the first bytes of a connection are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parsed {
    /// They may become a header.
    Incomplete,
    /// They are no header.
    Absent,
    /// A header of this length; `source` is `None` where the proxy asks for itself, or does not know.
    Header { source: Option<SocketAddr>, length: usize },
    /// They begin as a header does, and go on otherwise.
    Malformed,
}

fn parse(bytes: &[u8]) -> Parsed {
    let begins = |mark: &[u8]| mark.starts_with(&bytes[..bytes.len().min(mark.len())]);
    if bytes.starts_with(LINE) {
        line(bytes)
    } else if bytes.starts_with(SIGNATURE) {
        binary(bytes)
    } else if begins(LINE) || begins(SIGNATURE) {
        Parsed::Incomplete
    } else {
        Parsed::Absent
    }
}

/// Version 1: one line of text.
fn line(bytes: &[u8]) -> Parsed {
    let window = &bytes[..bytes.len().min(MAX_LINE)];
    let Some(end) = window.windows(2).position(|pair| pair == b"\r\n") else {
        return if bytes.len() < MAX_LINE { Parsed::Incomplete } else { Parsed::Malformed };
    };
    let length = end + 2;
    let Ok(text) = std::str::from_utf8(&bytes[LINE.len()..end]) else { return Parsed::Malformed };
    if text == "UNKNOWN" || text.starts_with("UNKNOWN ") {
        return Parsed::Header { source: None, length };
    }
    let words: Vec<&str> = text.split(' ').collect();
    let [family, source, destination, port, _] = words[..] else { return Parsed::Malformed };
    let ends = (source.parse::<IpAddr>(), destination.parse::<IpAddr>(), port.parse::<u16>());
    match (family, ends) {
        ("TCP4", (Ok(ip @ IpAddr::V4(_)), Ok(IpAddr::V4(_)), Ok(port)))
        | ("TCP6", (Ok(ip @ IpAddr::V6(_)), Ok(IpAddr::V6(_)), Ok(port))) => {
            Parsed::Header { source: Some(SocketAddr::new(ip.to_canonical(), port)), length }
        }
        _ => Parsed::Malformed,
    }
}

/// Version 2: a signature, then command, family, length, addresses and extensions.
fn binary(bytes: &[u8]) -> Parsed {
    let Some((head, rest)) = bytes.split_at_checked(HEAD) else { return Parsed::Incomplete };
    let (command, family) = (head[12], head[13]);
    let size = usize::from(u16::from_be_bytes([head[14], head[15]]));
    if size > MAX_BINARY {
        return Parsed::Malformed;
    }
    let Some(body) = rest.get(..size) else { return Parsed::Incomplete };
    let address = |width: usize| {
        let ip: IpAddr = match body.get(..width)? {
            four if width == 4 => <[u8; 4]>::try_from(four).ok()?.into(),
            sixteen => <[u8; 16]>::try_from(sixteen).ok()?.into(),
        };
        let port = body.get(2 * width..2 * width + 4)?;
        Some(SocketAddr::new(ip.to_canonical(), u16::from_be_bytes([port[0], port[1]])))
    };
    let length = HEAD + size;
    match (command, family) {
        (0x21, 0x11) => address(4).map_or(Parsed::Malformed, |source| Parsed::Header { source: Some(source), length }),
        (0x21, 0x21) => address(16).map_or(Parsed::Malformed, |source| Parsed::Header { source: Some(source), length }),
        // LOCAL: the proxy itself asks, to see whether the server is alive; or for a client of another family.
        (0x20 | 0x21, _) => Parsed::Header { source: None, length },
        _ => Parsed::Malformed,
    }
}

const LINE: &[u8] = b"PROXY ";
const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
/// The longest line of version 1.
const MAX_LINE: usize = 107;
/// Signature, command, family and length.
const HEAD: usize = 16;
/// Addresses and extensions: what proxies tell of a TLS client fits in.
const MAX_BINARY: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn source(bytes: &[u8]) -> String {
        match parse(bytes) {
            Parsed::Header { source, length } if length == bytes.len() => {
                source.map_or_else(|| "none".to_owned(), |source| source.to_string())
            }
            other => panic!("{other:?}"),
        }
    }

    fn second(command: u8, family: u8, body: &[u8]) -> Vec<u8> {
        let size = u16::try_from(body.len()).unwrap().to_be_bytes();
        [SIGNATURE, &[command, family], &size, body].concat()
    }

    #[test]
    fn both_versions_tell_the_source_and_each_part_of_a_header_waits_for_more() {
        let four = second(0x21, 0x11, &[203, 0, 113, 5, 10, 0, 0, 1, 0x12, 0x34, 0, 80, 4, 0, 0]);
        let six = [[0x20; 16], [1; 16]].concat();
        let six = second(0x21, 0x21, &[&six[..], &[0x12, 0x34, 0, 80]].concat());
        let headers: [(&[u8], &str); 7] = [
            (b"PROXY TCP4 203.0.113.5 10.0.0.1 4660 80\r\n", "203.0.113.5:4660"),
            (b"PROXY TCP6 2001:db8::5 2001:db8::1 4660 80\r\n", "[2001:db8::5]:4660"),
            (b"PROXY TCP6 ::ffff:203.0.113.5 ::1 4660 80\r\n", "203.0.113.5:4660"),
            (b"PROXY UNKNOWN\r\n", "none"),
            (&four, "203.0.113.5:4660"),
            (&six, "[2020:2020:2020:2020:2020:2020:2020:2020]:4660"),
            (&second(0x20, 0, &[]), "none"),
        ];
        for (header, expected) in headers {
            assert_eq!(source(header), expected);
            for end in 0..header.len() {
                assert_eq!(parse(&header[..end]), Parsed::Incomplete, "{:?}", &header[..end]);
            }
            let more = [header, b"GET / HTTP/1.1\r\n"].concat();
            assert!(matches!(parse(&more), Parsed::Header { length, .. } if length == header.len()));
        }
    }

    #[test]
    fn requests_and_handshakes_are_no_headers() {
        let starts: [&[u8]; 8] =
            [b"G", b"POST /v1", b"PUT", b"PRI * HTTP/2.0", b"PROPFIND ", b"\r\nGET /", b"\x16\x03\x01", b"\r\n\r\nG"];
        for bytes in starts {
            assert_eq!(parse(bytes), Parsed::Absent, "{bytes:?}");
        }
    }

    #[test]
    fn what_begins_as_a_header_and_is_none_is_refused() {
        let long = [LINE, &[b'x'; 200]].concat();
        let bad: [&[u8]; 9] = [
            b"PROXY \r\n",
            b"PROXY TCP4 203.0.113.5 10.0.0.1 80\r\n",
            b"PROXY TCP4 ::1 ::2 1 2\r\n",
            b"PROXY TCP4 203.0.113.5 10.0.0.1 99999 80\r\n",
            b"PROXY TCP9 203.0.113.5 10.0.0.1 1 80\r\n",
            b"PROXY TCP4  203.0.113.5 10.0.0.1 1 80\r\n",
            &long,
            &second(0x31, 0x11, &[0; 12]),
            &second(0x21, 0x11, &[0; 11]),
        ];
        for bytes in bad {
            assert_eq!(parse(bytes), Parsed::Malformed, "{bytes:?}");
        }
        assert_eq!(parse(&[SIGNATURE, &[0x21, 0x11, 0xff, 0xff]].concat()), Parsed::Malformed);
    }
}
