//! Values of binary XML ([MS-EVEN6] section 2.2.12.3 and 2.2.13) as text.

use std::fmt::Write;
use std::ops::Range;

use super::number;

/// What a template is filled with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Nothing.
    Null,
    /// One value as text.
    Text(String),
    /// Several, each for an element of its own.
    Texts(Vec<String>),
    /// A fragment of its own, at this place of the chunk.
    Fragment(Range<usize>),
}

impl Value {
    /// Reads a value of the type with this number, which lies at `at` of its chunk.
    pub(super) fn read(kind: u8, bytes: &[u8], at: usize) -> Self {
        match kind {
            0x00 => Self::Null,
            0x21 if bytes.is_empty() => Self::Null,
            0x21 => Self::Fragment(at..at + bytes.len()),
            0x81 => {
                let text = text_of_utf16(bytes);
                let ended = text.strip_suffix('\0').unwrap_or(&text);
                Self::Texts(ended.split('\0').map(str::to_owned).collect())
            }
            0x83..=0x95 => match width(kind & 0x7f) {
                Some(width) => Self::Texts(bytes.chunks_exact(width).map(|one| text(kind & 0x7f, one)).collect()),
                None => Self::Text(hexadecimal(bytes)),
            },
            _ => Self::Text(text(kind, bytes)),
        }
    }
}

/// The bytes of one value of a type, where all have the same number.
fn width(kind: u8) -> Option<usize> {
    match kind {
        0x03 | 0x04 => Some(1),
        0x05 | 0x06 => Some(2),
        0x07 | 0x08 | 0x0b | 0x0d | 0x14 => Some(4),
        0x09 | 0x0a | 0x0c | 0x11 | 0x15 => Some(8),
        0x0f | 0x12 => Some(16),
        _ => None,
    }
}

/// One value as text. What has not the length of its type is shown byte by byte.
fn text(kind: u8, bytes: &[u8]) -> String {
    let (unsigned, signed) = (|| unsigned(bytes), || signed(bytes));
    let fits = width(kind).is_none_or(|width| width == bytes.len());
    let found = match kind {
        0x01 => Some(text_of_utf16(bytes).split('\0').next().unwrap_or_default().to_owned()),
        0x02 => Some(bytes.iter().take_while(|byte| **byte != 0).map(|byte| char::from(*byte)).collect()),
        _ if !fits => None,
        0x03 | 0x05 | 0x07 | 0x09 => signed().map(|number| number.to_string()),
        0x04 | 0x06 | 0x08 | 0x0a => unsigned().map(|number| number.to_string()),
        0x0b => bytes.try_into().ok().map(|bytes| f32::from_le_bytes(bytes).to_string()),
        0x0c => bytes.try_into().ok().map(|bytes| f64::from_le_bytes(bytes).to_string()),
        0x0d => unsigned().map(|number| (number != 0).to_string()),
        0x0f => guid(bytes),
        0x10 | 0x14 | 0x15 => unsigned().map(|number| format!("0x{number:x}")),
        0x11 => unsigned().and_then(file_time),
        0x12 => system_time(bytes),
        0x13 => security_id(bytes),
        _ => None,
    };
    found.unwrap_or_else(|| hexadecimal(bytes))
}

fn unsigned(bytes: &[u8]) -> Option<u64> {
    (1..=8).contains(&bytes.len()).then(|| bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn signed(bytes: &[u8]) -> Option<i64> {
    let unused = 64 - 8 * u32::try_from(bytes.len()).ok()?;
    unsigned(bytes).map(|number| (number << unused).cast_signed() >> unused)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02X}").expect("a text takes more");
        text
    })
}

fn guid(bytes: &[u8]) -> Option<String> {
    let bytes: &[u8; 16] = bytes.try_into().ok()?;
    let [first, second, third] = [number::<4>(bytes, 0)?, number::<2>(bytes, 4)?, number::<2>(bytes, 6)?];
    let (fourth, fifth) = (hexadecimal(&bytes[8..10]), hexadecimal(&bytes[10..]));
    Some(format!("{first:08X}-{second:04X}-{third:04X}-{fourth}-{fifth}"))
}

/// Units of 100 ns since 1601.
fn file_time(units: u64) -> Option<String> {
    let since_1970 = i128::from(units) - i128::from(TO_1970);
    let time = jiff::Timestamp::from_nanosecond(since_1970 * 100).ok()?;
    Some(time.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string())
}

fn system_time(bytes: &[u8]) -> Option<String> {
    let part = |at: usize| number::<2>(bytes, 2 * at);
    let [year, month, day, hour, minute, second, thousandths] =
        [part(0)?, part(1)?, part(3)?, part(4)?, part(5)?, part(6)?, part(7)?];
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{thousandths:03}Z"))
}

fn security_id(bytes: &[u8]) -> Option<String> {
    let (count, parts) = (usize::from(*bytes.get(1)?), bytes.get(8..)?);
    let authority = bytes[2..8].iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let mut text = format!("S-{}-{authority}", bytes[0]);
    for part in parts.chunks_exact(4).take(count) {
        write!(text, "-{}", number::<4>(part, 0)?).expect("a text takes more");
    }
    Some(text)
}

/// A text of two bytes a character, the low byte first.
pub(super) fn text_of_utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Writes text so that it is no mark-up. Characters that XML does not have become `_`, as Windows writes them.
pub(super) fn write_escaped(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(character),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('_'),
            other => out.push(other),
        }
    }
}

/// From 1601 to 1970 in units of 100 ns.
const TO_1970: u64 = 116_444_736_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_every_type_are_told_as_windows_tells_them() {
        for (kind, bytes, shown) in [
            (0x01, &b"a\0b\0\0\0c\0"[..], "ab"),
            (0x03, b"\xff", "-1"),
            (0x06, b"\x39\x30", "12345"),
            (0x07, b"\xfe\xff\xff\xff", "-2"),
            (0x0a, b"\xff\xff\xff\xff\xff\xff\xff\xff", "18446744073709551615"),
            (0x0d, b"\x01\0\0\0", "true"),
            (0x0e, b"\x01\xab", "01AB"),
            (
                0x0f,
                b"\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd\xef",
                "67452301-AB89-EFCD-0123-456789ABCDEF",
            ),
            (0x10, b"\x10\0\0\0", "0x10"),
            (0x12, b"\xea\x07\x0b\0\0\0\x16\0\x0c\0\0\0\0\0\x07\0", "2026-11-22T12:00:00.007Z"),
            (0x13, b"\x01\x02\0\0\0\0\0\x05\x20\0\0\0\x20\x02\0\0", "S-1-5-32-544"),
            (0x14, b"\x74\xf0\x04\xc0", "0xc004f074"),
            (0x07, b"\x01\x02", "0102"),
        ] {
            let expected = Value::Text(shown.to_owned());
            assert_eq!(Value::read(kind, bytes, 0), expected, "{kind:#x}");
        }
        let units: u64 = 134_081_568_000_000_000;
        assert_eq!(Value::read(0x11, &units.to_le_bytes(), 0), Value::Text("2025-11-21T00:00:00.000000Z".to_owned()));
        let texts = Value::Texts(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(Value::read(0x81, b"a\0\0\0b\0\0\0", 0), texts);
        assert_eq!(Value::read(0x21, b"x", 7), Value::Fragment(7..8));
    }
}
