//! What a terminal, a page in Markdown or an input method has put into a line: colours, bold labels, wide colons.

use std::borrow::Cow;

/// The line without them.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    if text.contains(ESCAPE) {
        text = Cow::Owned(without_escapes(&text));
    }
    // A label of another writing system keeps its colon: it is read as such.
    if let Some((label, value)) = text.split_once('：')
        && !label.trim().is_empty()
        && label.is_ascii()
    {
        text = Cow::Owned(format!("{label}: {}", value.trim_start()));
    }
    let inner = text.trim_start().trim_start_matches(['-', '*', '+', ' ']);
    let bold =
        text.contains("**") && text.trim_start().len() - inner.len() <= 4 && inner.starts_with(char::is_alphanumeric);
    let bold = bold && text.matches("**").count() == 2;
    if bold {
        text = Cow::Owned(text.replace("**", ""));
    }
    if let Some(code) = text.trim().strip_prefix('`').and_then(|rest| rest.strip_suffix('`'))
        && !code.is_empty()
        && !code.contains('`')
    {
        text = Cow::Owned(code.to_owned());
    }
    text
}

/// A text without the sequences that set colours and move the cursor.
fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(ESCAPE) {
        plain.push_str(before);
        rest = match behind.strip_prefix('[') {
            Some(sequence) => sequence
                .trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ';' | '?'))
                .get(1..)
                .unwrap_or_default(),
            None => behind,
        };
    }
    plain.push_str(rest);
    plain
}

const ESCAPE: char = '\u{1b}';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_without_its_dress() {
        for (line, expected) in [
            ("\u{1b}[32;1mLICENSE NAME: x\u{1b}[0m", "LICENSE NAME: x"),
            ("\u{1b}[0KLICENSE NAME: x", "LICENSE NAME: x"),
            ("LICENSE STATUS： ---LICENSED---", "LICENSE STATUS: ---LICENSED---"),
            ("**LICENSE STATUS:** ---LICENSED---  ", "LICENSE STATUS: ---LICENSED---  "),
            ("- **LICENSE NAME**: x", "- LICENSE NAME: x"),
            ("`LICENSE NAME: x`", "LICENSE NAME: x"),
            ("许可证状态：已授权", "许可证状态：已授权"),
            ("**********************", "**********************"),
            ("*****-*****-*****-*****-ABCDE", "*****-*****-*****-*****-ABCDE"),
            ("```", "```"),
            ("\u{1b}[", ""),
            ("\u{1b}[é", ""),
        ] {
            assert_eq!(plain(line), expected, "{line:?}");
        }
    }
}
