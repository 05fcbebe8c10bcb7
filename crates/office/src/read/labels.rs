//! Which label a line begins with.

use std::sync::LazyLock;

use crate::facts::outputs::{Kind, Label, OUTPUTS, Script};

/// How many scripts there are.
const SCRIPTS: usize = Script::Vamt as usize + 1;

/// A flag that is this long is known by its beginning too: narrow consoles wrap it.
const ENOUGH_OF_A_FLAG: usize = 40;

static INDEX: LazyLock<Index> = LazyLock::new(Index::new);

struct Index {
    /// By script and first byte in lower case; the longest label first. Every line is looked up, several times.
    labels: Vec<Vec<&'static Label>>,
}

impl Index {
    fn new() -> Self {
        let mut labels: Vec<Vec<&'static Label>> = vec![Vec::new(); SCRIPTS * 256];
        for label in &OUTPUTS.labels {
            labels[place(label.tool, label.label.as_bytes().first().copied().unwrap_or(0))].push(label);
        }
        for some in &mut labels {
            some.sort_by_key(|label| std::cmp::Reverse(label.label.len()));
        }
        Self { labels }
    }
}

/// Where the labels of a script that begin with this byte are.
fn place(script: Script, first: u8) -> usize {
    script as usize * 256 + usize::from(first.to_ascii_lowercase())
}

/// The label of `script` that `line` begins with, and what follows it. Capital letters count: they tell the scripts apart.
pub(crate) fn find(script: Script, line: &str) -> Option<(&'static Label, &str)> {
    let line = line.trim();
    let some = &INDEX.labels[place(script, *line.as_bytes().first()?)];
    some.iter().find_map(|label| {
        let words = label.label.trim_end();
        match line.strip_prefix(words) {
            // A flag is the whole line or a sentence that goes on; "Unlicensed" alone is a state, in a sentence it is not.
            Some(rest) if label.kind != Kind::Text || rest.is_empty() || ends_word(words, rest) => Some((*label, rest)),
            None if label.kind == Kind::Flag && line.len() >= ENOUGH_OF_A_FLAG && words.starts_with(line) => {
                Some((*label, ""))
            }
            _ => None,
        }
    })
}

fn ends_word(words: &str, rest: &str) -> bool {
    words.ends_with(['.', ':']) || rest.starts_with(|next: char| !next.is_alphanumeric())
}

/// Whether `line` begins with a label of any script.
pub(crate) fn any(line: &str) -> bool {
    [Script::Ospp, Script::Slmgr, Script::SlmgrXpr].iter().any(|script| find(*script, line).is_some())
}

/// Whether `text` ends with an English label, without its colon: then something else stands before it.
pub(crate) fn ends_with_one(text: &str) -> bool {
    let all = OUTPUTS.labels.iter().map(|label| label.label.trim_end().trim_end_matches(':'));
    all.filter(|label| label.len() > 3).any(|label| text.ends_with(label))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::outputs::Field;

    #[test]
    fn every_label_of_the_table_is_found_by_itself() {
        for label in &OUTPUTS.labels {
            let line = format!("  {} value", label.label);
            let (found, rest) = find(label.tool, &line).unwrap_or_else(|| panic!("{}", label.label));
            assert_eq!((found.field, rest.trim()), (label.field, "value"), "{}", label.label);
        }
    }

    #[test]
    fn capital_letters_tell_the_scripts_apart() {
        assert!(find(Script::Ospp, "Activation interval: 120 minutes").is_none());
        assert!(find(Script::Slmgr, "Activation Interval: 120 minutes").is_none());
        let (label, _) =
            find(Script::Slmgr, "Please use slmgr.vbs /ato to activate and update KMS client info").unwrap();
        assert_eq!(label.field, Field::NeverContacted);
    }
}
