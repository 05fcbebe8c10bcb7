//! Documents as text: PEM-style armour (RFC 7468), 64 columns; and reading whatever form a file has.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use pem_rfc7468::LineEnding;

use crate::document::Typ;
use crate::envelope::{Envelope, MAX_REVOCATION_BYTES};
use crate::reason::Malformed;

/// Why a file holds no document.
#[derive(Debug, thiserror::Error)]
pub enum ArmourError {
    /// More text than the largest document takes.
    #[error("more than {MAX_TEXT} bytes: no document is that large")]
    TooLarge,
    /// Neither a document's bytes, nor armour, nor hexadecimal digits.
    #[error("neither a document's bytes, nor armour (-----BEGIN LEASEHOLD …-----), nor hexadecimal digits")]
    Unknown,
    /// Armour that is cut or garbled.
    #[error("the armour is damaged: {0}")]
    Damaged(pem_rfc7468::Error),
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

/// The document's bytes in `file`, which has them raw, in armour or as hexadecimal digits.
///
/// What they say is not looked at; that the armour's label fits is.
///
/// # Errors
/// [`ArmourError`] where there is no such thing.
pub fn read(file: &[u8]) -> Result<Cow<'_, [u8]>, ArmourError> {
    if file.len() > MAX_TEXT {
        return Err(ArmourError::TooLarge);
    }
    if file.is_empty() || file[0] == TAG_18 {
        return Ok(Cow::Borrowed(file));
    }
    if file.windows(BEGIN.len()).any(|window| window == BEGIN) {
        let (label, bytes) = pem_rfc7468::decode_vec(file.trim_ascii()).map_err(ArmourError::Damaged)?;
        let known = Typ::ALL.into_iter().any(|typ| typ.label() == label);
        return if known { Ok(Cow::Owned(bytes)) } else { Err(ArmourError::Unknown) };
    }
    unhex(file).map(Cow::Owned).ok_or(ArmourError::Unknown)
}

fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits?;
    digits.len().is_multiple_of(2).then(|| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

const TAG_18: u8 = 0xd2;
const BEGIN: &[u8] = b"-----BEGIN LEASEHOLD ";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::sign;
    use crate::{Keypair, Release};
    use leasehold_core::{Cti, Timestamp};
    use std::string::ToString;

    #[test]
    fn a_document_is_read_back_from_every_form() {
        let pair = Keypair::from_seed(&[3; 32]);
        let (issued, cti, product) = (Timestamp::from_unix(1), Cti([4; 16]), "acme-cad".parse().unwrap());
        let bytes = sign(&Release { issued, cti, key: pair.public(), product, lease: cti }, &pair, &[]);
        let armour = wrap(&bytes).unwrap();
        assert!(armour.starts_with("-----BEGIN LEASEHOLD RELEASE-----\n"));
        assert!(armour.lines().all(|line| line.len() <= 64));
        assert_eq!(*read(armour.as_bytes()).unwrap(), bytes);
        assert_eq!(*read(armour.replace('\n', "\r\n").as_bytes()).unwrap(), bytes);
        let mail = "Hello,\nhere it is:\n".to_string() + &armour;
        assert_eq!(*read(mail.as_bytes()).unwrap(), bytes);
        assert_eq!(*read(&bytes).unwrap(), bytes);
        let hex: String = bytes.iter().fold(String::new(), |text, byte| text + &std::format!("{byte:02X}\n"));
        assert_eq!(*read(hex.as_bytes()).unwrap(), bytes);
        assert!(matches!(read(b"not a document"), Err(ArmourError::Unknown)));
        assert!(matches!(read(&armour.as_bytes()[..90]), Err(ArmourError::Damaged(_))));
    }
}
