//! What product keys are made of, and what of one is a secret.

use crate::facts::gvlk;

/// Those of the `places` of a key that are hidden: none of a published one's.
pub(super) fn secret<'p>(bytes: &[u8], places: &'p [usize]) -> &'p [usize] {
    let key: String = places.iter().map(|at| char::from(bytes[*at])).collect();
    let published = gvlk::find(&key).is_some() || gvlk::preview(&key).is_some();
    if published { &[] } else { &places[..places.len().saturating_sub(SHOWN)] }
}

/// The letters and digits that keys are made of: no vowels, and nothing that is easily misread.
pub(super) const fn is_of_a_key(byte: u8) -> bool {
    matches!(
        byte.to_ascii_uppercase(),
        b'B' | b'C'
            | b'D'
            | b'F'
            | b'G'
            | b'H'
            | b'J'
            | b'K'
            | b'M'
            | b'N'
            | b'P'
            | b'Q'
            | b'R'
            | b'T'
            | b'V'
            | b'W'
            | b'X'
            | b'Y'
            | b'2'
            | b'3'
            | b'4'
            | b'6'
            | b'7'
            | b'8'
            | b'9'
    )
}

/// The characters of a key, and of one of its groups.
pub(super) const LENGTH: usize = 25;
pub(super) const GROUP: usize = 5;
/// What the activation scripts show too.
const SHOWN: usize = 5;
