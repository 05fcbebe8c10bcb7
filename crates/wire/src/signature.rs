//! Strict Ed25519, one by one or in batches: RFC 8032 section 5.1.7 with its cofactor, canonical encodings only, no keys and
//! no commitments (`R`) of small order.
//!
//! With the cofactor a batch check and single checks give the same answer for every input, also where a signer has put
//! torsion into its key or its commitment. Without it a batch would accept one such signature in eight.

use alloc::vec::Vec;

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::CompressedEdwardsY;
use curve25519_dalek::traits::{IsIdentity, VartimeMultiscalarMul};
use curve25519_dalek::{EdwardsPoint, Scalar};
use ed25519_dalek::VerifyingKey;
use leasehold_core::PublicKey;
use sha2::{Digest, Sha512};

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
        is_usable(&key.0).then(|| VerifyingKey::from_bytes(&key.0).ok()).flatten().map(Self)
    }

    /// Whether the key lies in the group of prime order, as every honestly made key does.
    ///
    /// Costs half as much as a verification: do it once for a key and remember the answer.
    pub fn is_of_full_order(&self) -> bool {
        // ℓP = 0, said as (ℓ - 1)P = -P because ℓ itself is no scalar; public, so the time it takes may vary.
        let point = self.0.to_edwards();
        EdwardsPoint::vartime_double_scalar_mul_basepoint(&-Scalar::ONE, &point, &Scalar::ZERO) == -point
    }

    /// Verifies one signature.
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.difference(message, signature).is_some_and(|difference| difference.mul_by_cofactor().is_identity())
    }

    /// `[s]B - [k]A - R`: zero, but for torsion, where the signature holds.
    fn difference(&self, message: &[u8], signature: &[u8; 64]) -> Option<EdwardsPoint> {
        let (r, s) = halves(signature);
        if !is_usable(r) {
            return None;
        }
        let s = Option::<Scalar>::from(Scalar::from_canonical_bytes(*s))?;
        let commitment = CompressedEdwardsY(*r).decompress()?;
        let digest = Sha512::new().chain_update(r).chain_update(self.0.as_bytes()).chain_update(message).finalize();
        let k = Scalar::from_bytes_mod_order_wide(&digest.into());
        Some(EdwardsPoint::vartime_double_scalar_mul_basepoint(&k, &-self.0.to_edwards(), &s) - commitment)
    }
}

/// Verifies many signatures at two to three times the speed of one by one: which of them hold, in their order.
///
/// The answer is that of [`Point::verify`] for each. A batch with a bad signature is verified one by one.
pub fn batch(claims: &[Claim<'_>]) -> Vec<bool> {
    // Below this, one by one costs no more.
    const LEAST: usize = 3;
    if claims.len() >= LEAST && sum_vanishes(claims, Keys::Many) == Some(true) {
        return alloc::vec![true; claims.len()];
    }
    claims.iter().map(|claim| claim.key.verify(claim.message, claim.signature)).collect()
}

/// Whether all of these signatures of one key hold, each over its message: twice as fast as [`batch`], since the key counts once.
///
/// The answer is that of [`Point::verify`] for each.
pub fn all_of(key: &Point, signed: &[(&[u8], &[u8; 64])]) -> bool {
    const LEAST: usize = 8;
    if signed.len() < LEAST {
        return signed.iter().all(|(message, signature)| key.verify(message, signature));
    }
    let claims: Vec<Claim<'_>> = signed.iter().map(|(message, signature)| Claim { key, message, signature }).collect();
    sum_vanishes(&claims, Keys::One(key)).unwrap_or(false)
}

/// Whose signatures are summed up.
#[derive(Clone, Copy)]
enum Keys<'k> {
    /// All of this key, which counts once.
    One(&'k Point),
    /// Each of a key of its own.
    Many,
}

/// Whether the sum of all `[s]B - [k]A - R`, each times a number that no signer could foresee, is zero but for torsion; `None` where a
/// signature is none.
fn sum_vanishes(claims: &[Claim<'_>], keys: Keys<'_>) -> Option<bool> {
    let (mut challenges, mut transcript) = (Vec::with_capacity(claims.len()), Sha512::new());
    for Claim { key, message, signature } in claims {
        let (r, s) = halves(signature);
        let s = Option::<Scalar>::from(Scalar::from_canonical_bytes(*s)).filter(|_| is_usable(r))?;
        let digest = Sha512::new().chain_update(r).chain_update(key.0.as_bytes()).chain_update(message).finalize();
        transcript.update(signature);
        transcript.update(digest);
        challenges.push((s, Scalar::from_bytes_mod_order_wide(&digest.into())));
    }
    let seed: [u8; 64] = transcript.finalize().into();
    let mut of_base = Scalar::ZERO;
    let (mut scalars, mut of_keys) = (Vec::with_capacity(2 * claims.len() + 1), Vec::with_capacity(claims.len()));
    for (at, (s, k)) in challenges.iter().enumerate() {
        let weight = weight(&seed, at as u64);
        of_base += weight * s;
        of_keys.push(weight * k);
        scalars.push(weight);
    }
    let points: Vec<&Point> = match keys {
        Keys::One(key) => {
            of_keys = alloc::vec![of_keys.iter().sum()];
            alloc::vec![key]
        }
        Keys::Many => claims.iter().map(|claim| claim.key).collect(),
    };
    // Negated as a whole, so that the weights stay short.
    scalars.extend(of_keys);
    scalars.push(-of_base);
    let commitments = claims.iter().map(|claim| CompressedEdwardsY(*halves(claim.signature).0).decompress());
    let own = points.iter().map(|key| Some(key.0.to_edwards())).chain([Some(ED25519_BASEPOINT_POINT)]);
    let sum = EdwardsPoint::optional_multiscalar_mul(scalars, commitments.chain(own))?;
    Some(sum.mul_by_cofactor().is_identity())
}

/// 128 bits that depend on every signature and message of a batch.
fn weight(seed: &[u8; 64], at: u64) -> Scalar {
    let digest = Sha512::new().chain_update(seed).chain_update(at.to_be_bytes()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Scalar::from(u128::from_le_bytes(bytes))
}

/// The commitment `R` and the scalar `s` of a signature.
fn halves(signature: &[u8; 64]) -> (&[u8; 32], &[u8; 32]) {
    let (halves, _) = signature.as_chunks::<32>();
    (&halves[0], &halves[1])
}

/// Whether an encoded point is canonical and not of small order.
fn is_usable(point: &[u8; 32]) -> bool {
    is_canonical(point) && !is_small_order(point)
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

/// Keys and signatures with torsion in them, which the holder of a secret can make.
#[cfg(test)]
pub(crate) mod forge {
    use curve25519_dalek::constants::EIGHT_TORSION;

    use super::*;

    /// A key of mixed order: its point has a part of order 8.
    pub(crate) struct MixedKey(u8);

    impl MixedKey {
        pub(crate) fn new(seed: u8) -> Self {
            Self(seed)
        }

        pub(crate) fn public(&self) -> PublicKey {
            PublicKey(key(self.0, EIGHT_TORSION[1]))
        }

        pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
            with_torsion(self.0, EIGHT_TORSION[0], EIGHT_TORSION[1], message).1
        }
    }

    fn key(seed: u8, torsion: EdwardsPoint) -> [u8; 32] {
        let secret = Scalar::from_bytes_mod_order([seed; 32]);
        (EdwardsPoint::mul_base(&secret) + torsion).compress().to_bytes()
    }

    /// A key and a signature under it, with torsion in its commitment and in the key.
    pub(super) fn with_torsion(
        seed: u8,
        in_r: EdwardsPoint,
        in_key: EdwardsPoint,
        message: &[u8],
    ) -> (Point, [u8; 64]) {
        let (secret, key) = (Scalar::from_bytes_mod_order([seed; 32]), key(seed, in_key));
        let nonce = Scalar::from_bytes_mod_order([seed ^ 0x55; 32]);
        let r = (EdwardsPoint::mul_base(&nonce) + in_r).compress().to_bytes();
        let digest = Sha512::new().chain_update(r).chain_update(key).chain_update(message).finalize();
        let s = nonce + Scalar::from_bytes_mod_order_wide(&digest.into()) * secret;
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&r);
        signature[32..].copy_from_slice(s.as_bytes());
        (Point::new(&PublicKey(key)).expect("a point that is not of small order"), signature)
    }
}

#[cfg(test)]
mod tests {
    use super::forge::with_torsion;
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

    #[test]
    fn a_batch_tells_an_encoding_that_is_none_as_single_checks_do() {
        let pairs: Vec<Keypair> = (0..9).map(|n| Keypair::from_seed(&[n; 32])).collect();
        let points: Vec<Point> = pairs.iter().map(|pair| Point::new(&pair.public()).unwrap()).collect();
        let signatures: Vec<[u8; 64]> = pairs.iter().map(|pair| pair.sign(b"message")).collect();
        // A commitment of small order, one that is no point, one that is not canonical; a scalar beyond the order of the group.
        let no_point = (2..9).map(|n| [n; 32]).find(|y| CompressedEdwardsY(*y).decompress().is_none()).unwrap();
        for (half, bytes) in [(0, [0; 32]), (0, no_point), (0, [0xff; 32]), (32, [0xff; 32])] {
            for at in 0..signatures.len() {
                let mut changed = signatures.clone();
                changed[at][half..half + 32].copy_from_slice(&bytes);
                let claims = points.iter().zip(&changed);
                let claims: Vec<_> =
                    claims.map(|(key, signature)| Claim { key, message: b"message", signature }).collect();
                let expected: Vec<bool> = (0..signatures.len()).map(|n| n != at).collect();
                assert_eq!(batch(&claims), expected, "{bytes:?} at {at}");
            }
        }
    }

    #[test]
    fn signatures_of_one_key_are_checked_together_as_they_are_one_by_one() {
        let messages: Vec<[u8; 2]> = (0..300_u16).map(u16::to_be_bytes).collect();
        for torsion in EIGHT_TORSION {
            let pair = |n: usize| with_torsion(3, EIGHT_TORSION[n % 8], torsion, &messages[n]);
            let key = pair(0).0;
            for size in [1, 7, 8, 9, 300] {
                let signatures: Vec<[u8; 64]> = (0..size).map(|n| pair(n).1).collect();
                let signed: Vec<(&[u8], &[u8; 64])> =
                    signatures.iter().enumerate().map(|(n, signature)| (&messages[n][..], signature)).collect();
                assert!(signed.iter().all(|(message, signature)| key.verify(message, signature)));
                assert!(all_of(&key, &signed), "{size} signatures, torsion {torsion:?}");
                for bit in [0, 255, 256, 500] {
                    let mut changed = signatures.clone();
                    changed[size / 2][bit / 8] ^= 1 << (bit % 8);
                    let signed: Vec<(&[u8], &[u8; 64])> =
                        changed.iter().enumerate().map(|(n, signature)| (&messages[n][..], signature)).collect();
                    assert!(!all_of(&key, &signed), "{size} signatures, bit {bit}");
                }
            }
        }
    }

    #[test]
    fn a_batch_and_single_checks_agree_whatever_torsion_there_is() {
        for size in 1..7_usize {
            for first in 0..8 {
                for step in 0..8 {
                    let signed: Vec<_> = (0..size)
                        .map(|at| {
                            let torsion = |n: usize| EIGHT_TORSION[n % 8];
                            let seed = u8::try_from(at + 1).unwrap();
                            with_torsion(seed, torsion(first + at * step), torsion(first * at + step), b"message")
                        })
                        .collect();
                    let claim = |(key, signature)| Claim { key, message: b"message", signature };
                    let claims: Vec<_> = signed.iter().map(|(key, signature)| claim((key, signature))).collect();
                    let single: Vec<bool> = signed.iter().map(|(key, s)| key.verify(b"message", s)).collect();
                    assert_eq!(batch(&claims), single, "size {size}, first {first}, step {step}");
                    assert!(single.iter().all(|holds| *holds));
                }
            }
        }
    }
}
