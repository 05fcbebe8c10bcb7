//! Documents that a holder of a key can make and no honest program does.

use curve25519_dalek::constants::{ED25519_BASEPOINT_TABLE, EIGHT_TORSION};
use curve25519_dalek::{EdwardsPoint, Scalar};
use leasehold_core::PublicKey;
use leasehold_wire::{Envelope, Keypair};
use sha2::{Digest, Sha512};

/// `document`, a self-signed one of `pair`, under a key that has a part of order 8. Its signature by itself holds.
///
/// # Panics
/// Where `document` is another's, or longer than requests are.
pub fn with_mixed_order(document: &[u8], pair: &Keypair) -> Vec<u8> {
    let hash: [u8; 64] = Sha512::digest(pair.seed()).into();
    let mut clamped: [u8; 32] = hash[..32].try_into().expect("half a hash");
    clamped[0] &= 0xf8;
    clamped[31] = clamped[31] & 0x7f | 0x40;
    let secret = Scalar::from_bytes_mod_order(clamped);
    let key = (&secret * ED25519_BASEPOINT_TABLE + EIGHT_TORSION[1]).compress().to_bytes();
    let document = replace(document, &pair.public().0, &key);
    let mut document = replace(&document, &pair.id().0, &PublicKey(key).id().0);
    let message = signed(&Envelope::parse(&document).expect("an envelope"));
    let signature = (1_u64..).find_map(|n| sign(n, &secret, &key, &message)).expect("one in eight");
    let end = document.len();
    document[end - 64..].copy_from_slice(&signature);
    document
}

/// What is signed of a document (RFC 9052 section 4.4).
fn signed(envelope: &Envelope<'_>) -> Vec<u8> {
    let (typ, payload) = (envelope.typ.name(), envelope.payload);
    let length = |bytes: &[u8]| u8::try_from(bytes.len()).expect("a short text");
    let protected = [b"\xa2\x01\x27\x10".as_slice(), &[0x60 + length(typ.as_bytes())], typ.as_bytes()].concat();
    let size = u16::try_from(payload.len()).expect("a short payload").to_be_bytes();
    let size = if size[0] == 0 { vec![0x58, size[1]] } else { vec![0x59, size[0], size[1]] };
    let head = [b"\x84\x6aSignature1".as_slice(), &[0x40 + length(&protected)], &protected, b"\x40", &size].concat();
    [&head, payload].concat()
}

/// `kT` vanishes for one nonce in eight, and with it all that tells the key from an honest one.
fn sign(nonce: u64, secret: &Scalar, key: &[u8; 32], message: &[u8]) -> Option<[u8; 64]> {
    let nonce = Scalar::from(nonce);
    let r: EdwardsPoint = &nonce * ED25519_BASEPOINT_TABLE;
    let r = r.compress().to_bytes();
    let hash = Sha512::new().chain_update(r).chain_update(key).chain_update(message).finalize();
    let k = Scalar::from_bytes_mod_order_wide(&hash.into());
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&r);
    signature[32..].copy_from_slice((nonce + k * secret).as_bytes());
    k.as_bytes()[0].is_multiple_of(8).then_some(signature)
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).expect("it stands there");
    let mut bytes = bytes.to_vec();
    bytes[at..at + to.len()].copy_from_slice(to);
    bytes
}
