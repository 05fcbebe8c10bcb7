//! What the fuzz target of pictures does with an input.

/// A photograph, or what a user calls one.
pub fn picture(input: &[u8]) {
    let read = leasehold_picture::read(input);
    assert!(leasehold_picture::is_picture(input) || read.is_err(), "only pictures are looked at");
    let texts = read.unwrap_or_default();
    assert!(texts.windows(2).all(|pair| pair[0] < pair[1]), "each text once");
}
