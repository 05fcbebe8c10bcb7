//! A refusal by a host or an authority, as it came: a problem document (RFC 9457).

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use leasehold_core::{Code, KeyId, Span, Timestamp};
use leasehold_wire::SealedRefusal;
use serde::Deserialize;

/// A refusal by a host or an authority.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refused {
    /// The problem type without its URN prefix, such as `threshold-not-met`; it may be one that this release does not know.
    pub code: String,
    /// The HTTP status.
    pub status: u16,
    /// The host's title for it.
    pub title: String,
    /// The host's explanation.
    pub detail: String,
    /// Machines that have asked (`threshold-not-met`).
    pub count: Option<u64>,
    /// Machines that are needed (`threshold-not-met`), or leases that there may be (`capacity-reached`).
    pub limit: Option<u64>,
    /// When to ask again.
    pub retry: Option<Span>,
    /// What this machine's clock said (`clock-skew`).
    pub client_time: Option<Timestamp>,
    /// What the host's clock said (`clock-skew`).
    pub host_time: Option<Timestamp>,
    /// The time of the last request that the host has recorded (`replayed`).
    pub last: Option<Timestamp>,
    /// The host's signature under the refusal, verified; without it the refusal is a message that anyone may have written.
    pub proof: Option<Box<Proof>>,
    /// The signed refusal as it came, not verified.
    pub(crate) document: Option<Box<[u8]>>,
}

/// A refusal that a host of the vendor's has signed, and that was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The host.
    pub host: KeyId,
    /// The document, with its chain.
    pub document: Vec<u8>,
}

impl Refused {
    /// Reads a problem document; `None` where it is none of Leasehold's.
    pub(crate) fn parse(status: u16, body: &[u8], retry_after: Option<Span>) -> Option<Self> {
        let problem: Problem = serde_json::from_slice(body).ok()?;
        let code = problem.kind.strip_prefix(PREFIX)?;
        let well_formed = !code.is_empty() && code.len() <= 63;
        let well_formed = well_formed && code.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        let retry = problem.retry.map(Span::seconds).or(retry_after);
        well_formed.then(|| Self {
            code: code.to_owned(),
            status,
            title: readable(&problem.title),
            detail: readable(&problem.detail),
            count: problem.count,
            limit: problem.required.or(problem.capacity),
            retry,
            client_time: problem.client_time.map(Timestamp::from_unix),
            host_time: problem.host_time.map(Timestamp::from_unix),
            last: problem.last.map(Timestamp::from_unix),
            proof: None,
            document: problem.document.and_then(|text| decode(&text)),
        })
    }

    /// The same, as the host has signed it: its words count, not those of the message around it.
    pub(crate) fn proven(self, refusal: &SealedRefusal, proof: Proof) -> Self {
        Self {
            code: refusal.reason.code().name().to_owned(),
            count: refusal.count,
            limit: refusal.limit,
            retry: Some(refusal.retry),
            proof: Some(Box::new(proof)),
            ..self
        }
    }

    /// A signed refusal that came as a file.
    pub(crate) fn sealed(refusal: &SealedRefusal, proof: Proof) -> Self {
        let code = refusal.reason.code();
        Self {
            code: code.name().to_owned(),
            status: 409,
            title: code.meaning().to_owned(),
            detail: code.hint().to_owned(),
            count: refusal.count,
            limit: refusal.limit,
            retry: Some(refusal.retry),
            client_time: None,
            host_time: None,
            last: None,
            proof: Some(Box::new(proof)),
            document: None,
        }
    }

    /// The code, where this release knows it.
    pub fn known(&self) -> Option<Code> {
        self.code.parse().ok()
    }

    /// Whether the same request may be answered otherwise in a while.
    pub fn is_temporary(&self) -> bool {
        self.is_server_error() || self.is(Code::TooManyRequests)
    }

    pub(crate) fn is(&self, code: Code) -> bool {
        self.code == code.name()
    }

    /// Whether the server failed, so that another may answer otherwise, and may have granted all the same.
    pub(crate) fn is_server_error(&self) -> bool {
        self.status >= 500
    }
}

impl fmt::Display for Refused {
    /// In this program's words where it knows the code: they are shorter, and a stranger did not write them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.known(), self) {
            (Some(Code::ThresholdNotMet), Self { count: Some(count), limit: Some(required), .. }) => {
                write!(f, "{count} of {required} machines have asked")
            }
            (Some(Code::CapacityReached), Self { limit: Some(capacity), .. }) => {
                write!(f, "all leases are in use: the host may grant {capacity} at once")
            }
            (Some(Code::ClockSkew), Self { client_time: Some(client), host_time: Some(host), .. }) => {
                write!(f, "the clocks of client and host are {} apart", client.distance(*host))
            }
            (Some(code), _) => f.write_str(code.meaning()),
            (None, _) => f.write_str(&self.title),
        }
    }
}

/// Text that a stranger wrote: without control characters, and not too long to read.
pub(crate) fn readable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(500).collect()
}

fn decode(text: &str) -> Option<Box<[u8]>> {
    Base64UrlUnpadded::decode_vec(text.trim_end_matches('=')).ok().map(Vec::into_boxed_slice)
}

#[derive(Deserialize)]
struct Problem {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    detail: String,
    count: Option<u64>,
    required: Option<u64>,
    capacity: Option<u64>,
    retry: Option<u64>,
    client_time: Option<u64>,
    host_time: Option<u64>,
    last: Option<u64>,
    document: Option<String>,
}

const PREFIX: &str = "urn:leasehold:problem:";

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &str) -> Option<Refused> {
        Refused::parse(409, body.as_bytes(), None)
    }

    #[test]
    fn a_refusal_is_told_with_its_numbers() {
        let refused = parse(
            r#"{"type":"urn:leasehold:problem:threshold-not-met","title":"t","status":409,"count":3,"required":5,"retry":7200}"#,
        );
        let refused = refused.unwrap();
        assert_eq!(refused.to_string(), "3 of 5 machines have asked");
        assert_eq!(refused.retry, Some(Span::seconds(7_200)));
        let skew = r#"{"type":"urn:leasehold:problem:clock-skew","client_time":1000,"host_time":1000000}"#;
        assert_eq!(parse(skew).unwrap().to_string(), "the clocks of client and host are 11 d 13 h apart");
        let new =
            parse(r#"{"type":"urn:leasehold:problem:moon-phase","title":"the\u001b[31m moon is wrong"}"#).unwrap();
        assert_eq!(new.to_string(), "the[31m moon is wrong");
    }

    #[test]
    fn other_documents_are_no_refusals() {
        for body in [
            "",
            "[]",
            "{}",
            r#"{"type":"about:blank"}"#,
            r#"{"type":"urn:leasehold:problem:"}"#,
            r#"{"type":"urn:leasehold:problem:A b"}"#,
            r#"{"type":"urn:leasehold:problem:revoked","count":"three"}"#,
        ] {
            assert_eq!(parse(body), None, "{body}");
        }
    }
}
