//! A reasoned no of a host or an authority, as it came: a problem document (RFC 9457).

use std::fmt;

use leasehold_core::{Span, Timestamp, codes};
use serde::Deserialize;

/// A reasoned no of a host or an authority.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refused {
    /// The problem type without its URN prefix, such as `threshold-not-met`.
    pub code: String,
    /// The HTTP status.
    pub status: u16,
    /// What the host calls it.
    pub title: String,
    /// What the host says about it.
    pub detail: String,
    /// Machines that have asked (`threshold-not-met`).
    pub count: Option<u64>,
    /// Machines it takes (`threshold-not-met`).
    pub required: Option<u64>,
    /// Leases there are (`capacity-reached`).
    pub capacity: Option<u64>,
    /// When to ask again.
    pub retry: Option<Span>,
    /// What this machine's clock said (`clock-skew`).
    pub client_time: Option<Timestamp>,
    /// What the host's clock said (`clock-skew`).
    pub host_time: Option<Timestamp>,
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
            required: problem.required,
            capacity: problem.capacity,
            retry: retry.map(|retry| retry.min(LONGEST_RETRY)),
            client_time: problem.client_time.map(Timestamp::from_unix),
            host_time: problem.host_time.map(Timestamp::from_unix),
        })
    }

    /// Whether the same request may be answered otherwise in a while.
    pub fn may_pass(&self) -> bool {
        self.is_the_hosts_own_trouble() || self.code == "too-many-requests"
    }

    /// Whether the host says no for itself, so that another may say yes, and may have granted all the same.
    pub(crate) fn is_the_hosts_own_trouble(&self) -> bool {
        self.status >= 500
    }
}

impl fmt::Display for Refused {
    /// In words of this program where it knows the code: they are shorter, and nobody else's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code.as_str(), self) {
            ("threshold-not-met", Self { count: Some(count), required: Some(required), .. }) => {
                write!(f, "{count} of {required} machines have asked")
            }
            ("capacity-reached", Self { capacity: Some(capacity), .. }) => {
                write!(f, "all leases are out: the host may grant {capacity} at once")
            }
            ("clock-skew", Self { client_time: Some(client), host_time: Some(host), .. }) => {
                write!(f, "the clocks of client and host are {} apart", client.distance(*host))
            }
            (code, _) => f.write_str(codes::find(code).map_or(&self.title, |known| known.meaning)),
        }
    }
}

/// Text of a stranger's: without control characters, and no longer than a person reads.
pub(crate) fn readable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(500).collect()
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
}

const PREFIX: &str = "urn:leasehold:problem:";
/// However long a host says to wait, a client asks once a week.
const LONGEST_RETRY: Span = Span::days(7);

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
    fn what_is_no_problem_of_leaseholds_is_none() {
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

    #[test]
    fn no_host_can_silence_a_client_for_good() {
        let forever = format!(r#"{{"type":"urn:leasehold:problem:busy","retry":{}}}"#, u64::MAX);
        assert_eq!(parse(&forever).unwrap().retry, Some(Span::days(7)));
    }
}
