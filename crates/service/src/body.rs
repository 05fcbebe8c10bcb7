//! Reading a request's body whole, within bounds of size and time.

use std::pin::pin;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

use crate::Limits;
use crate::activity::Activity;
use crate::idle::CheckIntervals;
use crate::limits::DISCARD;

/// Why there is no body to hand on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is too large.
    TooLarge(Rest),
    /// It did not arrive in time.
    Stalled,
    /// It broke off, or its encoding is not valid.
    Broken,
}

/// What is left of a body that is too large.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// Nothing: the connection is ready for the next request.
    Discarded,
    /// Some of it may still come.
    Unread,
}

/// Reads the body whole.
pub(crate) async fn read(
    body: Incoming,
    limits: &Limits,
    looks: &CheckIntervals,
    activity: &Activity,
) -> Result<Bytes, Fault> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    // The declared length, where there is one: no byte of a far too large body is asked for.
    let declared = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if declared > limits.body_bytes.saturating_add(DISCARD) {
        return Err(Fault::TooLarge(Rest::Unread));
    }
    let read = activity.within(looks.body, pin!(gather(body, limits.body_bytes))).await;
    read.unwrap_or(Err(Fault::Stalled))
}

async fn gather(mut body: Incoming, limit: usize) -> Result<Bytes, Fault> {
    let mut whole = Bytes::new();
    let mut parts = BytesMut::new();
    let mut length = 0;
    while !body.is_end_stream()
        && let Some(frame) = body.frame().await
    {
        let Ok(part) = frame.map_err(|_| Fault::Broken)?.into_data() else { continue };
        length += part.len();
        if length > limit.saturating_add(DISCARD) {
            return Err(Fault::TooLarge(Rest::Unread));
        }
        if length > limit {
            continue;
        }
        // Nearly every body comes in one part, which is handed on as it is.
        if whole.is_empty() {
            whole = part;
        } else {
            if parts.is_empty() {
                parts.extend_from_slice(&whole);
            }
            parts.extend_from_slice(&part);
        }
    }
    match length {
        _ if length > limit => Err(Fault::TooLarge(Rest::Discarded)),
        _ if parts.is_empty() => Ok(whole),
        _ => Ok(parts.freeze()),
    }
}
