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
use crate::parts::{Gatherer, PartsError};
use crate::reason::Malformed;

/// Why a file holds no document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArmourError {
    /// More text than the largest document takes.
    #[error("more than {MAX_TEXT} bytes: no document is that large")]
    TooLarge,
    /// More text than a file of many documents may have.
    #[error("more than {} MiB: split the file", MAX_TEXTS >> 20)]
    TooMany,
    /// Nothing but blanks.
    #[error("it is empty")]
    Empty,
    /// Neither a document's bytes, nor armour, nor texts of QR codes, nor hexadecimal digits.
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
    /// Texts of QR codes that make no document.
    #[error(transparent)]
    Parts(PartsError),
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
/// A file of many documents holds no more: some ten thousand answers.
pub const MAX_TEXTS: usize = 64 << 20;

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
    if is_raw(file) {
        return Ok(Cow::Borrowed(file));
    }
    let text = text_file::decode(file);
    let mut all = each(&text);
    match (all.pop(), all.len()) {
        (None, _) => Err(none_in(&text)),
        (Some(only), 0) => only.map(Cow::Owned),
        (Some(_), _) => Err(ArmourError::Several),
    }
}

/// All documents in `file`, in their order, each in a form that [`read`] takes; or why one of them cannot be read.
///
/// # Errors
/// [`ArmourError`] where there is none.
pub fn read_all(file: &[u8]) -> Result<Vec<Result<Vec<u8>, ArmourError>>, ArmourError> {
    if file.len() > MAX_TEXTS {
        return Err(ArmourError::TooMany);
    }
    if is_raw(file) {
        return Ok(Vec::from([Ok(file.to_vec())]));
    }
    let text = text_file::decode(file);
    let all = each(&text);
    if all.is_empty() { Err(none_in(&text)) } else { Ok(all) }
}

/// Why a text holds no document.
fn none_in(text: &str) -> ArmourError {
    if text.trim().is_empty() { ArmourError::Empty } else { ArmourError::Unknown }
}

fn is_raw(file: &[u8]) -> bool {
    // A text may begin with the same byte; no document's bytes are a text.
    file.first().is_some_and(|first| *first == TAG_18) && core::str::from_utf8(file).is_err()
}

/// The documents in a text: in armour, as texts of QR codes; where there is neither, in hexadecimal digits.
fn each(text: &str) -> Vec<Result<Vec<u8>, ArmourError>> {
    let begins: Vec<Marker<'_>> = markers(text, BEGIN).collect();
    let ends = begins.iter().skip(1).map(|next| next.before.len()).chain([text.len()]);
    let armoured = begins.iter().zip(ends).map(|(begin, end)| {
        let start = text.len() - begin.after.len();
        unwrap(begin.label, &text[start..end.max(start)])
    });
    let mut all: Vec<_> = armoured.collect();
    let mut gatherer = Gatherer::default();
    text.lines().filter_map(code).for_each(|code| gatherer.add(code));
    let gathered = gatherer.finish();
    all.extend(gathered.documents.into_iter().map(Ok));
    all.extend(gathered.errors.into_iter().map(|error| Err(ArmourError::Parts(error))));
    if all.is_empty() { unhex(text).map(Ok).into_iter().collect() } else { all }
}

/// The text of a QR code in a line, whatever marks of quoting stand before it.
fn code(line: &str) -> Option<&str> {
    let line = line.trim_start_matches(is_filler);
    Gatherer::is_text(line).then_some(line)
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

fn unwrap(label: &str, after: &str) -> Result<Vec<u8>, ArmourError> {
    let words =
        |label: &str| label.split(is_filler).filter(|word| !word.is_empty()).map(String::from).collect::<Vec<_>>();
    let label = words(label);
    if !Typ::ALL.into_iter().any(|typ| typ.label().split(' ').skip(1).eq(label.iter())) {
        return Err(ArmourError::UnknownLabel);
    }
    let end = markers(after, END).next().ok_or(ArmourError::Damaged(Damage::NoEnd))?;
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
    let whole = !digits.is_empty() && digits.len().is_multiple_of(2);
    whole.then(|| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
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
    fn a_file_of_blanks_is_empty() {
        for file in ["", "\n", " \r\n\t", "\u{feff}", "\u{feff}\n"] {
            assert_eq!(read(file.as_bytes()), Err(ArmourError::Empty), "{file:?}");
            assert_eq!(read_all(file.as_bytes()), Err(ArmourError::Empty), "{file:?}");
        }
        assert_eq!(read(b"x"), Err(ArmourError::Unknown));
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
    fn texts_of_qr_codes_are_read_whatever_stands_around_them() {
        let bytes = document();
        let text = crate::parts::texts(&bytes).concat();
        for mail in [text.clone(), format!("Hello,\n> {text}\r\n"), format!("\u{feff}{text}\n{text}\n")] {
            assert_eq!(read(mail.as_bytes()).as_deref(), Ok(bytes.as_slice()), "{mail}");
        }
        let missing = PartsError::Missing { missing: Vec::from([2]), of: 2 };
        assert_eq!(read(b"LH1:1/2:BB8").map(drop), Err(ArmourError::Parts(missing)));
    }

    #[test]
    fn of_many_documents_each_is_read_by_itself() {
        let (bytes, armour) = (document(), wrap(&document()).unwrap());
        let text = crate::parts::texts(&bytes).concat();
        let cut = armour.replace("-----END LEASEHOLD RELEASE-----\n", "");
        let file = format!("first:\n{armour}\n{cut}second:\n{armour}{text}\nLH1:A\n");
        let all = read_all(file.as_bytes()).unwrap();
        let damaged = Err(ArmourError::Damaged(Damage::NoEnd));
        let code = Err(ArmourError::Parts(PartsError::Damaged));
        assert_eq!(all, [Ok(bytes.clone()), damaged, Ok(bytes.clone()), Ok(bytes.clone()), code]);
        assert_eq!(read_all(&bytes), Ok(Vec::from([Ok(bytes)])));
        assert_eq!(read_all(b"nothing here"), Err(ArmourError::Unknown));
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
