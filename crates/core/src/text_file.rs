//! The text of a file, in the encodings that editors and mail programs write: UTF-8 with a byte-order mark or without,
//! UTF-16 of either order.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// The text in `bytes`, without its byte-order mark. What is no text becomes U+FFFD.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match bytes {
        [0xff, 0xfe, text @ ..] => utf_16(text, u16::from_le_bytes),
        [0xfe, 0xff, text @ ..] => utf_16(text, u16::from_be_bytes),
        // UTF-16 without a mark begins with a letter of ASCII, whose other byte is zero.
        [1..=0x7f, 0, ..] => utf_16(bytes, u16::from_le_bytes),
        [0, 1..=0x7f, ..] => utf_16(bytes, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, text @ ..] | text => String::from_utf8_lossy(text),
    }
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Cow<'_, str> {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    Cow::Owned(String::from_utf16_lossy(&units))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_the_same_in_every_encoding() {
        let text = "Schlüssel";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let marked = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
        for bytes in [
            text.as_bytes().to_vec(),
            marked(&[0xef, 0xbb, 0xbf], text.as_bytes()),
            marked(&[0xff, 0xfe], &little),
            marked(&[0xfe, 0xff], &big),
            little,
            big,
        ] {
            assert_eq!(decode(&bytes), text);
        }
        assert_eq!(decode(b""), "");
        assert_eq!(decode(&[0xff, 0xfe]), "");
        assert_eq!(decode(&[0xd2, 0x84, 0x43]), "\u{484}C");
    }
}
