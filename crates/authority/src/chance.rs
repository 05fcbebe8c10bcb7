//! Chance as an argument.

/// Fills bytes with random ones of cryptographic quality.
pub type Rng<'r> = dyn FnMut(&mut [u8]) + 'r;

/// Draws `N` bytes.
pub(crate) fn draw<const N: usize>(rng: &mut Rng<'_>) -> [u8; N] {
    let mut bytes = [0; N];
    rng(&mut bytes);
    bytes
}
