//! Codes, states, events and rules in pasted text: a log, the output of a script, a mail.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use super::{Explanation, Unknown, key, known, number, word};

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
    let mut answered: HashMap<&str, Option<usize>> = HashMap::new();
    let end = (0..=MAX_TEXT.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    for (at, line) in text[..end].lines().enumerate() {
        for hit in NAMED.captures_iter(line) {
            let Some(query) = hit.iter().skip(1).flatten().next().map(|group| group.as_str()) else { continue };
            // Logs say the same thing again and again.
            let place = answered.get(query).copied().unwrap_or_else(|| {
                let answer = if hit.name("constant").is_some() { constant(query) } else { answer(query) };
                let place = answer.and_then(|answer| place_of(&mut found, answer, at + 1));
                if answered.len() < MAX_ANSWERED {
                    answered.insert(query, place);
                }
                place
            });
            if let Some(place) = place {
                found[place].1.times += 1;
            }
        }
    }
    found.into_iter().map(|(_, found)| found).collect()
}

/// Where among what was `found` an answer stands, with that of `line` if it is new; `None` where there is no room.
fn place_of(found: &mut Vec<(String, Found)>, answer: Answer, line: usize) -> Option<usize> {
    let name = match &answer {
        Ok(known) => known.iter().map(|one| one.subject.as_str()).collect::<Vec<_>>().join(" "),
        Err(unknown) => unknown.asked.to_uppercase(),
    };
    if let Some(place) = found.iter().position(|(known, _)| *known == name) {
        return Some(place);
    }
    if found.len() == MAX_FOUND {
        return None;
    }
    let (explanations, unknown) = match answer {
        Ok(known) => (known, None),
        Err(unknown) => (Vec::new(), Some(*unknown)),
    };
    found.push((name, Found { line, times: 0, explanations, unknown }));
    Some(found.len() - 1)
}

/// What a message names that was pasted for an answer; `None` where nothing in it can be meant.
pub(super) fn pasted(message: &str) -> Option<Result<Vec<Explanation>, Box<Unknown>>> {
    let found = in_text(message);
    let mut known: Vec<Explanation> = Vec::new();
    for one in found.iter().flat_map(|one| &one.explanations) {
        if !known.contains(one) {
            known.push(one.clone());
        }
    }
    if !known.is_empty() {
        return Some(Ok(known));
    }
    found.into_iter().find_map(|one| one.unknown).map(|unknown| Err(Box::new(unknown)))
}

/// What is known of `query`; nothing where it is like a code, and may as well be something else. What else may have been
/// meant is not looked for: a text has thousands of words that are like others.
fn answer(query: &str) -> Option<Answer> {
    let query = word::bare(query);
    if let Some(answer) = key::whole(query) {
        return Some(answer.map(|found| vec![found]).map_err(Box::new));
    }
    // No word of the tables is like a code.
    let code = query.starts_with("0x") || query.starts_with('-') || query.len() == 8 && is_hex(query);
    let known = if code { number::explain(query) } else { known(query) };
    if !known.is_empty() {
        return Some(Ok(known));
    }
    let meant = query.starts_with("0x") || query.starts_with("0X") || query.contains('-');
    let unknown = if meant { number::without_near(query) } else { None };
    unknown.filter(|unknown| number::is_failure(unknown.bits.as_ref())).map(|unknown| Err(Box::new(unknown)))
}

fn is_hex(query: &str) -> bool {
    query.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What is known of the constant `name`.
fn constant(name: &str) -> Option<Answer> {
    let known = word::constant(name);
    (!known.is_empty()).then_some(Ok(known))
}

type Answer = Result<Vec<Explanation>, Box<Unknown>>;

/// What may be named in a text: codes with `0x` or of eight digits, decimal codes, states between dashes or after their
/// label, events after theirs, rules, keys and their last five characters after a label, the codes of the dialogues of
/// Click-to-Run and of sign-in, names of constants. Words of languages without blanks stand right beside them.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?-u:\b)(0x[0-9a-f]{3,8})(?-u:\b)",
        r"|\b([2-9BCDFGHJKMNPQRTVWXY]{5}(?:-[2-9BCDFGHJKMNPQRTVWXY]{5}){4})\b",
        r"|(?-u:\b)([48C]0[0-9A-F]{6})(?-u:\b)|(?-u:\b)(CAA[0-9A-F]{5})(?-u:\b)",
        r"|(?:^|[\s=:,;(：（])(-\d{9,10}|[1-4]\d{9})(?-u:\b)",
        r"|---([A-Z][A-Z _]+)---",
        r"|\b(?:License Status|LicenseState)\W{1,6}([A-Za-z][A-Za-z_ ()\-]+)",
        r"|\b(OOB_GRACE|OOT_GRACE|NON_GENUINE_GRACE|OOBGrace|OOTGrace|NonGenuineGrace|ExtendedGrace)\b",
        r"|\bevent\s?(?:id)?\W{0,4}(12\d{3}|8198)\b",
        r"|\b((?:ACT|ODT)\d{3})\b",
        r"|\b(?:Partial Product Key|installed product key)\W{1,3}([2-9BCDFGHJKMNPQRTVWXY]{5})\b",
        r"|(?:^|[\s:(：（])((?:30\d{3}|0)-\d{1,5}(?:\s?\(-?\d{1,10}\))?)",
        r"|(?-u:\b)(AADSTS\d{4,7})(?-u:\b)",
        r"|(?-i:(?-u:\b)(?P<constant>(?:SL|ERROR|DNS|RPC|WBEM|HTTP|WSA[A-Z]+)_[A-Z][A-Z0-9_]{3,})(?-u:\b))",
    ))
    .expect("a pattern that is tested")
});

/// The most things that are explained.
const MAX_FOUND: usize = 256;
/// The most that is kept of what was looked up.
const MAX_ANSWERED: usize = 65_536;
