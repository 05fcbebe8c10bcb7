//! The id of a request, and the trace that it is part of (W3C Trace Context, level 1).

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue};

/// What one request is called: in the log, in its answer, in metrics and traces. Shown as 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId {
    id: u64,
    trace: u128,
    caller: Option<Caller>,
}

/// What a `traceparent` says beside the trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Caller {
    span: u64,
    recorded: bool,
}

/// Makes ids that no other request of this program has, nor, as good as certainly, of another.
#[derive(Debug, Default)]
pub struct RequestIds {
    made: AtomicU64,
    random: RandomState,
}

impl RequestIds {
    /// The id of the next request: part of the trace that its headers name, or of a trace of its own.
    pub fn next(&self, headers: &HeaderMap) -> RequestId {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let [id, high] = [0, 1].map(|half| self.random.hash_one((number, half)).max(1));
        match traceparent(headers) {
            Some((trace, caller)) => RequestId { id, trace, caller: Some(caller) },
            None => RequestId { id, trace: u128::from(high) << 64 | u128::from(id), caller: None },
        }
    }
}

impl RequestId {
    /// The header in which an answer names its request.
    pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

    /// The trace that the request is part of, as 32 hexadecimal digits.
    pub fn trace(&self) -> impl fmt::Display + use<> {
        let trace = self.trace;
        fmt::from_fn(move |f| write!(f, "{trace:032x}"))
    }

    /// Whether the caller named the trace.
    pub const fn is_traced(&self) -> bool {
        self.caller.is_some()
    }

    /// Whether the caller records its trace; `None` where it named none.
    pub(crate) fn is_recorded(&self) -> Option<bool> {
        self.caller.map(|caller| caller.recorded)
    }

    pub(crate) const fn number(&self) -> u64 {
        self.id
    }

    /// The span of the caller in which this request was made, as 16 hexadecimal digits.
    pub(crate) fn parent(&self) -> Option<String> {
        self.caller.map(|caller| format!("{:016x}", caller.span))
    }

    /// The id of a part of this request's work.
    pub(crate) fn part(&self, number: u64) -> String {
        format!("{:016x}", (self.id ^ number.wrapping_add(1).wrapping_mul(ODD)).max(1))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.id)
    }
}

impl From<RequestId> for HeaderValue {
    fn from(id: RequestId) -> Self {
        Self::try_from(id.to_string()).expect("hexadecimal digits are a header's value")
    }
}

/// What the caller says of its trace. What is not exactly a `traceparent` counts as none (section 3.2.2).
fn traceparent(headers: &HeaderMap) -> Option<(u128, Caller)> {
    let mut values = headers.get_all("traceparent").iter();
    let (value, None) = (values.next()?.to_str().ok()?, values.next()) else { return None };
    let mut parts = value.split('-');
    let mut hex = |digits: usize| {
        let part = parts.next()?;
        let is_hex = part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if part.len() == digits && is_hex { u128::from_str_radix(part, 16).ok() } else { None }
    };
    let (version, trace, span, flags) = (hex(2)?, hex(32)?, hex(16)?, hex(2)?);
    let has_more = parts.next().is_some();
    // Later versions may say more after what this one says.
    if version == 0xff || version == 0 && has_more || trace == 0 || span == 0 {
        return None;
    }
    Some((trace, Caller { span: u64::try_from(span).ok()?, recorded: flags & 1 == 1 }))
}

/// An odd number with bits all over: parts of a request get ids that differ.
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> RequestId {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("traceparent", HeaderValue::from_str(value).unwrap());
        }
        RequestIds::default().next(&headers)
    }

    #[test]
    fn a_request_is_part_of_the_trace_that_its_caller_names() {
        let id = of(&["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"]);
        assert_eq!(id.trace().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(id.parent().as_deref(), Some("00f067aa0ba902b7"));
        assert_eq!((id.is_recorded(), id.to_string().len()), (Some(true), 16));
        assert_ne!(id.to_string(), "00f067aa0ba902b7");
        let later = of(&["cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-what-comes"]);
        assert_eq!((later.trace().to_string(), later.is_recorded()), (id.trace().to_string(), Some(false)));
    }

    #[test]
    fn what_is_not_exactly_a_traceparent_counts_as_none() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let wrong: &[&[&str]] = &[
            &[],
            &[""],
            &[good, good],
            &["ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
            &["00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"],
            &["00-00000000000000000000000000000000-00f067aa0ba902b7-01"],
            &["00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"],
            &["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"],
            &["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"],
            &["00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
            &["00-4bf92f3577b34da6a3ce929d0e0e47361-00f067aa0ba902b7-01"],
        ];
        for values in wrong {
            assert!(!of(values).is_traced(), "{values:?}");
        }
    }

    #[test]
    fn no_two_requests_have_one_id_and_a_trace_of_its_own_ends_with_it() {
        let ids = RequestIds::default();
        let [one, other] = [(); 2].map(|()| ids.next(&HeaderMap::new()));
        assert_ne!(one, other);
        assert!(one.trace().to_string().ends_with(&one.to_string()));
        assert_ne!(one.part(0), one.part(1));
        assert_ne!(one.part(0), one.to_string());
    }
}
