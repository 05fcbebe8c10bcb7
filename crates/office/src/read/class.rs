//! What a line is by itself, before it is known what it belongs to.

use super::event_text;
use super::failure::Failure;
use super::labels::Labels;
use super::machine;
use super::open::{Open, begun};
use super::script;
use super::text::{Wrap, wrapped};
use crate::facts::outputs::Script;

/// What a line is by itself.
pub(super) enum Class<'t> {
    /// A line with labels of the scripts, or one of their frames.
    Label(Labels<'t>),
    /// The beginning of something else.
    Begins(Open),
    /// What the script host prints before a script's own lines.
    Banner,
    /// None of these.
    Other,
}

/// What a line is.
pub(super) fn classify(number: u64, text: &str) -> Class<'_> {
    let labels = Labels::of(text);
    let line = text.trim();
    if labels.any() || script::is_frame(line) {
        return Class::Label(labels);
    }
    if script::is_banner(line) {
        return Class::Banner;
    }
    let next = if line.is_empty() { None } else { begun(number, text) };
    next.map_or(Class::Other, Class::Begins)
}

/// Whether a line is one of some tool.
pub(super) fn is_known(text: &str) -> bool {
    script::begins(text) || begun(0, text).is_some() || Failure::of_line(0, text).is_some()
}

/// The history of events that `ospp.vbs` prints has these lines too.
pub(super) fn is_of_history(text: &str, labels: &Labels<'_>) -> bool {
    ["ERROR DESCRIPTION", "NOTICE:", "FOR MORE"].iter().any(|words| text.trim_start().starts_with(words))
        || labels.get(Script::Ospp).is_none() && labels.get(Script::SlmgrXpr).is_none() && !script::is_processing(text)
}

/// A copy is often indented afterwards: then its columns count from where it begins.
pub(super) fn wrap(text: &str) -> Wrap {
    match wrapped(text) {
        Wrap::No => wrapped(text.trim_start()),
        wrap => wrap,
    }
}

/// Whether a line begins something of its own, and is not the rest of a wrapped one.
pub(super) fn begins(text: &str) -> bool {
    let start = text.trim_start();
    is_known(text)
        || event_text::begins(text)
        || machine::marker(text).is_some()
        || start.starts_with("0x")
        || start.starts_with(['<', '{', '}', '"'])
        || text.contains(" = ")
        || start.split_once(':').is_some_and(|(key, rest)| key.len() < 40 && rest.starts_with(' '))
}
