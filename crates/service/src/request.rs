//! What a handler is asked: a request whose body has been read whole and is within the limit.

use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, Uri, header};

use crate::trace::RequestId;

/// One request, its body read.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method; `GET` where it was `HEAD`, whose answer is sent without its body.
    pub method: Method,
    /// The target as it was sent; [`Request::path`] and [`Request::query`] are its parts.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body; empty when none was sent.
    pub body: Bytes,
    /// The other end of the connection, which may be a proxy.
    pub peer: SocketAddr,
    /// The client's address: the other end, or what a trusted proxy tells of it.
    pub client: IpAddr,
    /// What it is called in the log, in its answer and in traces.
    pub id: RequestId,
}

impl Request {
    /// The path, percent-encoded as it was sent, without the query.
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// What follows the `?`, if there is one.
    pub fn query(&self) -> Option<&str> {
        self.uri.query()
    }

    /// A header's value, if it is there and is text, of any language: UTF-8, which HTTP carries as it is.
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        std::str::from_utf8(self.headers.get(name)?.as_bytes()).ok()
    }

    /// The media type of the body as it was sent, without its parameters.
    pub fn content_type(&self) -> Option<&str> {
        let value = self.header(&header::CONTENT_TYPE)?;
        value.split(';').next().map(str::trim_ascii)
    }

    /// Whether the body is said to be of this media type; letter case and parameters do not matter.
    pub fn is_content_type(&self, media_type: &str) -> bool {
        self.content_type().is_some_and(|sent| sent.eq_ignore_ascii_case(media_type))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::trace::RequestIds;

    #[test]
    fn a_media_type_is_known_by_its_name_whatever_its_case_and_parameters() {
        let mut request = Request {
            method: Method::POST,
            uri: Uri::from_static("/v1/leases?page=2"),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            peer: ([127, 0, 0, 1], 1).into(),
            client: [127, 0, 0, 1].into(),
            id: RequestIds::default().next(&HeaderMap::new()),
        };
        assert_eq!(request.content_type(), None);
        request.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("Application/COSE ; a=b"));
        assert!(request.is_content_type("application/cose"));
        assert!(!request.is_content_type("application/cbor"));
        assert_eq!((request.path(), request.query()), ("/v1/leases", Some("page=2")));
        request.headers.insert(header::FROM, HeaderValue::from_bytes("Jürgen".as_bytes()).unwrap());
        request.headers.insert(header::VIA, HeaderValue::from_bytes(b"J\xfcrgen").unwrap());
        assert_eq!([header::FROM, header::VIA].map(|name| request.header(&name)), [Some("Jürgen"), None]);
    }
}
