//! The rules. Each function checks what belongs together and names the rules it speaks for; together they are all rules of
//! the table.

mod channels;
mod edit;
mod keys;
mod languages;
mod options;
mod plan;
mod products;
mod properties;
mod removal;
mod structure;
mod updates;

use super::context::Context;
use super::file::File;
use super::violation::Findings;
use crate::read::masked;

/// Checks a file by every rule.
pub(super) fn apply(file: &File<'_>, context: &Context, findings: &mut Findings<'_>) {
    for group in GROUPS {
        (group.check)(file, context, findings);
    }
}

/// The ids of the rules that are checked, the one for unreadable files among them.
pub fn implemented() -> impl Iterator<Item = &'static str> {
    [super::NOT_A_CONFIGURATION, super::OF_WINDOWS_INSTALLER]
        .into_iter()
        .chain(GROUPS.iter().flat_map(|group| group.rules).copied())
}

/// Rules that are checked together.
struct Group {
    rules: &'static [&'static str],
    check: fn(&File<'_>, &Context, &mut Findings<'_>),
}

const GROUPS: &[Group] = &[
    Group { rules: structure::RULES, check: structure::check },
    Group { rules: products::RULES, check: products::check },
    Group { rules: channels::RULES, check: channels::check },
    Group { rules: keys::RULES, check: keys::check },
    Group { rules: languages::RULES, check: languages::check },
    Group { rules: options::RULES, check: options::check },
    Group { rules: properties::RULES, check: properties::check },
    Group { rules: updates::RULES, check: updates::check },
    Group { rules: removal::RULES, check: removal::check },
    Group { rules: plan::RULES, check: plan::check },
];

/// The name among `known` that `typed` most resembles.
fn nearest<'n>(typed: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    if typed.len() > MAX_NAME_BYTES {
        return None;
    }
    let typed = typed.to_lowercase();
    let distances = known.into_iter().map(|name| (strsim::damerau_levenshtein(&typed, &name.to_lowercase()), name));
    let (distance, name) = distances.min()?;
    (distance * 3 <= name.len().max(3)).then_some(name)
}

/// `, did you mean ...?`, where something is meant.
fn did_you_mean(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!(", did you mean {name}?"))
}

/// Whether a path leads to Microsoft's content delivery network.
fn is_of_cdn(path: &str) -> bool {
    path.to_ascii_lowercase().contains("officecdn.microsoft.com")
}

/// A value as messages quote it: on one line, cut where it is long.
fn quoted(text: &str) -> String {
    let text = masked(text);
    let cut: String = text.chars().take(MAX_NAME_BYTES).collect();
    if cut.len() < text.len() {
        format!("\"{}…\"", cut.escape_debug())
    } else {
        format!("\"{}\"", cut.escape_debug())
    }
}

/// Longer ones are not compared and not printed whole.
const MAX_NAME_BYTES: usize = 64;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::facts::schema;

    #[test]
    fn every_rule_of_the_table_is_checked_once() {
        let checked: Vec<&str> = implemented().collect();
        let table: BTreeSet<&str> = schema::table().rules.iter().map(|rule| rule.id.as_str()).collect();
        assert_eq!(checked.iter().copied().collect::<BTreeSet<_>>(), table);
        assert_eq!(checked.len(), table.len());
    }

    #[test]
    fn the_nearest_name_is_near() {
        let names = ["Word", "Excel", "PowerPoint"];
        assert_eq!(nearest("Exel", names), Some("Excel"));
        assert_eq!(nearest("powerpoint", names), Some("PowerPoint"));
        assert_eq!(nearest("Visio", names), None);
        assert_eq!(nearest(&"x".repeat(1_000), names), None);
    }

    #[test]
    fn a_long_value_is_cut_in_messages() {
        assert_eq!(quoted("a\nb"), "\"a\\nb\"");
        assert!(quoted(&"ü".repeat(1_000)).ends_with("…\""));
    }
}
