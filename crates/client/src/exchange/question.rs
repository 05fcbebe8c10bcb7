//! What a server is asked.

use std::time::Duration;

use leasehold_core::Timestamp;

use crate::token::Token;

/// One question to a server, bounded in time and size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'q> {
    pub(crate) path: &'q str,
    pub(crate) body: Body<'q>,
    /// What shows the server who the user is.
    pub(crate) token: Option<&'q Token>,
    /// Until when the lease is wanted that a host is asked for.
    pub(crate) until: Option<Timestamp>,
    /// The most bytes of the answer.
    pub(crate) max: u64,
    /// How long the answer may take.
    pub(crate) timeout: Duration,
}

/// What is sent, and by that what is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Body<'q> {
    /// A document; another is answered, or nothing.
    Document(&'q [u8]),
    /// Nothing: a document is asked for, unless it is still the one of this number.
    Held(Option<u64>),
    /// Nothing: JSON is asked for.
    Nothing,
    /// Nothing: what lies there is to go; JSON is answered.
    Delete,
    /// A form; JSON is answered.
    Form(&'q str),
    /// A form of an application that shows who it is.
    FormAs { form: &'q str, authorization: &'q str },
}

impl<'q> Question<'q> {
    /// What takes a document.
    pub(crate) const fn sending(path: &'q str, document: &'q [u8], timeout: Duration) -> Self {
        Self::new(path, Body::Document(document), timeout)
    }

    /// What shows a document to every client.
    pub(crate) const fn fetching(path: &'q str, timeout: Duration) -> Self {
        Self::new(path, Body::Held(None), timeout)
    }

    /// Without a user.
    pub(crate) const fn new(path: &'q str, body: Body<'q>, timeout: Duration) -> Self {
        Self { path, body, token: None, until: None, max: MAX_BYTES, timeout }
    }

    /// What kinds of content the answer may have.
    pub(super) const fn accept(&self) -> &'static str {
        match self.body {
            Body::Document(_) | Body::Held(_) => "application/cose, application/problem+json",
            Body::Nothing | Body::Delete | Body::Form(_) | Body::FormAs { .. } => JSON,
        }
    }

    /// The headers that not every question has.
    pub(super) fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = Vec::new();
        if let Some(token) = self.token {
            headers.push(("authorization", format!("Bearer {}", token.as_str())));
        }
        if let Some(until) = self.until {
            headers.push(("leasehold-until", until.unix().to_string()));
        }
        match self.body {
            Body::Document(_) => headers.push(("content-type", COSE.to_owned())),
            Body::Held(Some(number)) => headers.push(("if-none-match", format!("\"{number}\""))),
            Body::Held(None) | Body::Nothing | Body::Delete => {}
            Body::Form(_) => headers.push(("content-type", FORM.to_owned())),
            Body::FormAs { authorization, .. } => {
                headers.push(("authorization", authorization.to_owned()));
                headers.push(("content-type", FORM.to_owned()));
            }
        }
        headers
    }
}

pub(super) const COSE: &str = "application/cose";
pub(super) const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
/// More than any lease or certificate has.
pub(crate) const MAX_BYTES: u64 = 64 * 1_024;
/// How long a host that was set, or an authority, may take for one answer (DESIGN section 6).
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);
/// The same for a host that was found.
pub(crate) const TIMEOUT_FOUND: Duration = Duration::from_secs(10);
