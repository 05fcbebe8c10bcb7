//! Product keys that a console, a mail or an editor has broken, so that a part of one stands at the end of a line and the
//! rest at the beginning of the next one, or of several. Each part is much of a secret, and none is recognised alone.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::ops::Range;

use super::key::{GROUP, LENGTH, is_of_a_key, secret};
use super::text::{Line, Lines};

/// The places of the broken keys in a text of several lines.
pub(super) fn halves(bytes: &[u8]) -> Vec<usize> {
    let keys = line_ends(bytes).filter_map(|end| broken(bytes, end));
    keys.flat_map(|key| secret(bytes, &key).to_vec()).collect()
}

/// Where the lines of a text end: the places of the ends themselves.
fn line_ends(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let mut begin = 0;
    std::iter::from_fn(move || {
        let end = forth(bytes, begin, |byte| !matches!(byte, b'\n' | b'\r'));
        begin = line_end(bytes, end)?;
        Some(end)
    })
}

/// A piece of a key: a run of its characters and hyphens.
#[derive(Debug)]
struct Piece {
    places: Range<usize>,
    /// Whether a line end stands before it, where a group may be broken; else blanks do, which stand between groups.
    begins_line: bool,
}

/// The places of the characters of the key that the line end at `end` breaks first. A key of 25 letters and digits that
/// stands alone but for its breaks, its hyphens and the blanks between its groups: what may only be one is left.
fn broken(bytes: &[u8], end: usize) -> Option<Vec<usize>> {
    let (before, behind) = (pieces_before(bytes, end), pieces_behind(bytes, end));
    (1..=before.len()).find_map(|first| {
        let begin = before.len() - first;
        (1..=behind.len()).find_map(|last| key(bytes, before[begin..].iter().chain(&behind[..last])))
    })
}

/// The pieces that end at the line end at `end`, in their order.
fn pieces_before(bytes: &[u8], end: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = back(bytes, end, |byte| BEFORE_BREAK.contains(&byte));
    while pieces.len() < MAX_PIECES {
        let begin = back(bytes, at, is_of_run);
        if begin == at || at - begin > MAX_RUN {
            break;
        }
        pieces.push(Piece { places: begin..at, begins_line: false });
        at = back(bytes, begin, is_blank);
        if at == begin || begin - at > MAX_BLANKS {
            break;
        }
    }
    pieces.reverse();
    pieces
}

/// The pieces that follow the line end at `end`, also on the lines behind that have nothing else.
fn pieces_behind(bytes: &[u8], end: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut at, mut begins_line) = (end, true);
    while pieces.len() < MAX_PIECES {
        if begins_line {
            at = line_end(bytes, at).map_or(at, |next| forth(bytes, next, |byte| BEHIND_BREAK.contains(&byte)));
        }
        let stop = forth(bytes, at, is_of_run);
        if stop == at || stop - at > MAX_RUN {
            break;
        }
        pieces.push(Piece { places: at..stop, begins_line });
        let (blanks, ends) = (forth(bytes, stop, is_blank), forth(bytes, stop, |byte| BEFORE_BREAK.contains(&byte)));
        begins_line = line_end(bytes, ends).is_some();
        at = if begins_line { ends } else { blanks };
        if !begins_line && (blanks == stop || blanks - stop > MAX_BLANKS) {
            break;
        }
    }
    pieces
}

/// Where the next line begins, if a line ends at `at`: all ends that [`Lines`] knows, of which CR in a row are one.
fn line_end(bytes: &[u8], at: usize) -> Option<usize> {
    let returns = forth(bytes, at, |byte| byte == b'\r');
    let next = returns + usize::from(bytes.get(returns) == Some(&b'\n'));
    (next > at).then_some(next)
}

fn forth(bytes: &[u8], from: usize, is: impl Fn(u8) -> bool) -> usize {
    from + bytes[from..].iter().take_while(|byte| is(**byte)).count()
}

fn back(bytes: &[u8], from: usize, is: impl Fn(u8) -> bool) -> usize {
    from - bytes[..from].iter().rev().take_while(|byte| is(**byte)).count()
}

/// The places of the characters of the key that the pieces make together.
fn key<'p>(bytes: &[u8], pieces: impl Iterator<Item = &'p Piece>) -> Option<Vec<usize>> {
    let mut key = Vec::with_capacity(LENGTH);
    for piece in pieces {
        if !piece.begins_line && key.len() % GROUP != 0 {
            return None;
        }
        for at in piece.places.clone() {
            match bytes[at] {
                b'-' if key.len() % GROUP == 0 => {}
                byte if is_of_a_key(byte) && key.len() < LENGTH => key.push(at),
                _ => return None,
            }
        }
    }
    let has_letter = key.iter().any(|at| bytes[*at].is_ascii_alphabetic());
    (key.len() == LENGTH && has_letter).then_some(key)
}

/// The lines of a text, without the keys that are broken between them.
pub(crate) struct Unbroken<R> {
    lines: Lines<R>,
    /// The lines that were read, the next one first; behind a failure there is nothing.
    ahead: VecDeque<io::Result<Line>>,
}

impl<R: Read> Unbroken<R> {
    /// The lines of `source`.
    pub(crate) fn new(source: R) -> Self {
        Self { lines: Lines::new(source), ahead: VecDeque::new() }
    }

    /// Reads lines until there are `count`, or no more.
    fn read(&mut self, count: usize) {
        while self.ahead.len() < count && self.ahead.back().is_none_or(Result::is_ok) {
            let Some(line) = self.lines.next() else { return };
            self.ahead.push_back(line);
        }
    }
}

impl<R: Read> Iterator for Unbroken<R> {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read(2);
        if may_be_broken(&self.ahead) {
            self.read(MAX_LINES);
            hide(&mut self.ahead);
        }
        self.ahead.pop_front()
    }
}

/// Whether the first line ends and the second begins as a part of a key does: few do.
fn may_be_broken(lines: &VecDeque<io::Result<Line>>) -> bool {
    let (Some(Ok(line)), Some(Ok(next))) = (lines.front(), lines.get(1)) else { return false };
    let of_key = |byte: u8| is_of_a_key(byte) || byte == b'-';
    let ends = line.text.bytes().rev().find(|byte| !BEFORE_BREAK.contains(byte));
    let begins = next.text.bytes().find(|byte| !BEHIND_BREAK.contains(byte));
    ends.is_some_and(of_key) && begins.is_some_and(of_key)
}

/// Hides the key that is broken between the first line and those behind it.
fn hide(lines: &mut VecDeque<io::Result<Line>>) {
    let mut texts: Vec<&mut String> = lines.iter_mut().map_while(|line| Some(&mut line.as_mut().ok()?.text)).collect();
    let Some(end) = texts.first().map(|text| text.len()) else { return };
    let all = texts.iter().map(|text| text.as_str()).collect::<Vec<_>>().join("\n");
    let Some(key) = broken(all.as_bytes(), end) else { return };
    let mut bytes = all.into_bytes();
    let hidden = secret(&bytes, &key).to_vec();
    hidden.into_iter().for_each(|at| bytes[at] = b'*');
    let all = String::from_utf8(bytes).expect("one ASCII character is put for another");
    let mut begin = 0;
    for text in &mut texts {
        let stop = begin + text.len();
        all[begin..stop].clone_into(text);
        begin = stop + 1;
    }
}

fn is_of_run(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// What may stand at the end of a line that was broken: blanks, and what says that it goes on, as in a script (`" & _`,
/// `' +`). No line end: a walk back from one end that crosses others makes the time grow with the square of the text.
const BEFORE_BREAK: &[u8] = b" \t=\\`^\"'&+_";
/// What may stand before the rest: blanks, the marks of an answered mail, and what a script joins texts with.
const BEHIND_BREAK: &[u8] = b" \t>|\"'&+";
/// More than any piece of a key has.
const MAX_RUN: usize = 2 * LENGTH;
/// As many pieces as a key has groups, and those into which breaks part them.
const MAX_PIECES: usize = 2 * GROUP;
/// As many lines as a key is broken over: one for each of its groups, and some in which breaks part them.
const MAX_LINES: usize = 2 * GROUP;
/// The most blanks between two groups.
const MAX_BLANKS: usize = 6;

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
            "BBBBB CC CCC DDDDD\nFFFFF GGGGG",
            "BBBBB-CCCCC-\nDDDDD-FFFFF\n\n-GGGGG",
            "BBBBB-CCCCC-\nDDDDD-FFFFF\n-GGGGG-HHHHH",
            "\"BBBBB\",\n\"CCCCC\",\n\"DDDDD\",\n\"FFFFF\",\n\"GGGGG\"",
            "BBBBB-CCCCC-\nDDDDD x FFFFF\n-GGGGG",
            &format!("{}\n{}", &published[..13], &published[13..]),
        ] {
            assert_eq!(lines(text).join("\n"), text);
        }
    }

    /// Breaks in two or more places, between the groups and in them.
    fn is_hidden(text: &str) -> bool {
        let read = lines(text).join("\n");
        [read, masked(text).into_owned()].iter().all(|told| told.matches('*').count() == LENGTH - 5)
    }

    #[test]
    fn a_key_is_hidden_over_how_many_lines_it_is_broken() {
        for text in [
            "BBBBB-CCCCC-\nDDDDD-FFFFF-\nGGGGG",
            "key: BBBBB-\n  CCCCC-\n  DDDDD-\n  FFFFF-\n  GGGGG, and more",
            "BBBBB\nCCCCC\nDDDDD\nFFFFF\nGGGGG",
            "BBBBB-CC\nCCC-DDDDD-FF\nFFF-GGGGG",
            "the key is BBBBB-CC =\n> CCC-DDD\n> DD-FFFFF-GG\n> GGG",
            "BBBBBCCC\nCCDDDDDF\nFFFFGGGGG",
            "BBBBB CCCCC DDDDD\nFFFFF GGGGG",
            "type BBBBB CCCCC\n     DDDDD FFFFF\n     GGGGG now",
            "a key: BBBBB  CCC\nCC  DDDDD  FFFFF\nGGGGG",
            "BBBBB - CCCCC -\nDDDDD - FFFFF - GGGGG",
            "key = \"BBBBB-CCCCC-\" & _\n      \"DDDDD-FFFFF-\" & _\n      \"GGGGG\"",
            "key = 'BBBBB-CC' +\n  'CCC-DDDDD-FF' +\n  'FFF-GGGGG'",
            "key = \"BBBBB-CC\"\n  + \"CCC-DDDDD-FF\"\n  + \"FFF-GGGGG\";",
            "key = (\"BBBBB-CCCCC-\" \\\n  \"DDDDD-FFFFF-GGGGG\")",
            "key BBBBB-CC\rCCC-DDDDD-FF\rFFF-GGGGG",
            "key BBBBB-CC\r\r\nCCC-DDDDD-FF\r\r\nFFF-GGGGG",
        ] {
            assert!(is_hidden(text), "{text}: {:?} {}", lines(text), masked(text));
        }
    }

    #[test]
    fn no_walk_back_crosses_the_end_of_another_line() {
        for ends in ["\n", "\r", "\r\n", "\r\r\n"] {
            for filler in ["", "=", " ", "\t", "\\", "> ", "=\t\\ ", "B"] {
                let text = format!("BBBBB-CCCCC-{ends}{}", format!("{filler}{ends}").repeat(4)).into_bytes();
                let mut begin = 0;
                for end in line_ends(&text) {
                    assert!(back(&text, end, |byte| BEFORE_BREAK.contains(&byte)) >= begin, "{ends:?} {filler:?}");
                    assert!(pieces_before(&text, end).iter().all(|piece| piece.places.start >= begin));
                    begin = line_end(&text, end).expect("a line ends here");
                }
            }
        }
        assert_eq!(line_ends(b"a\r\r\r\nb\n\nc\r\nd\r\r").collect::<Vec<_>>(), [1, 6, 7, 9, 12]);
    }

    /// With a walk over all that stands before each line end, they would take minutes.
    #[test]
    fn long_runs_of_line_ends_and_blanks_come_to_an_end() {
        for run in ["\r", "\n", "\r\n", "=\r", "\"&_\r", "\"\n", "\\\n", " \r", ">\n", "\t", " ", "=", "> ", "\t\r\r\n"]
        {
            let text = run.repeat((1 << 18) / run.len());
            assert_eq!(masked(&text), text);
        }
    }

    proptest! {
        #[test]
        fn a_key_is_hidden_wherever_it_is_broken_twice(
            key in "[BCDFGHJKMNPQRTVWXY][BCDFGHJKMNPQRTVWXY2346789]{24}", hyphen in prop::sample::select(vec!["-", " ", "", "  "]),
            at in prop::collection::btree_set(1_usize..25, 1..6), line_end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        ) {
            let mut text = "words ".to_owned();
            for (place, character) in key.chars().enumerate() {
                if place > 0 && place % GROUP == 0 && !at.contains(&place) {
                    text += hyphen;
                }
                if at.contains(&place) {
                    text += line_end;
                }
                text.push(character);
            }
            prop_assert!(is_hidden(&text), "{:?} {}", lines(&text), masked(&text));
        }

        #[test]
        fn both_halves_of_a_broken_key_are_hidden(
            before in "([a-z é]{0,90}[ =:\"/])?", after in "([ \"<,][a-z é]{0,40})?", key in "[BCDFGHJKMNPQRTVWXY][BCDFGHJKMNPQRTVWXY2346789]{24}",
            grouped in any::<bool>(), at in any::<prop::sample::Index>(), end in 0_usize..8, begin in 0_usize..7,
        ) {
            let groups: Vec<&str> = (0..5).map(|at| &key[at * 5..at * 5 + 5]).collect();
            let typed = if grouped { groups.join("-") } else { key.clone() };
            let at = 1 + at.index(typed.len() - 1);
            let (end, begin) = (["", " ", "=", " ^", "`", "\r", "\" & _", "' +"][end], ["", "  ", "\t", "> ", ">> ", "\"", "+ '"][begin]);
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
