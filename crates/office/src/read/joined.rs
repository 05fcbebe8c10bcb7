//! Whole outputs on one line: where PowerShell puts a list of lines into a sentence or a cell, blanks stand for the line
//! ends. The labels of the scripts tell where the lines were.

use std::sync::LazyLock;

use regex::Regex;

use crate::facts::outputs::{OUTPUTS, Script};

/// The lines that were joined to this one; nothing where it is an ordinary line.
pub(super) fn lines(text: &str) -> Option<Vec<&str>> {
    let (state, labels) = [("LICENSE STATUS:", &OSPP), ("License Status:", &SLMGR)]
        .into_iter()
        .find(|(state, _)| text.len() > state.len() * 2 && text.contains(state))?;
    debug_assert!(labels.is_match(state), "the label of a state is one of the table");
    let starts: Vec<usize> = labels.captures_iter(text).filter_map(|found| Some(found.get(1)?.start())).collect();
    // A label within a sentence, or within the value of another, may be chance.
    let few = if starts.first() == Some(&0) { 2 } else { FEW };
    if starts.len() < few {
        return None;
    }
    // What stands before the first label, such as a machine, stood before it on its own line too.
    let begins = [0].into_iter().chain(starts.iter().copied().skip(1));
    let ends = starts.iter().copied().skip(1).chain([text.len()]);
    Some(begins.zip(ends).map(|(begin, end)| text[begin..end].trim_end()).collect())
}

fn labels_of(script: Script) -> Regex {
    let mut words: Vec<&str> = OUTPUTS
        .labels
        .iter()
        .filter(|label| label.tool == script && label.label.ends_with(':'))
        .map(|label| label.label.as_str())
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let any: Vec<String> = words.into_iter().map(regex::escape).collect();
    let pattern = format!(r"(?:^|\s)({}|---Processing-+|---Exiting-+|-{{20,}})", any.join("|"));
    Regex::new(&pattern).expect("labels without special characters are an expression")
}

static OSPP: LazyLock<Regex> = LazyLock::new(|| labels_of(Script::Ospp));
static SLMGR: LazyLock<Regex> = LazyLock::new(|| labels_of(Script::Slmgr));
/// Fewer labels than any output has.
const FEW: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_on_one_line_is_parted_at_its_labels() {
        for (line, expected) in [
            (
                "---Processing---- LICENSE NAME: Office 24, x edition LICENSE STATUS:  ---LICENSED--- ERROR CODE: 0x1",
                vec![
                    "---Processing----",
                    "LICENSE NAME: Office 24, x edition",
                    "LICENSE STATUS:  ---LICENSED---",
                    "ERROR CODE: 0x1",
                ],
            ),
            (
                "LICENSE NAME: x edition LICENSE STATUS:  ---LICENSED---",
                vec!["LICENSE NAME: x edition", "LICENSE STATUS:  ---LICENSED---"],
            ),
            (
                "PC-1; LICENSE NAME: x BETA EXPIRATION: 01/01/1601 LICENSE STATUS:  ---LICENSED---",
                vec!["PC-1; LICENSE NAME: x", "BETA EXPIRATION: 01/01/1601", "LICENSE STATUS:  ---LICENSED---"],
            ),
            (
                "Name: Windows(R), x edition Description: y channel Partial Product Key: 2YT43 License Status: Licensed",
                vec![
                    "Name: Windows(R), x edition",
                    "Description: y channel",
                    "Partial Product Key: 2YT43",
                    "License Status: Licensed",
                ],
            ),
        ] {
            assert_eq!(lines(line), Some(expected), "{line}");
        }
        for line in [
            "LICENSE STATUS:  ---LICENSED---",
            "License Status: Licensed",
            "the words LICENSE STATUS: and LICENSE NAME: x",
            "",
        ] {
            assert_eq!(lines(line), None, "{line}");
        }
    }
}
