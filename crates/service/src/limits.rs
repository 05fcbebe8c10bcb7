//! What one server takes on at most: sizes, times and numbers, their defaults in one place.

use std::time::Duration;

/// The limits of one server.
///
/// All of them hold for each connection by itself, save [`Limits::connections`], [`Limits::connections_per_address`] and [`Limits::drain_timeout`]. Timeouts
/// are noticed late by half of the shortest one at most, never early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request's body; a longer one is answered 413 `malformed`.
    pub body_bytes: usize,
    /// Bytes of a request's line and headers, at least 8,192; more are answered 431. Their number is at most 100.
    pub header_bytes: u32,
    /// Time for a TLS handshake.
    pub handshake_timeout: Duration,
    /// Time from a connection's start, and from the first byte of a later request, to the end of the headers; then the
    /// connection is cut.
    pub header_timeout: Duration,
    /// Time from the end of the headers to the end of the body; then the request is answered 408 `timeout`.
    pub body_timeout: Duration,
    /// Time for the handler's answer; then the request is answered 503 `busy`.
    pub answer_timeout: Duration,
    /// Time for which a connection is kept open between requests. A client that has not taken its answer by then, and
    /// for [`Limits::header_timeout`] more, is cut.
    pub idle_timeout: Duration,
    /// Connections open at once. New ones then wait in the system's backlog, unanswered, until one ends; when more than
    /// nine in ten are taken, connections are closed after each answer and while idle, so that idle ones hold no place.
    pub connections: u32,
    /// Connections open at once from one address (IPv6: one /64); more are closed at once.
    pub connections_per_address: u32,
    /// Requests in flight on one HTTP/2 connection.
    pub streams: u32,
    /// Time that a shutdown leaves to requests in flight; then their connections are cut.
    pub drain_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 4 * 1024,
            header_bytes: 16 * 1024,
            handshake_timeout: Duration::from_secs(10),
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(10),
            answer_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(75),
            connections: 10_000,
            connections_per_address: 1_000,
            streams: 128,
            drain_timeout: Duration::from_secs(10),
        }
    }
}

/// How much above the limit of a body is still read and thrown away: a client that is writing would not see an answer given before.
pub(crate) const DISCARD: usize = 64 * 1024;
