//! Strict Ed25519: RFC 8032 with canonical encodings only and without keys of small order, one by one or in batches.

use alloc::vec::Vec;

use curve25519_dalek::{EdwardsPoint, Scalar};
use ed25519_dalek::{Signature, VerifyingKey};
use leasehold_core::PublicKey;

/// A public key that has been unpacked and found canonical and not of small order.
#[derive(Clone, Copy, Debug)]
pub struct Point(VerifyingKey);

/// One signature to check.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'c> {
    /// Who is said to have signed.
    pub key: &'c Point,
    /// What.
    pub message: &'c [u8],
    /// The signature.
    pub signature: &'c [u8; 64],
}

/// Whether `signature` is that of `key` over `message`; false as well for keys that are no usable point.
pub fn strictly(key: &PublicKey, message: &[u8], signature: &[u8; 64]) -> bool {
    Point::new(key).is_some_and(|point| point.verify(message, signature))
}

impl Point {
    /// Unpacks `key`; `None` where it is no point, not canonical or of small order.
    pub fn new(key: &PublicKey) -> Option<Self> {
        let usable = is_canonical(&key.0) && !is_small_order(&key.0);
        usable.then(|| VerifyingKey::from_bytes(&key.0).ok()).flatten().map(Self)
    }

    /// Whether the key lies in the group of prime order, as every honestly made key does.
    ///
    /// Costs half as much as a verification: do it once for a key and remember the answer.
    pub fn is_of_full_order(&self) -> bool {
        // ℓP = 0, said as (ℓ - 1)P = -P because ℓ itself is no scalar; public, so the time it takes may vary.
        let point = self.0.to_edwards();
        EdwardsPoint::vartime_double_scalar_mul_basepoint(&-Scalar::ONE, &point, &Scalar::ZERO) == -point
    }

    /// Verifies one signature strictly.
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

/// Verifies many signatures at two to three times the speed of one by one: which of them hold, in their order.
///
/// For keys of full order the answer is that of [`Point::verify`]; callers refuse others before
/// ([`Point::is_of_full_order`]). A batch with a bad signature is verified one by one.
///
/// # Panics
/// Never: half a signature is 32 bytes.
pub fn batch(claims: &[Claim<'_>]) -> Vec<bool> {
    // Below this, one by one costs no more.
    const LEAST: usize = 3;
    let encodings_hold = claims.iter().all(|claim| {
        let r = claim.signature[..32].try_into().expect("half a signature is 32 bytes");
        is_canonical(r) && !is_small_order(r)
    });
    if claims.len() >= LEAST && encodings_hold && batch_holds(claims) {
        return alloc::vec![true; claims.len()];
    }
    claims.iter().map(|claim| claim.key.verify(claim.message, claim.signature)).collect()
}

fn batch_holds(claims: &[Claim<'_>]) -> bool {
    let messages: Vec<&[u8]> = claims.iter().map(|claim| claim.message).collect();
    let signatures: Vec<Signature> = claims.iter().map(|claim| Signature::from_bytes(claim.signature)).collect();
    let keys: Vec<VerifyingKey> = claims.iter().map(|claim| claim.key.0).collect();
    ed25519_dalek::verify_batch(&messages, &signatures, &keys).is_ok()
}

/// Whether the encoded `y` is below p = 2^255 - 19. (The one other kind of non-canonical encoding, a sign on x = 0,
/// is of small order.)
fn is_canonical(point: &[u8; 32]) -> bool {
    let high = point[1..31].iter().all(|byte| *byte == 0xff) && point[31] & 0x7f == 0x7f;
    !(high && point[0] >= 0xed)
}

/// Whether a canonical encoding is one of the eight points of small order: their five `y`, either sign.
fn is_small_order(point: &[u8; 32]) -> bool {
    let mut y = *point;
    y[31] &= 0x7f;
    SMALL_ORDER.contains(&y)
}

const SMALL_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    {
        let mut minus_one = [0xff; 32];
        minus_one[0] = 0xec;
        minus_one[31] = 0x7f;
        minus_one
    },
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
        0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20,
        0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keypair::Keypair;
    use curve25519_dalek::constants::EIGHT_TORSION;

    #[test]
    fn the_points_of_small_order_are_all_known() {
        for point in EIGHT_TORSION {
            let key = PublicKey(point.compress().to_bytes());
            assert!(is_small_order(&key.0));
            assert!(Point::new(&key).is_none());
        }
    }

    #[test]
    fn a_key_of_mixed_order_is_not_of_full_order() {
        let honest = Keypair::from_seed(&[7; 32]).public();
        let point = Point::new(&honest).unwrap();
        assert!(point.is_of_full_order());
        let mixed = point.0.to_edwards() + EIGHT_TORSION[1];
        let mixed = Point::new(&PublicKey(mixed.compress().to_bytes())).unwrap();
        assert!(!mixed.is_of_full_order());
    }

    #[test]
    fn a_batch_tells_which_signature_does_not_hold() {
        let pairs: Vec<Keypair> = (0..9).map(|n| Keypair::from_seed(&[n; 32])).collect();
        let points: Vec<Point> = pairs.iter().map(|pair| Point::new(&pair.public()).unwrap()).collect();
        let mut signatures: Vec<[u8; 64]> = pairs.iter().map(|pair| pair.sign(b"message")).collect();
        let check = |signatures: &[[u8; 64]]| {
            let claims = points.iter().zip(signatures);
            let claims: Vec<_> = claims.map(|(key, signature)| Claim { key, message: b"message", signature }).collect();
            batch(&claims)
        };
        assert_eq!(check(&signatures), [true; 9]);
        signatures[4][40] ^= 1;
        let mut expected = [true; 9];
        expected[4] = false;
        assert_eq!(check(&signatures), expected);
    }
}
