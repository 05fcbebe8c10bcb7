//! Documents as text: PEM-style armour (RFC 7468), 64 columns; and reading whatever form a file has, also after mail programs
//! have wrapped, quoted or encoded it.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::iter;

use base64ct::{Base64Unpadded, Encoding};
use leasehold_core::text_file;
use pem_rfc7468::LineEnding;

use crate::document::Typ;
use crate::envelope::{Envelope, MAX_REVOCATION_BYTES};
use crate::reason::Malformed;

/// Why a file holds no document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArmourError {
    /// More text than the largest document takes.
    #[error("more than {MAX_TEXT} bytes: no document is that large")]
    TooLarge,
    /// Neither a document's bytes, nor armour, nor hexadecimal digits.
    #[error("neither a document's bytes, nor armour (-----BEGIN LEASEHOLD …-----), nor hexadecimal digits")]
    Unknown,
    /// Armour of a kind that this release does not know.
    #[error("the armour is of a kind that this program does not know")]
    UnknownLabel,
    /// More than one document.
    #[error("there is more than one document: split the file")]
    Several,
    /// Armour that is cut or garbled.
    #[error("the armour is damaged: {0}")]
    Damaged(Damage),
}

/// What is wrong with armour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// Its last line is missing.
    #[error("its last line (-----END LEASEHOLD …-----) is missing")]
    NoEnd,
    /// Its last line names another kind than its first.
    #[error("its first and its last line differ")]
    OtherEnd,
    /// A character that no mail program puts there.
    #[error("it contains {0:?}")]
    Character(char),
    /// Characters are missing.
    #[error("characters are missing")]
    Length,
}

/// A file holds no more than the largest document in its longest form.
pub const MAX_TEXT: usize = 2 * MAX_REVOCATION_BYTES + 4_096;

/// Wraps a document in armour of its own label.
///
/// # Errors
/// [`Malformed`] where `bytes` are no document.
///
/// # Panics
/// Never: a label and bytes always make armour.
pub fn wrap(bytes: &[u8]) -> Result<String, Malformed> {
    let label = Envelope::parse(bytes)?.typ.label();
    Ok(pem_rfc7468::encode_string(label, LineEnding::LF, bytes).expect("a label and bytes make armour"))
}

/// The document's bytes in `file`, which has them raw, in armour or as hexadecimal digits. Around armour there may be other text;
/// byte-order marks, quoting, indentation, other line lengths and what is left of quoted-printable are no errors.
///
/// What the bytes say is not looked at.
///
/// # Errors
/// [`ArmourError`] where there is no such thing, or more than one.
pub fn read(file: &[u8]) -> Result<Cow<'_, [u8]>, ArmourError> {
    if file.len() > MAX_TEXT {
        return Err(ArmourError::TooLarge);
    }
    // A text may begin with the same byte; no document's bytes are a text.
    let raw = file.first().is_none_or(|first| *first == TAG_18) && core::str::from_utf8(file).is_err();
    if file.is_empty() || raw {
        return Ok(Cow::Borrowed(file));
    }
    let text = text_file::decode(file);
    let mut begins = markers(&text, BEGIN);
    match (begins.next(), begins.next()) {
        (None, _) => unhex(&text).map(Cow::Owned).ok_or(ArmourError::Unknown),
        (Some(_), Some(_)) => Err(ArmourError::Several),
        (Some(begin), None) => unwrap(&begin).map(Cow::Owned),
    }
}

/// The first or last line of armour.
#[derive(Debug)]
struct Marker<'t> {
    label: &'t str,
    /// The text before it.
    before: &'t str,
    /// The text after it.
    after: &'t str,
}

/// The lines of armour in `text` that begin with `word` between dashes: as many dashes as there are, since programs that
/// improve texts make long ones of several.
fn markers<'t>(text: &'t str, word: &'static str) -> impl Iterator<Item = Marker<'t>> {
    let mut from = 0;
    iter::from_fn(move || {
        loop {
            let start = from + text[from..].find(word)?;
            from = start + word.len();
            let (before, label) = (&text[..start], &text[from..]);
            let opened = before.trim_end_matches(is_dash);
            if let (true, Some(end)) = (opened.len() < before.len(), label.find(is_dash)) {
                let after = label[end..].trim_start_matches(is_dash);
                return Some(Marker { label: &label[..end], before: opened, after });
            }
        }
    })
}

fn unwrap(begin: &Marker<'_>) -> Result<Vec<u8>, ArmourError> {
    let words =
        |label: &str| label.split(is_filler).filter(|word| !word.is_empty()).map(String::from).collect::<Vec<_>>();
    let label = words(begin.label);
    if !Typ::ALL.into_iter().any(|typ| typ.label().split(' ').skip(1).eq(label.iter())) {
        return Err(ArmourError::UnknownLabel);
    }
    let end = markers(begin.after, END).next().ok_or(ArmourError::Damaged(Damage::NoEnd))?;
    if words(end.label) != label {
        return Err(ArmourError::Damaged(Damage::OtherEnd));
    }
    let digits = base64_digits(end.before).map_err(|c| ArmourError::Damaged(Damage::Character(c)))?;
    let bytes = Base64Unpadded::decode_vec(&digits).ok().filter(|bytes| !bytes.is_empty());
    bytes.ok_or(ArmourError::Damaged(Damage::Length))
}

/// The digits in `body`, escapes of quoted-printable read and padding dropped; or the character that cannot be there.
fn base64_digits(body: &str) -> Result<String, char> {
    let mut digits = String::with_capacity(body.len());
    let mut rest = body.chars();
    while let Some(mut c) = rest.next() {
        if c == '=' {
            // Padding, or a line that is continued, unless digits follow.
            match escaped(&mut rest) {
                Some(escaped) if escaped.is_ascii() => c = escaped,
                // A part of a space that does not break.
                Some(_) | None => continue,
            }
        }
        match c {
            'A'..='Z' | 'a'..='z' | '0'..='9' | '+' | '/' => digits.push(c),
            '=' => {}
            c if is_filler(c) => {}
            c => return Err(c),
        }
    }
    Ok(digits)
}

/// The byte whose two hexadecimal digits come next, as a character; takes nothing where none do.
fn escaped(rest: &mut core::str::Chars<'_>) -> Option<char> {
    let mut ahead = rest.clone();
    let (high, low) = (ahead.next()?.to_digit(16)?, ahead.next()?.to_digit(16)?);
    *rest = ahead;
    char::from_u32(high << 4 | low)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.chars().filter(|c| !is_filler(*c));
    let digits: Vec<u8> = digits.map(|c| u8::try_from(c.to_digit(16)?).ok()).collect::<Option<_>>()?;
    digits.len().is_multiple_of(2).then(|| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// Blanks, the marks of quoting, and characters without width.
fn is_filler(c: char) -> bool {
    const WITHOUT_WIDTH: [char; 7] = ['\u{ad}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{200e}', '\u{2060}', '\u{feff}'];
    c.is_whitespace() || matches!(c, '>' | '|') || WITHOUT_WIDTH.contains(&c)
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

const TAG_18: u8 = 0xd2;
const BEGIN: &str = "BEGIN LEASEHOLD";
const END: &str = "END LEASEHOLD";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::sign;
    use crate::{Keypair, Release};
    use leasehold_core::{Cti, Timestamp};
    use std::format;
    use std::string::ToString;

    fn document() -> Vec<u8> {
        let pair = Keypair::from_seed(&[3; 32]);
        let (issued, cti, product) = (Timestamp::from_unix(1), Cti([4; 16]), "acme-cad".parse().unwrap());
        sign(&Release { issued, cti, key: pair.public(), product, lease: cti }, &pair, &[])
    }

    fn each_line(text: &str, change: impl Fn(&str) -> String) -> String {
        text.lines().map(|line| change(line) + "\n").collect()
    }

    #[test]
    fn a_document_is_read_back_from_every_form() {
        let bytes = document();
        let armour = wrap(&bytes).unwrap();
        assert!(armour.starts_with("-----BEGIN LEASEHOLD RELEASE-----\n"));
        assert!(armour.lines().all(|line| line.len() <= 64));
        assert_eq!(*read(armour.as_bytes()).unwrap(), bytes);
        assert_eq!(*read(&bytes).unwrap(), bytes);
        let hex: String = bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02X}\n"));
        assert_eq!(*read(hex.as_bytes()).unwrap(), bytes);
        assert_eq!(*read(format!("\u{feff}> {hex}").as_bytes()).unwrap(), bytes);
    }

    #[test]
    fn armour_survives_mail() {
        let bytes = document();
        let armour = wrap(&bytes).unwrap();
        let digits: String = armour.lines().filter(|line| !line.contains("---")).collect();
        let of_width = |width: usize| {
            let lines = digits.as_bytes().chunks(width).map(|line| core::str::from_utf8(line).unwrap().to_string());
            let body = lines.collect::<Vec<_>>().join("\n");
            format!("-----BEGIN LEASEHOLD RELEASE-----\n{body}\n-----END LEASEHOLD RELEASE-----\n")
        };
        // Escaped, and broken softly at a width that no line of armour has.
        let escaped = each_line(&of_width(75).replace('=', "=3D"), |line| line.to_string() + "=20");
        let broken = of_width(40).replace('=', "=3D").replace('\n', "=\r\n");
        for mail in [
            armour.replace('\n', "\r\n"),
            armour.replace('\n', "\r"),
            armour.replace('\n', " "),
            format!("Hello,\nhere it is:\n{armour}-- \nregards, --BEGIN LEASEHOLD"),
            format!("\u{feff}{armour}"),
            each_line(&armour, |line| format!("> > {line}")),
            each_line(&armour, |line| format!(">{line}   ")),
            each_line(&armour, |line| format!("| {line}")),
            each_line(&armour, |line| format!("\t    {line}\u{a0}")),
            each_line(&armour, |line| format!("{line}\n")),
            of_width(1),
            of_width(76),
            of_width(1_000),
            escaped,
            broken,
            armour.replace("=\n", "=3D\n").replace("-----END", "=C2=A0\n-----END"),
            armour.replace("-----", "\u{2014}"),
            armour.replace("-----BEGIN", "- -----BEGIN"),
            armour.replace("LEASEHOLD RELEASE", "LEASEHOLD\n> RELEASE"),
            armour.replace('=', ""),
        ] {
            assert_eq!(read(mail.as_bytes()).as_deref(), Ok(bytes.as_slice()), "{mail}");
        }
        let utf_16: Vec<u8> =
            "\u{feff}".encode_utf16().chain(armour.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&utf_16).as_deref(), Ok(bytes.as_slice()));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let armour = wrap(&document()).unwrap();
        let damaged = |damage| Err(ArmourError::Damaged(damage));
        for (text, error) in [
            ("not a document".to_string(), Err(ArmourError::Unknown)),
            (armour[..90].to_string(), damaged(Damage::NoEnd)),
            (armour.replace("END LEASEHOLD RELEASE", "END LEASEHOLD LEASE"), damaged(Damage::OtherEnd)),
            (armour.replace("RELEASE", "WISH"), Err(ArmourError::UnknownLabel)),
            (armour.replacen("0o", "0%", 1), damaged(Damage::Character('%'))),
            (armour.replacen("0oRP", "0P", 1), damaged(Damage::Length)),
            ("-----BEGIN LEASEHOLD LEASE-----\n-----END LEASEHOLD LEASE-----".to_string(), damaged(Damage::Length)),
            (format!("{armour}\n> {armour}"), Err(ArmourError::Several)),
        ] {
            assert_eq!(read(text.as_bytes()).map(drop), error, "{text}");
        }
    }
}
