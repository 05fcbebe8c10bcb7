//! Codes, states, events and rules in pasted text: a log, the output of a script, a mail.

use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use super::{Explanation, Unknown, explain, number, word};

/// The longest text that is looked through, in bytes; what follows is not.
pub const MAX_TEXT: usize = 4 << 20;

/// Something in a text that can be explained, or a code that cannot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The line on which it stands first, from 1.
    pub line: usize,
    /// How often it stands there.
    pub times: usize,
    /// What is known of it.
    pub explanations: Vec<Explanation>,
    /// Why nothing is known of it.
    pub unknown: Option<Unknown>,
}

/// What `text` names, each thing once, in the order of its first lines.
pub fn in_text(text: &str) -> Vec<Found> {
    let mut found: Vec<(String, Found)> = Vec::new();
    let end = (0..=MAX_TEXT.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    for (at, line) in text[..end].lines().enumerate() {
        for hit in NAMED.captures_iter(line) {
            let Some(query) = hit.iter().skip(1).flatten().next().map(|group| group.as_str()) else { continue };
            let Some(answer) = answer(query) else { continue };
            let name = match &answer {
                Ok(known) => known.iter().map(|one| one.subject.as_str()).collect::<Vec<_>>().join(" "),
                Err(unknown) => unknown.asked.to_uppercase(),
            };
            if let Some((_, known)) = found.iter_mut().find(|(known, _)| *known == name) {
                known.times += 1;
            } else if found.len() < MAX_FOUND {
                let (explanations, unknown) = match answer {
                    Ok(known) => (known, None),
                    Err(unknown) => (Vec::new(), Some(*unknown)),
                };
                found.push((name, Found { line: at + 1, times: 1, explanations, unknown }));
            }
        }
    }
    found.into_iter().map(|(_, found)| found).collect()
}

/// What is known of `query`; nothing where it is like a code, and may as well be something else.
fn answer(query: &str) -> Option<Result<Vec<Explanation>, Box<Unknown>>> {
    let query = word::bare(query);
    match explain(query) {
        Ok(known) => Some(Ok(known)),
        Err(unknown) => {
            let meant = query.starts_with("0x") || query.starts_with("0X") || query.contains('-');
            (meant && number::is_failure(unknown.bits.as_ref()) || unknown.is_of_a_key()).then_some(Err(unknown))
        }
    }
}

/// What may be named in a text: codes with `0x` or of eight digits, decimal codes, states between dashes or after their
/// label, events after theirs, rules, keys and their last five characters after a label.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)\b(0x[0-9a-f]{3,8})\b",
        r"|\b([2-9BCDFGHJKMNPQRTVWXY]{5}(?:-[2-9BCDFGHJKMNPQRTVWXY]{5}){4})\b",
        r"|\b([48C]0[0-9A-F]{6})\b|\b(CAA[0-9A-F]{5})\b",
        r"|(?:^|[\s=:,;(])(-\d{9,10}|[1-4]\d{9})\b",
        r"|---([A-Z][A-Z _]+)---",
        r"|\b(?:License Status|LicenseState)\W{1,6}([A-Za-z][A-Za-z_ ()\-]+)",
        r"|\b(OOB_GRACE|OOT_GRACE|NON_GENUINE_GRACE|OOBGrace|OOTGrace|NonGenuineGrace|ExtendedGrace)\b",
        r"|\bevent\s?(?:id)?\W{0,4}(12\d{3}|8198)\b",
        r"|\b((?:ACT|ODT)\d{3})\b",
        r"|\b(?:Partial Product Key|installed product key)\W{1,3}([2-9BCDFGHJKMNPQRTVWXY]{5})\b",
    ))
    .expect("a pattern that is tested")
});

/// The most things that are explained.
const MAX_FOUND: usize = 256;
