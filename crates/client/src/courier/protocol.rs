//! What is said over the agent's socket: JSON, a line for a call and a line for its answer (docs/agent.md).

use base64ct::{Base64, Encoding};
use leasehold_core::Code;
use serde::{Deserialize, Serialize};

use crate::error::agent::AgentFault;
use crate::exchange::reply::HttpReply;
use crate::refused::readable;

/// What an application asks the agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Call {
    /// Which products it renews for.
    Products {},
    /// Which hosts it knows for a product.
    Hosts { vendor: String, product: String },
    /// To carry a document to one of them.
    Send {
        vendor: String,
        product: String,
        host: String,
        path: String,
        document: String,
        /// Until when the lease is wanted that is asked for, in seconds since 1970.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<u64>,
    },
    /// To bring a document from one of them; `held` is the number of the revocation list that is held.
    Fetch { vendor: String, product: String, host: String, path: String, held: Option<u64> },
    /// To ask a host for the agent's own lease now; `until` is when it is to end at the earliest.
    Activate {
        vendor: String,
        product: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<u64>,
    },
}

/// What the agent answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Answer {
    Products(Vec<ProductState>),
    /// Their addresses, in the order in which they are tried.
    Hosts(Vec<String>),
    /// What a host answered, as it came.
    Reply(CarriedReply),
    /// The host that was to be asked has not answered.
    Unanswered(Told),
    /// The product is activated.
    Activated {},
    /// A host refused, or none answered.
    NotActivated(Told),
    /// The agent does not do what was asked.
    Error(Told),
}

/// A product that the agent renews for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductState {
    /// The manifest's file.
    pub manifest: String,
    /// The vendor; `None` where the manifest cannot be used.
    pub vendor: Option<String>,
    /// The product.
    pub product: Option<String>,
    /// What it may do: `licensed`.
    pub standing: Option<String>,
    /// When the standing ends by itself, in seconds since 1970.
    pub until: Option<u64>,
    /// When a host is asked next.
    pub next_attempt: Option<u64>,
    /// What is wrong, if anything.
    pub problem: Option<Told>,
}

/// A host's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CarriedReply {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The header `content-type`.
    pub(crate) content_type: String,
    /// The header `retry-after`.
    pub(crate) retry_after: String,
    /// The header `location`.
    pub(crate) location: Option<String>,
    /// The header `date`.
    pub(crate) date: String,
    /// The body, in base64.
    pub(crate) body: String,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The stable code.
    pub code: String,
    /// The same, readable.
    pub message: String,
}

impl CarriedReply {
    pub(crate) fn of(reply: HttpReply) -> Self {
        let HttpReply { status, content_type, retry_after, location, date, body } = reply;
        Self { status, content_type, retry_after, location, date, body: Base64::encode_string(&body) }
    }

    /// The answer; `None` where its body is no base64.
    pub(crate) fn read(self) -> Option<HttpReply> {
        let Self { status, content_type, retry_after, location, date, body } = self;
        Some(HttpReply { status, content_type, retry_after, location, date, body: Base64::decode_vec(&body).ok()? })
    }
}

impl Told {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code: code.name().to_owned(), message: message.into() }
    }

    /// The same where an agent has said it; the code is that of hosts that do not answer where this release does not know it.
    pub(crate) fn fault(&self) -> AgentFault {
        let code = self.code.parse().unwrap_or(Code::HostUnreachable);
        AgentFault::Says { code, message: readable(&self.message) }
    }
}

/// The most bytes of a call, its end of line included: four times as many as a request has in base64.
pub const MAX_CALL_BYTES: usize = 24 * 1_024;
/// The most bytes of an answer: a revocation list in base64.
pub(crate) const MAX_ANSWER_BYTES: u64 = 2 * 1_024 * 1_024;
/// What may be sent, and what may be fetched.
pub(crate) const LEASES: &str = "/v1/leases";
pub(crate) const RELEASES: &str = "/v1/releases";
pub(crate) const HOST: &str = "/v1/host";
pub(crate) const REVOCATIONS: &str = "/v1/revocations";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_and_answers_read_as_the_page_about_the_agent_shows_them() {
        let call = r#"{"call":"hosts","vendor":"v","product":"acme-cad"}"#;
        let read: Call = serde_json::from_str(call).unwrap();
        assert_eq!(read, Call::Hosts { vendor: "v".to_owned(), product: "acme-cad".to_owned() });
        assert_eq!(serde_json::to_string(&read).unwrap(), call);
        assert_eq!(serde_json::from_str::<Call>(r#"{"call":"products"}"#).unwrap(), Call::Products {});
        let answer = serde_json::to_string(&Answer::Error(Told::new(Code::Busy, "no"))).unwrap();
        assert_eq!(answer, r#"{"error":{"code":"busy","message":"no"}}"#);
        for wrong in [r#"{"call":"stop"}"#, r#"{"call":"products","more":1}"#, r#"{"call":"hosts","vendor":"v"}"#, "[]"]
        {
            assert!(serde_json::from_str::<Call>(wrong).is_err(), "{wrong}");
        }
    }
}
