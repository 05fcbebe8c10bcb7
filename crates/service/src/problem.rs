//! Problem documents (RFC 9457): a refusal with its reason, for programs and for people.

use std::borrow::Cow;
use std::time::Duration;

use http::{HeaderValue, StatusCode, header};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::Response;

/// A problem document, `application/problem+json` on the wire.
///
/// Its type is `urn:leasehold:problem:<name>`; the name is the stable code, the detail tells the reader what to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    name: &'static str,
    status: StatusCode,
    title: &'static str,
    detail: Cow<'static, str>,
    members: Vec<(&'static str, Value)>,
    retry_after: Option<Duration>,
    allow: Option<&'static str>,
}

impl Problem {
    /// The media type of a problem document.
    pub const MEDIA_TYPE: &str = "application/problem+json";

    /// A problem with its stable name, status, title and detail.
    pub fn new(
        name: &'static str,
        status: StatusCode,
        title: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { name, status, title, detail: detail.into(), members: Vec::new(), retry_after: None, allow: None }
    }

    /// The stable name, which is the code that `leasehold explain` knows.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What the reader should do.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// This problem with one more member beside the standard ones.
    #[must_use]
    pub fn with(mut self, member: &'static str, value: impl Into<Value>) -> Self {
        self.members.push((member, value.into()));
        self
    }

    /// This problem, telling the client in a header not to ask again sooner.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// `malformed` 400: the request cannot be understood, for the reason that the detail gives.
    pub fn malformed(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new("malformed", StatusCode::BAD_REQUEST, "the request cannot be understood", detail)
    }

    /// `malformed` 413: the body is longer than this many bytes.
    pub fn too_large(limit: usize) -> Self {
        let detail = format!("the body may have at most {limit} bytes: send a shorter one");
        Self::new("malformed", StatusCode::PAYLOAD_TOO_LARGE, "the body is too large", detail).with("limit", limit)
    }

    /// `not-found` 404: nothing answers at this path.
    pub fn not_found(path: &str) -> Self {
        let detail = format!("nothing answers at {path}: check the address and the port");
        Self::new("not-found", StatusCode::NOT_FOUND, "there is nothing here", detail)
    }

    /// `not-found` 404: what is answered here is not there yet, for this reason.
    pub fn none_yet(reason: &str) -> Self {
        Self::new("not-found", StatusCode::NOT_FOUND, "there is nothing here", format!("{reason}: ask again later"))
    }

    /// `method-not-allowed` 405: the path answers these methods only, as they stand in `Allow`, e.g. `"GET, HEAD"`.
    pub fn method_not_allowed(allow: &'static str) -> Self {
        let detail = format!("this path answers {allow} only: ask with that method");
        let title = "the method is not allowed here";
        let problem = Self::new("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED, title, detail);
        Self { allow: Some(allow), ..problem }
    }

    /// `unsupported-media-type` 415: the body is not of the one type that is understood here.
    pub fn unsupported_media_type(expected: &'static str) -> Self {
        let detail = format!("this path understands {expected} only: send the body as that content-type");
        let title = "the media type is not supported";
        Self::new("unsupported-media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, title, detail)
    }

    /// `timeout` 408: the body did not arrive in time.
    pub fn timeout() -> Self {
        let detail = "the body did not arrive in time: send the request again, whole, on a new connection";
        Self::new("timeout", StatusCode::REQUEST_TIMEOUT, "the request took too long", detail)
    }

    /// `busy` 503: the service cannot answer now, and should be able to after this wait.
    pub fn busy(wait: Duration) -> Self {
        let detail = "the service has more work than it can do now: ask again after the time in retry-after";
        Self::new("busy", StatusCode::SERVICE_UNAVAILABLE, "the service is busy", detail).with_retry_after(wait)
    }

    /// `internal` 500: the service failed, and only its operator can tell why.
    pub fn internal() -> Self {
        let detail = "the service failed to answer: ask again later, and tell its operator to look into its log";
        Self::new("internal", StatusCode::INTERNAL_SERVER_ERROR, "the service failed", detail)
    }
}

impl From<Problem> for Response {
    fn from(problem: Problem) -> Self {
        let body = serde_json::to_vec(&problem).expect("texts and JSON values under text keys always serialise");
        let mut response = Response::new(problem.status, Problem::MEDIA_TYPE, body);
        if let Some(wait) = problem.retry_after {
            response = response.with_retry_after(wait);
        }
        match problem.allow {
            Some(allow) => response.with_header(header::ALLOW, HeaderValue::from_static(allow)),
            None => response,
        }
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &format_args!("urn:leasehold:problem:{}", self.name))?;
        map.serialize_entry("title", self.title)?;
        map.serialize_entry("status", &self.status.as_u16())?;
        map.serialize_entry("detail", &self.detail)?;
        for (member, value) in &self.members {
            map.serialize_entry(member, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_written_with_its_own_members_after_the_standard_ones() {
        let problem = Problem::new("threshold-not-met", StatusCode::CONFLICT, "too few clients", "wait")
            .with("count", 3)
            .with("required", 5)
            .with_retry_after(Duration::from_hours(2));
        let response = Response::from(problem);
        let expected = "{\"type\":\"urn:leasehold:problem:threshold-not-met\",\"title\":\"too few clients\",\
                        \"status\":409,\"detail\":\"wait\",\"count\":3,\"required\":5}";
        assert_eq!(response.body, expected);
        assert_eq!(response.status, StatusCode::CONFLICT);
        assert_eq!(response.headers[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(response.headers[header::RETRY_AFTER], "7200");
    }

    #[test]
    fn a_method_refused_is_told_which_are_allowed() {
        let response = Response::from(Problem::method_not_allowed("GET, HEAD"));
        assert_eq!(response.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers[header::ALLOW], "GET, HEAD");
    }
}
