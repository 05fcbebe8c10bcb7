//! What a server answers, and what that says.

use leasehold_core::Span;

use crate::error::failure::{Failure, NotAHost};
use crate::exchange::question::{Body, COSE, JSON};
use crate::refused::{Refused, readable};

/// An answer as it came. A body is read where it has the type that was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HttpReply {
    pub(crate) status: u16,
    /// The header `content-type`.
    pub(crate) content_type: String,
    /// The header `retry-after`.
    pub(crate) retry_after: String,
    /// The header `location`.
    pub(crate) location: Option<String>,
    /// The header `date`; empty where there is none.
    pub(crate) date: String,
    pub(crate) body: Vec<u8>,
}

/// What an answer says.
#[derive(Debug)]
pub(crate) enum Reply {
    /// A document.
    Document(Vec<u8>),
    /// Done, without a body.
    Done,
    /// A refusal.
    Refused(Refused),
}

impl HttpReply {
    /// Whether the body is what an answer to this has.
    pub(super) fn answers(&self, asked: &Body<'_>) -> bool {
        match asked {
            Body::Document(_) | Body::Held(_) => self.has_document(),
            Body::Nothing | Body::Delete | Body::Form(_) | Body::FormAs { .. } => self.has_json(),
        }
    }

    /// The document, or why there is none.
    pub(crate) fn document(self) -> Result<Reply, Failure> {
        if self.is_empty() {
            return Ok(Reply::Done);
        }
        if !self.has_document() {
            return Err(self.unexpected());
        }
        if self.status == 200 {
            return Ok(Reply::Document(self.body));
        }
        let retry_after = self.retry_after.parse().ok().map(Span::seconds);
        let refused = Refused::parse(self.status, &self.body, retry_after);
        refused.map(Reply::Refused).ok_or(Failure::NotAHost(NotAHost::Problem))
    }

    /// The status and the body, which is JSON whatever the status.
    pub(crate) fn json(self) -> Result<(u16, Vec<u8>), Failure> {
        if self.has_json() { Ok((self.status, self.body)) } else { Err(self.unexpected()) }
    }

    /// Whether it has no body: 204, 304.
    const fn is_empty(&self) -> bool {
        matches!(self.status, 204 | 304)
    }

    /// Whether the body is a document, or a problem where the status says so.
    fn has_document(&self) -> bool {
        !self.is_empty() && self.essence() == if self.status == 200 { COSE } else { PROBLEM }
    }

    /// Keys and problems have types of their own.
    fn has_json(&self) -> bool {
        let essence = self.essence();
        !(300..400).contains(&self.status) && (essence == JSON || essence.ends_with("+json"))
    }

    fn essence(&self) -> String {
        self.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// Why it is not of the type that was asked for.
    fn unexpected(&self) -> Failure {
        let status = self.status;
        if let 407 | 502..=504 = status {
            return Failure::Gateway { status };
        }
        if let Some(location) = self.location.as_ref().filter(|_| (300..400).contains(&status)) {
            let location = readable(location).chars().take(80).collect();
            return Failure::NotAHost(NotAHost::Elsewhere { status, location });
        }
        let content_type = self.content_type.chars().filter(|c| !c.is_control()).take(80).collect();
        Failure::NotAHost(NotAHost::Reply { status, content_type })
    }
}

const PROBLEM: &str = "application/problem+json";
