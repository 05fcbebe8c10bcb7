//! A piece of work with its beginning and its end.

use std::borrow::Cow;
use std::time::Instant;

use super::RequestId;

/// A piece of work: a whole request, or a part of one.
#[derive(Clone, Debug)]
pub struct Span {
    pub(crate) request: RequestId,
    /// Which part; `None` is the whole request.
    pub(crate) part: Option<u64>,
    pub(crate) name: Cow<'static, str>,
    pub(crate) began: Instant,
    pub(crate) ended: Instant,
    pub(crate) attributes: Vec<(&'static str, Attribute)>,
    pub(crate) failed: bool,
}

/// What is said of a piece of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// A text.
    Text(Cow<'static, str>),
    /// A number.
    Number(u64),
}

impl Span {
    /// The whole of a request.
    pub(crate) fn whole(request: RequestId, name: String, (began, ended): (Instant, Instant)) -> Self {
        let (attributes, name) = (Vec::new(), name.into());
        Self { request, part: None, name, began, ended, attributes, failed: false }
    }

    /// A part of a request's work; parts of one request have different numbers.
    pub fn part(request: RequestId, (number, name): (u64, &'static str), (began, ended): (Instant, Instant)) -> Self {
        let attributes = Vec::new();
        Self { request, part: Some(number), name: name.into(), began, ended, attributes, failed: false }
    }

    /// This piece of work, of which this is said too.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Attribute) -> Self {
        self.attributes.push((name, value));
        self
    }
}
