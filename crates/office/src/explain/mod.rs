//! What a code, state, event, rule, fact or key of Microsoft's activation means, what brings it about and what to do.
//! Everything said here stands in the tables; what does not is told as unknown, never guessed.

use serde::Serialize;

use crate::facts::errors::{Confidence, Severity};
use crate::read::{masked, parted};

mod entries;
mod key;
mod number;
mod text;
mod word;

pub use number::Bits;
pub use text::{Found, MAX_TEXT, in_text};

/// What is known of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The thing, as it is written properly.
    pub subject: String,
    /// What kind of thing it is.
    pub kind: Kind,
    /// A few words.
    pub title: String,
    /// What it means.
    pub meaning: String,
    /// How grave it is, for codes and rules: `error`, `warning` or `info`; `high`, `medium` or `low`.
    pub severity: Option<String>,
    /// What else there is to say, by name.
    pub details: Vec<Detail>,
    /// What brings it about, the likeliest first.
    pub causes: Vec<String>,
    /// What to do, in order.
    pub remedy: Vec<String>,
    /// How well it is known, where the tables say so.
    pub confidence: Option<Confidence>,
    /// Where it was read.
    pub source: String,
}

/// What kind of thing an explanation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An error or information code.
    Code,
    /// A state of a licence.
    State,
    /// An event in a log.
    Event,
    /// A rule about signs of activators.
    Rule,
    /// A rule about deployment files.
    LintRule,
    /// A published generic key.
    Key,
    /// A label in the output of a tool.
    Label,
    /// A row of the decision table.
    Decision,
    /// A fact about KMS.
    Fact,
    /// A name or file of an activator.
    Indicator,
}

/// One more thing to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Detail {
    /// What it is.
    pub name: String,
    /// What is said.
    pub value: String,
}

/// What was asked for and is not in the tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unknown {
    /// What was asked; of a key no more than its last five characters.
    pub asked: String,
    /// Why nothing can be said.
    pub why: String,
    /// What the bits of a code say by themselves.
    pub bits: Option<Bits>,
    /// What may have been meant, the likeliest first.
    pub near: Vec<String>,
}

/// Explains `query`: a code (hexadecimal with or without `0x`, decimal with or without sign), a state as any tool spells
/// it, the name of a constant, the number of an event, a rule, a decision, a fact, a product key or its last five
/// characters; a message as it was pasted, by what it names.
///
/// # Errors
/// Where the tables have nothing on it.
pub fn explain(query: &str) -> Result<Vec<Explanation>, Box<Unknown>> {
    alone(query).or_else(|unknown| text::pasted(query).unwrap_or(Err(unknown)))
}

/// Explains the words of a command line: a state or a message of several, or one thing each.
pub fn words(asked: &[String]) -> Vec<Result<Vec<Explanation>, Box<Unknown>>> {
    let asked = with_whole_keys(asked);
    let whole = asked.join(" ");
    match alone(&whole) {
        Ok(known) => return vec![Ok(known)],
        // The groups of a mistyped key are no things of their own.
        Err(unknown) if unknown.is_of_a_key() && whole.contains(|c: char| c.is_ascii_digit()) => {
            return vec![Err(unknown)];
        }
        Err(_) => {}
    }
    let each: Vec<_> = asked.iter().map(|word| explain(word)).collect();
    let plain = |answer: &Result<_, Box<Unknown>>| answer.as_ref().is_err_and(|unknown| unknown.bits.is_none());
    let unknown = each.iter().filter(|answer| plain(answer)).count();
    let labelled = asked.iter().zip(&each).any(|(word, answer)| plain(answer) && word.ends_with([':', '：']));
    // A message that was pasted without quotation marks is mostly words.
    let message = asked.len() > 1 && (labelled || unknown * 2 > asked.len());
    match text::pasted(&whole) {
        Some(answer) if message => vec![answer],
        _ => each,
    }
}

/// The words of a command line, in which a key is one word, however it was typed: each of its groups by itself would be
/// taken for an unknown word, and be told.
fn with_whole_keys(asked: &[String]) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = asked.join(" ");
    while let Some((place, key)) = parted(&rest) {
        words.extend(rest[..place.start].split(' ').filter(|word| !word.is_empty()).map(str::to_owned));
        words.push(key);
        rest = rest.split_off(place.end);
    }
    if words.is_empty() {
        return asked.to_vec();
    }
    words.extend(rest.split(' ').filter(|word| !word.is_empty()).map(str::to_owned));
    words
}

/// Explains what is one thing and no text.
fn alone(query: &str) -> Result<Vec<Explanation>, Box<Unknown>> {
    let query = word::bare(query);
    if let Some(answer) = key::whole(query) {
        return answer.map(|found| vec![found]).map_err(Box::new);
    }
    let found = known(query);
    if found.is_empty() {
        let unknown = number::unknown(query).unwrap_or_else(|| word::unknown(query));
        Err(Box::new(Unknown { asked: masked(&unknown.asked).into_owned(), ..unknown }))
    } else {
        Ok(found)
    }
}

/// What the tables have on a thing that is no whole key.
fn known(query: &str) -> Vec<Explanation> {
    let mut found = number::explain(query);
    found.extend(word::explain(query));
    found.extend(key::last_five(query));
    found
}

/// Everything that can be explained by name, in the order of its kinds.
pub fn all() -> Vec<Explanation> {
    let mut all = entries::all();
    all.extend(key::all());
    all
}

impl Explanation {
    fn new(kind: Kind, subject: impl Into<String>, title: &str, meaning: &str, source: &str) -> Self {
        Self {
            subject: subject.into(),
            kind,
            title: title.to_owned(),
            meaning: meaning.to_owned(),
            severity: None,
            details: Vec::new(),
            causes: Vec::new(),
            remedy: Vec::new(),
            confidence: None,
            source: source.to_owned(),
        }
    }

    fn detail(mut self, name: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        if !value.is_empty() {
            self.details.push(Detail { name: name.to_owned(), value });
        }
        self
    }
}

impl Unknown {
    /// Whether it is about a product key.
    fn is_of_a_key(&self) -> bool {
        self.asked.starts_with('*')
    }
}

impl Kind {
    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::State => "state",
            Self::Event => "event",
            Self::Rule => "rule of office hunt",
            Self::LintRule => "rule of office lint",
            Self::Key => "generic key",
            Self::Label => "label",
            Self::Decision => "row of the decision table",
            Self::Fact => "fact",
            Self::Indicator => "sign of an activator",
        }
    }
}

impl Severity {
    fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

#[cfg(test)]
mod tests;
