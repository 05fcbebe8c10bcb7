//! Words: states as each tool spells them, rules, decisions, facts, names of activators.

use super::{Explanation, Unknown, entries, key};
use crate::facts::errors::{ERRORS, Error, State};
use crate::facts::indicators::INDICATORS;
use crate::facts::kms::{KMS, Value};
use crate::facts::outputs::OUTPUTS;
use crate::facts::plan::DECISIONS;
use crate::facts::schema;

/// The query without what surrounds it where it is copied from: quotation marks, dashes, a label, a full stop.
pub(super) fn bare(query: &str) -> &str {
    let query = query.trim().trim_matches(['"', '\'', '`', '<', '>', '(', ')']);
    let framed = query.strip_prefix("---").map_or(query, |rest| rest.trim_start_matches('-'));
    let framed = if framed.ends_with("---") { framed.trim_end_matches('-') } else { framed };
    let labelled = [
        "event id:",
        "event id",
        "eventid:",
        "eventid",
        "event",
        "hr=",
        "error code:",
        "error code",
        "error:",
        "error",
        "winhttp",
    ];
    let mut rest = framed.trim();
    for label in labelled {
        if let Some((start, tail)) = rest.split_at_checked(label.len())
            && start.eq_ignore_ascii_case(label)
            && tail.trim().starts_with(|c: char| c.is_ascii_digit() || c == '-')
        {
            rest = tail.trim();
            break;
        }
    }
    rest.trim_end_matches(['.', ':', ',', ';']).trim()
}

pub(super) fn explain(query: &str) -> Vec<Explanation> {
    let asked = plain(query);
    if asked.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<Explanation> =
        ERRORS.states.iter().filter(|state| spellings(state).contains(&asked)).map(entries::state).collect();
    let vnext = OUTPUTS.vnext_states.iter().filter(|state| {
        let reduced = state.state == "RFM" && REDUCED.contains(&asked.as_str());
        plain(&state.state) == asked || reduced
    });
    found.extend(vnext.map(entries::vnext_state));
    found.extend(INDICATORS.rule(query).map(entries::rule));
    let lint = schema::table().rules.iter().find(|rule| rule.id.eq_ignore_ascii_case(query));
    found.extend(lint.map(entries::lint_rule));
    let rows = DECISIONS.rows.iter().filter(|row| row.id.eq_ignore_ascii_case(query));
    found.extend(rows.map(entries::decision));
    let facts = KMS.facts.iter().filter(|fact| {
        fact.id.eq_ignore_ascii_case(query) || matches!(&fact.value, Value::Text(text) if plain(text) == asked)
    });
    found.extend(facts.map(entries::fact));
    let labels = OUTPUTS.labels.iter().filter(|label| plain(&label.label) == asked);
    found.extend(labels.map(entries::label));
    found.extend(entries::indicators().filter(|sign| {
        let name = sign.subject.rsplit('\\').next().unwrap_or_default();
        plain(&sign.subject) == asked || (name.len() > 1 && plain(name) == asked)
    }));
    if found.is_empty() {
        let is = |error: &&Error| {
            error.name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(query)) || plain(&error.title) == asked
        };
        found.extend(ERRORS.errors.iter().filter(is).map(entries::error));
    }
    found
}

/// The codes that have the constant `name`.
pub(super) fn constant(name: &str) -> Vec<Explanation> {
    let is = |error: &&Error| error.name.as_ref().is_some_and(|known| known == name);
    ERRORS.errors.iter().filter(is).map(entries::error).collect()
}

/// What is said of a word that is in no table.
pub(super) fn unknown(query: &str) -> Unknown {
    let why = if key::like_last_five(query) {
        "no published generic key (GVLK) ends so: which kind of key it is the end of is not guessed"
    } else if query.split_whitespace().nth(3).is_some() {
        "it names no code, state or event: what stands in brackets or in the details of the message is looked up"
    } else {
        "it is in none of the tables; `leasehold office explain` lists them, `leasehold explain` the codes of Leasehold itself"
    };
    Unknown { asked: query.to_owned(), why: why.to_owned(), bits: None, near: near(query) }
}

/// All spellings of a state, without what differs between the tools: case, blanks, underscores, full stops.
fn spellings(state: &State) -> Vec<String> {
    let mut all: Vec<String> = [&state.wmi, &state.ospp, &state.slmgr].map(|name| plain(name)).into();
    // `slmgr` prints the reason in brackets, and in its counts without them.
    let short = state.slmgr.split('(').next().unwrap_or_default();
    let reason = state.slmgr.split('(').nth(1).unwrap_or_default();
    all.extend([plain(short), plain(short.trim_end().trim_end_matches("period"))]);
    all.extend((!reason.is_empty()).then(|| plain(reason.trim_start_matches("KMS "))));
    all.extend(MORE_SPELLINGS.iter().filter(|(code, _)| *code == state.code).map(|(_, name)| plain(name)));
    all
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Up to three names that the one typed may have been meant for, the likeliest first.
fn near(query: &str) -> Vec<String> {
    const ALIKE: f64 = 0.7;
    let asked: String = plain(query).chars().take(LONGEST_NAME).collect();
    let mut names: Vec<(f64, String)> = Vec::new();
    let mut weigh = |name: &str| {
        let name = name.to_owned();
        let likeness = strsim::normalized_damerau_levenshtein(&asked, &plain(&name));
        if likeness >= ALIKE && !names.iter().any(|(_, known)| *known == name) {
            names.push((likeness, name));
        }
    };
    ERRORS.states.iter().flat_map(|state| [&state.wmi, &state.ospp, &state.slmgr]).for_each(|name| weigh(name));
    INDICATORS.rules.iter().for_each(|rule| weigh(&rule.id));
    schema::table().rules.iter().for_each(|rule| weigh(&rule.id));
    DECISIONS.rows.iter().for_each(|row| weigh(&row.id));
    KMS.facts.iter().for_each(|fact| weigh(&fact.id));
    names.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    names.into_iter().map(|(_, name)| name).take(3).collect()
}

/// Longer than every name that is compared; what is longer is like none.
const LONGEST_NAME: usize = 200;

/// What people call the state of Microsoft 365 Apps that only show and print.
const REDUCED: [&str; 2] = ["reducedfunctionality", "reducedfunctionalitymode"];

/// What people and pages call a state besides.
const MORE_SPELLINGS: &[(u8, &str)] =
    &[(2, "Out-of-box grace"), (3, "Out-of-tolerance grace"), (5, "Notification mode")];
