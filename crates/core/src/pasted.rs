//! Product keys as they are pasted: where the key stands in a text, and its characters read. Letters and digits count, and
//! nothing else can be meant.

use core::str::FromStr;

use bech32::Fe32;

use crate::key::{GROUP, KeyError, LENGTH, ProductKey};

impl FromStr for ProductKey {
    type Err = KeyError;

    /// Reads a key in either case, with other text around it or not: all that is neither letter nor digit is ignored.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        read_characters(key_in(text))
    }
}

/// The key that `text` consists of.
fn read_characters(text: &str) -> Result<ProductKey, KeyError> {
    let mut symbols = [Fe32::Q; LENGTH];
    let mut wrong = None;
    let mut length = 0;
    for character in characters(text) {
        match symbols.get_mut(length) {
            Some(symbol) => match Fe32::from_char(character) {
                Ok(read) => *symbol = read,
                Err(_) => wrong = wrong.or(Some(KeyError::Character { character, position: length + 1 })),
            },
            None => wrong = None,
        }
        length += 1;
    }
    match length {
        LENGTH => wrong.map_or_else(|| ProductKey::from_symbols(symbols), Err),
        GROUP => Err(KeyError::LastFive),
        other => Err(KeyError::Length(other)),
    }
}

/// The characters of a pasted key: full-width ones as plain ones; dashes, spaces, quotes and marks without width dropped.
pub(crate) fn characters(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(narrow).filter(|c| c.is_alphanumeric())
}

/// The part of `text` that is the key: words in a row that make one; else what looks most like one, for the error to name.
pub(crate) fn key_in(text: &str) -> &str {
    let mut groups = None;
    for (start, _) in words(text) {
        let Some(run) = run_of_key_length(&text[start..]) else { continue };
        if read_characters(run).is_ok() {
            return run;
        }
        if words(run).all(|(_, word)| matches!(characters(word).count(), GROUP | LENGTH)) {
            groups = Some(run);
        }
    }
    groups.unwrap_or_else(|| without_label(text))
}

/// The words at the start of `text` that have as many characters as a key.
fn run_of_key_length(text: &str) -> Option<&str> {
    let mut length = 0;
    for (start, word) in words(text) {
        length += characters(word).count();
        if length >= LENGTH {
            return (length == LENGTH).then(|| &text[..start + word.len()]);
        }
    }
    None
}

/// What follows the last label, such as `Product key:`.
fn without_label(text: &str) -> &str {
    let mut ends = text.char_indices().rev().filter(|(_, c)| matches!(narrow(*c), ':' | '='));
    let value = ends.find_map(|(at, c)| {
        let value = &text[at + c.len_utf8()..];
        characters(value).next().is_some().then_some(value)
    });
    value.unwrap_or(text)
}

/// The words of `text` with where they start.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = 0;
    core::iter::from_fn(move || {
        let start = rest + text[rest..].find(|c| narrow(c).is_alphanumeric())?;
        let word = text[start..].split(|c| !narrow(c).is_alphanumeric()).next().unwrap_or_default();
        rest = start + word.len();
        Some((start, word))
    })
}

/// A full-width character as its plain one.
fn narrow(character: char) -> char {
    const FIRST: u32 = 0xff01;
    const LAST: u32 = 0xff5e;
    match u32::from(character) {
        code @ FIRST..=LAST => char::from_u32(code - FIRST + u32::from('!')).unwrap_or(character),
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repair::repair;
    use std::format;
    use std::string::String;

    const KEY: &str = "PR24K-TQ2L9-RDGY3-6844S-GE0G0";

    fn read(text: &str) -> Result<String, KeyError> {
        text.parse::<ProductKey>().map(|key| format!("{key}"))
    }

    #[test]
    fn a_key_is_read_with_whatever_a_program_has_put_around_it() {
        for text in [
            format!("Product key: {KEY}"),
            format!("Produktschlüssel = “{KEY}”."),
            format!("  * Your host key for ACME is {} (keep it)", KEY.to_lowercase()),
            format!("> **{KEY}**\n> regards"),
            format!("\u{feff}{KEY}\r\n"),
            format!("<{KEY}>"),
            KEY.replace('-', "\u{2011}"),
            KEY.replace('-', " \u{2013} "),
            KEY.replace('-', "\u{ad}"),
            KEY.replace('2', "2\u{200b}"),
            format!("Product key: {}", KEY.replace('-', "").replace("Q2", "Q 2")),
            KEY.chars().map(|c| if c == '-' { c } else { char::from_u32(u32::from(c) + 0xfee0).unwrap() }).collect(),
            KEY.chars().flat_map(|c| [c, '\0']).collect(),
        ] {
            assert_eq!(read(&text).as_deref(), Ok(KEY), "{text:?}");
        }
    }

    #[test]
    fn a_slip_is_named_by_its_place_in_the_key_whatever_stands_around() {
        let text = format!("Your product key: {}!", KEY.replacen('R', "B", 1));
        assert_eq!(read(&text), Err(KeyError::Character { character: 'B', position: 2 }));
        assert_eq!(repair(&text).map(|repair| format!("{}", repair.key)).as_deref(), Some(KEY));
        assert_eq!(read("Product key: PR24K-TQ2L9"), Err(KeyError::Length(10)));
    }

    #[test]
    fn the_last_five_are_never_enough() {
        for text in ["GE0G0", " …GE0G0 ", "Product key: GE0G0", "\u{ff27}E0G0"] {
            assert_eq!(read(text), Err(KeyError::LastFive), "{text:?}");
            assert_eq!(repair(text), None);
        }
        assert_eq!(read("*****-*****-*****-*****-GE0G0"), Err(KeyError::LastFive));
    }
}
