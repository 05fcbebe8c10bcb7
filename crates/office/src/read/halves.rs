//! Product keys that a console, a mail or an editor has broken, so that a part of one stands at the end of a line and the
//! rest at the beginning of the next one. Either half is most of a secret, and neither is recognised alone.

use std::io::{self, Read};

use super::key::{GROUP, LENGTH, is_of_a_key, secret};
use super::text::{Line, Lines};

/// The places of the broken keys in a text of several lines.
pub(super) fn halves(bytes: &[u8]) -> Vec<usize> {
    let ends = bytes.iter().enumerate().filter(|(_, byte)| matches!(byte, b'\n' | b'\r'));
    let keys = ends.filter_map(|(end, _)| broken(bytes, end));
    keys.flat_map(|key| secret(bytes, &key).to_vec()).collect()
}

/// The places of the characters of the key that the line end at `end` breaks. A key of 25 letters and digits that stands
/// alone but for the break and its hyphens: what may only be one is left.
fn broken(bytes: &[u8], end: usize) -> Option<Vec<usize>> {
    let of_run = |at: &usize| bytes[*at].is_ascii_alphanumeric() || bytes[*at] == b'-';
    let mut run: Vec<usize> =
        (0..end).rev().skip_while(|at| BEFORE_BREAK.contains(&bytes[*at])).take_while(of_run).take(MAX_RUN).collect();
    run.reverse();
    let first = run.len();
    let behind = (end + 1..bytes.len()).skip_while(|at| BEHIND_BREAK.contains(&bytes[*at]));
    run.extend(behind.take_while(of_run).take(MAX_RUN));
    if first == 0 || first == run.len() {
        return None;
    }
    let mut key = Vec::with_capacity(LENGTH);
    for at in run {
        match bytes[at] {
            b'-' if key.len() % GROUP == 0 => {}
            byte if is_of_a_key(byte) => key.push(at),
            _ => return None,
        }
    }
    let has_letter = key.iter().any(|at| bytes[*at].is_ascii_alphabetic());
    (key.len() == LENGTH && has_letter).then_some(key)
}

/// The lines of a text, without the keys that are broken between two of them.
pub(crate) struct Unbroken<R> {
    lines: Lines<R>,
    next: Option<io::Result<Line>>,
}

impl<R: Read> Unbroken<R> {
    /// The lines of `source`.
    pub(crate) fn new(source: R) -> Self {
        let mut lines = Lines::new(source);
        let next = lines.next();
        Self { lines, next }
    }
}

impl<R: Read> Iterator for Unbroken<R> {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = self.next.take()?;
        // Behind a failure there is nothing.
        if let Ok(line) = &mut line {
            self.next = self.lines.next();
            if let Some(Ok(next)) = &mut self.next {
                hide(&mut line.text, &mut next.text);
            }
        }
        Some(line)
    }
}

/// Hides the key that is broken between two lines.
fn hide(line: &mut String, next: &mut String) {
    // Few lines end, and few begin, as a part of a key does.
    let of_key = |byte: &u8| is_of_a_key(*byte) || *byte == b'-';
    let ends = line.bytes().rev().find(|byte| !BEFORE_BREAK.contains(byte));
    let begins = next.bytes().find(|byte| !BEHIND_BREAK.contains(byte));
    if !ends.as_ref().is_some_and(of_key) || !begins.as_ref().is_some_and(of_key) {
        return;
    }
    let both = format!("{line}\n{next}");
    if let Some(key) = broken(both.as_bytes(), line.len()) {
        let end = line.len();
        let mut bytes = both.into_bytes();
        let hidden = secret(&bytes, &key).to_vec();
        hidden.into_iter().for_each(|at| bytes[at] = b'*');
        let text = String::from_utf8(bytes).expect("one ASCII character is put for another");
        text[..end].clone_into(line);
        text[end + 1..].clone_into(next);
    }
}

/// What may stand at the end of a line that was broken: blanks, and what says that it goes on.
const BEFORE_BREAK: &[u8] = b" \t\r=\\`^";
/// What may stand before the rest: blanks, and the marks of an answered mail.
const BEHIND_BREAK: &[u8] = b" \t>|";
/// More than either half of a key has.
const MAX_RUN: usize = 2 * LENGTH;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::read::masked;

    fn lines(text: &str) -> Vec<String> {
        Unbroken::new(text.as_bytes()).map(|line| line.expect("bytes can be read").text).collect()
    }

    #[test]
    fn what_is_no_broken_key_is_left() {
        let published = &crate::facts::gvlk::table().keys[0].key;
        for text in [
            "workstation01\nworkstation2",
            "68531fb9-5511-\n4989-97be-d11a0f55633f",
            "22222-33333-44444\n66666-77777",
            "BBBBB-CCCCC\nDDDDD-FFFFF",
            "BBBBB-CCCCC-DDDDD\n\nFFFFF-GGGGG",
            "BBBBB-CCCCC-DDDDD\nFFFFF-GGGGG-HHHHH",
            "BBBBB-CC-CCC-DDDDD\nFFFFF-GGGGG",
            &format!("{}\n{}", &published[..13], &published[13..]),
        ] {
            assert_eq!(lines(text).join("\n"), text);
        }
    }

    proptest! {
        #[test]
        fn both_halves_of_a_broken_key_are_hidden(
            before in "([a-z é]{0,90}[ =:\"/])?", after in "([ \"<,][a-z é]{0,40})?", key in "[BCDFGHJKMNPQRTVWXY][BCDFGHJKMNPQRTVWXY2346789]{24}",
            grouped in any::<bool>(), at in any::<prop::sample::Index>(), end in 0_usize..6, begin in 0_usize..5,
        ) {
            let groups: Vec<&str> = (0..5).map(|at| &key[at * 5..at * 5 + 5]).collect();
            let typed = if grouped { groups.join("-") } else { key.clone() };
            let at = 1 + at.index(typed.len() - 1);
            let (end, begin) = (["", " ", "=", " ^", "`", "\r"][end], ["", "  ", "\t", "> ", ">> "][begin]);
            let text = format!("{before}{}{end}\n{begin}{}{after}", &typed[..at], &typed[at..]);
            let hidden = |told: &str| -> Vec<bool> {
                let of_key = text.bytes().zip(told.bytes()).skip(before.len()).filter(|(byte, _)| byte.is_ascii_alphanumeric());
                of_key.take(20).map(|(_, told)| told == b'*').collect()
            };
            let read = lines(&text.replace("\r\n", "\n")).join("\n");
            prop_assert_eq!(read.matches('*').count(), 20, "{}", read);
            let told = masked(&text);
            prop_assert!(read.contains(&key[24..]) && hidden(&told).into_iter().all(|hidden| hidden), "{}", told);
        }
    }
}
