//! One call: who asks, with which words.

use std::borrow::Cow;
use std::str::FromStr;

use leasehold_core::{Rng, Timestamp};
use leasehold_service::{Problem, Request, Response, StatusCode};
use leasehold_store::authority::{Actor, AuthorityStore, Stamp, Token};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::JSON;
use super::input::{Limit, Object, Parsed, Pattern};
use crate::authority::Authority;

/// A call by the holder of a token that allows it.
pub(super) struct Call<'c> {
    pub(super) authority: &'c Authority,
    pub(super) rng: &'c dyn Rng,
    pub(super) request: &'c Request,
    /// The parts of the path that vary, in their order.
    pub(super) parameters: Vec<&'c str>,
    pub(super) token: Token,
    pub(super) now: Timestamp,
}

/// The response to a call.
pub(super) type Answer = Result<Response, Problem>;

impl Call<'_> {
    pub(super) fn store(&self) -> &dyn AuthorityStore {
        &*self.authority.store
    }

    /// The token's holder, now.
    pub(super) fn stamp(&self) -> Stamp {
        Stamp { at: self.now, actor: Actor::Token(self.token.name) }
    }

    /// The part of the path that varies, decoded.
    pub(super) fn segment(&self, name: &str) -> Result<Cow<'_, str>, Problem> {
        let text = percent_decode_str(self.parameters.first().copied().unwrap_or_default()).decode_utf8();
        text.map_err(|_| Problem::malformed(format!("{name} in the path: it is not UTF-8")))
    }

    /// The same, read as its type does.
    pub(super) fn parameter<T: Pattern>(&self, name: &str) -> Result<T, Problem> {
        let read = self.segment(name)?.parse().map(|Parsed(value)| value);
        read.map_err(|error: String| Problem::malformed(format!("{name} in the path: {error}")))
    }

    /// The body, an object.
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        if !self.request.is_content_type(JSON) {
            return Err(Problem::unsupported_media_type(JSON));
        }
        let read = serde_json::from_slice(&self.request.body);
        read.map(|Object(body)| body).map_err(|error| Problem::malformed(format!("body: {error}")))
    }

    /// The values of a query that may have these names and no others, in their order.
    pub(super) fn query<const N: usize>(&self, names: [&str; N]) -> Result<[Option<Cow<'_, str>>; N], Problem> {
        let mut values = [const { None }; N];
        for (name, value) in form_urlencoded::parse(self.request.query().unwrap_or_default().as_bytes()) {
            let Some(at) = names.iter().position(|known| *known == name) else {
                let known = if N == 0 { "none".to_owned() } else { names.join(", ") };
                return Err(Problem::malformed(format!("query: unknown name {name}, known are: {known}")));
            };
            if values[at].replace(value).is_some() {
                return Err(Problem::malformed(format!("query: {name} stands there twice")));
            }
        }
        Ok(values)
    }
}

/// A value of a query, read as its type does.
pub(super) fn parsed<T: FromStr<Err = String>>(name: &str, value: Option<Cow<'_, str>>) -> Result<Option<T>, Problem> {
    let parse = |text: Cow<'_, str>| text.parse();
    value.map(parse).transpose().map_err(|error: String| Problem::malformed(format!("query: {name}: {error}")))
}

/// How many rows a page has: 100 unless the query says otherwise.
pub(super) fn page_limit(value: Option<Cow<'_, str>>) -> Result<u64, Problem> {
    Ok(parsed::<Limit>("limit", value)?.map_or(100, |limit| limit.0))
}

/// 200 with this as JSON.
pub(super) fn ok(value: &impl Serialize) -> Answer {
    json(StatusCode::OK, value)
}

/// 201 with this as JSON.
pub(super) fn created(value: &impl Serialize) -> Answer {
    json(StatusCode::CREATED, value)
}

fn json(status: StatusCode, value: &impl Serialize) -> Answer {
    let body = serde_json::to_vec(value).map_err(|_| Problem::internal())?;
    Ok(Response::new(status, JSON, body))
}
