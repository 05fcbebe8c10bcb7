//! Which label a line begins with.

use std::sync::LazyLock;

use crate::facts::outputs::{Kind, Label, OUTPUTS, Script};

/// A flag that is this long is known by its beginning too: narrow consoles wrap it.
const ENOUGH_OF_A_FLAG: usize = 40;

/// The scripts that have labels.
const SCRIPTS: [Script; 3] = [Script::Ospp, Script::Slmgr, Script::SlmgrXpr];

/// No label is shorter, in bytes: two of them differ here mostly.
const START: usize = 4;

/// A label, and what follows it.
pub(crate) type Found<'t> = (&'static Label, &'t str);

/// The labels that a line begins with, at most one of each script: every line is looked at once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Labels<'t>([Option<Found<'t>>; SCRIPTS.len()]);

impl<'t> Labels<'t> {
    /// Those of `line`. Capital letters count: they tell the scripts apart.
    pub(crate) fn of(line: &'t str) -> Self {
        let mut labels = Self::default();
        let line = line.trim();
        let Some(start) = line.as_bytes().first_chunk::<START>() else { return labels };
        for entry in &INDEX[usize::from(start[0])] {
            if entry.start != *start || labels.0[entry.script].is_some() {
                continue;
            }
            labels.0[entry.script] = entry.rest(line).map(|rest| (entry.label, rest));
        }
        labels
    }

    /// The label of `script`.
    pub(crate) fn get(&self, script: Script) -> Option<Found<'t>> {
        SCRIPTS.iter().position(|own| *own == script).and_then(|at| self.0[at])
    }

    /// Whether there is a label of any script.
    pub(crate) fn any(&self) -> bool {
        self.0.iter().any(Option::is_some)
    }
}

/// A label as it is looked for.
struct Entry {
    start: [u8; START],
    words: &'static str,
    script: usize,
    label: &'static Label,
}

/// By first byte; the longest label first.
static INDEX: LazyLock<Vec<Vec<Entry>>> = LazyLock::new(|| {
    let mut index: Vec<Vec<Entry>> = (0..=u8::MAX).map(|_| Vec::new()).collect();
    for label in &OUTPUTS.labels {
        let words = label.label.trim_end();
        let entry = words.as_bytes().first_chunk::<START>().zip(SCRIPTS.iter().position(|own| *own == label.tool));
        let Some((start, script)) = entry else { continue };
        index[usize::from(start[0])].push(Entry { start: *start, words, script, label });
    }
    for entries in &mut index {
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.words.len()));
    }
    index
});

impl Entry {
    /// What follows the label in `line`; `None` where it does not begin with it.
    fn rest<'t>(&self, line: &'t str) -> Option<&'t str> {
        let (kind, words) = (self.label.kind, self.words);
        match line.strip_prefix(words) {
            // A flag is the whole line or a sentence that goes on; "Unlicensed" alone is a state, in a sentence it is not.
            Some(rest) => (kind != Kind::Text || rest.is_empty() || ends_word(words, rest)).then_some(rest),
            None => (kind == Kind::Flag && line.len() >= ENOUGH_OF_A_FLAG && words.starts_with(line)).then_some(""),
        }
    }
}

fn ends_word(words: &str, rest: &str) -> bool {
    words.ends_with(['.', ':']) || rest.starts_with(|next: char| !next.is_alphanumeric())
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
    use crate::read::machine;

    #[test]
    fn every_label_of_the_table_is_found_by_itself() {
        for label in &OUTPUTS.labels {
            let line = format!("  {} value", label.label);
            let (found, rest) = Labels::of(&line).get(label.tool).unwrap_or_else(|| panic!("{}", label.label));
            assert_eq!((found.field, rest.trim()), (label.field, "value"), "{}", label.label);
        }
    }

    #[test]
    fn no_label_is_the_heading_of_a_machine_or_of_a_failure() {
        for label in &OUTPUTS.labels {
            for line in [label.label.clone(), format!("{} PC-1", label.label.trim_end())] {
                assert_eq!(machine::marker(&line), None, "{line}");
                assert!(machine::prefixed(&line).is_none(), "{line}");
            }
        }
    }

    #[test]
    fn capital_letters_tell_the_scripts_apart() {
        assert!(Labels::of("Activation interval: 120 minutes").get(Script::Ospp).is_none());
        assert!(Labels::of("Activation Interval: 120 minutes").get(Script::Slmgr).is_none());
        let wrapped = Labels::of("Please use slmgr.vbs /ato to activate and update KMS client info");
        assert_eq!(wrapped.get(Script::Slmgr).map(|(label, _)| label.field), Some(Field::NeverContacted));
    }
}
