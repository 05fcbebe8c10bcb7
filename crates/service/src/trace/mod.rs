//! One request, followed: its id through log, answer and metrics, and its spans to a collector (OTLP over HTTP, in JSON).

mod id;
mod otlp;
mod span;
mod spans;

pub use id::{RequestId, RequestIds};
pub use span::{Attribute, Span};
pub use spans::{Collector, InvalidShare, Share, SpanSender, Spans};
