//! The words of one call: path, query and body, read as their types do.

use std::borrow::Cow;
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use super::JSON;
use super::input::{Limit, Object, Parsed, Pattern};
use crate::{Problem, Request};

/// What a call was given.
#[derive(Debug)]
pub struct CallInput<'c> {
    /// The request.
    pub request: &'c Request,
    /// The parts of the path that vary, in their order.
    pub parameters: Vec<&'c str>,
}

impl CallInput<'_> {
    /// The part of the path that varies, decoded.
    ///
    /// # Errors
    /// `malformed` 400.
    pub fn segment(&self, name: &str) -> Result<Cow<'_, str>, Problem> {
        let text = percent_decode_str(self.parameters.first().copied().unwrap_or_default()).decode_utf8();
        text.map_err(|_| Problem::malformed(format!("{name} in the path: it is not UTF-8")))
    }

    /// The same, read as its type does.
    ///
    /// # Errors
    /// `malformed` 400.
    pub fn parameter<T: Pattern>(&self, name: &str) -> Result<T, Problem> {
        let read = self.segment(name)?.parse().map(|Parsed(value)| value);
        read.map_err(|error: String| Problem::malformed(format!("{name} in the path: {error}")))
    }

    /// The body, an object.
    ///
    /// # Errors
    /// `malformed` 400, `unsupported-media-type` 415.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        if !self.request.is_content_type(JSON) {
            return Err(Problem::unsupported_media_type(JSON));
        }
        let read = serde_json::from_slice(&self.request.body);
        read.map(|Object(body)| body).map_err(|error| Problem::malformed(format!("body: {error}")))
    }

    /// The values of a query that may have these names and no others, in their order.
    ///
    /// # Errors
    /// `malformed` 400.
    pub fn query<const N: usize>(&self, names: [&str; N]) -> Result<[Option<Cow<'_, str>>; N], Problem> {
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
///
/// # Errors
/// `malformed` 400.
pub fn parsed<T: FromStr<Err = String>>(name: &str, value: Option<Cow<'_, str>>) -> Result<Option<T>, Problem> {
    let parse = |text: Cow<'_, str>| text.parse();
    value.map(parse).transpose().map_err(|error: String| Problem::malformed(format!("query: {name}: {error}")))
}

/// How many rows a page has: 100 unless the query says otherwise.
///
/// # Errors
/// `malformed` 400.
pub fn page_limit(value: Option<Cow<'_, str>>) -> Result<u64, Problem> {
    Ok(parsed::<Limit>("limit", value)?.map_or(100, |limit| limit.0))
}
