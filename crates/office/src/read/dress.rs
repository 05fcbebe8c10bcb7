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

/// A text without the sequences that set colours, character sets and titles, and move the cursor.
fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(ESCAPE) {
        plain.push_str(&rest[..at]);
        // Sequences are ASCII but for titles, which end in it.
        rest = rest.get(at + sequence(&rest.as_bytes()[at..])..).unwrap_or_default();
    }
    plain.push_str(rest);
    plain
}

/// How long the sequence is that `bytes` begin with, an escape first. What does not go on as one is an escape alone, or
/// what there is of one: no other text is lost with it.
pub(super) fn sequence(bytes: &[u8]) -> usize {
    let run = |from: usize, is: fn(&u8) -> bool| from + bytes[from..].iter().take_while(|byte| is(byte)).count();
    let ended = |end: usize, last: fn(&u8) -> bool| end + usize::from(bytes.get(end).is_some_and(last));
    match bytes.get(1) {
        // `ESC [ 31 m`
        Some(b'[') => {
            let end = run(2, |byte| (b'0'..=b'?').contains(byte));
            ended(run(end, |byte| (b' '..=b'/').contains(byte)), |byte| (b'@'..=b'~').contains(byte))
        }
        // `ESC ] 0 ; title BEL`, and other strings up to `ESC \`.
        Some(b']' | b'P' | b'_' | b'^') => {
            let stop = bytes.iter().enumerate().skip(2).find(|(_, byte)| matches!(byte, 7 | 0x1b));
            match stop {
                Some((at, 7)) => at + 1,
                Some((at, _)) if bytes.get(at + 1) == Some(&b'\\') => at + 2,
                _ => 2,
            }
        }
        // `ESC ( B`
        Some(b'(' | b')' | b'*' | b'+' | b'#' | b'%') => ended(2, u8::is_ascii_alphanumeric),
        // `ESC 7`, `ESC =`, `ESC c`
        Some(b'0'..=b'?' | b'c') => 2,
        _ => 1,
    }
}

pub(super) const ESCAPE: char = '\u{1b}';

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
            ("\u{1b}[é LICENSE", "é LICENSE"),
            ("\u{1b}[31é", "é"),
            ("\u{1b}[?25lLICENSE NAME: x\u{1b}[0 q", "LICENSE NAME: x"),
            ("\u{1b}(B\u{1b}[mLICENSE NAME: x\u{1b}(B", "LICENSE NAME: x"),
            ("\u{1b}]0;title ü\u{7}LICENSE NAME: x", "LICENSE NAME: x"),
            ("\u{1b}]8;;http://x\u{1b}\\LICENSE NAME: x\u{1b}]8;;\u{1b}\\", "LICENSE NAME: x"),
            ("\u{1b}]LICENSE NAME: x", "LICENSE NAME: x"),
            ("\u{1b}7\u{1b}=LICENSE NAME: x\u{1b}8\u{1b}", "LICENSE NAME: x"),
            ("\u{1b}LICENSE NAME: x", "LICENSE NAME: x"),
        ] {
            assert_eq!(plain(line), expected, "{line:?}");
        }
    }
}
