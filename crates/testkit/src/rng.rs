//! Random bytes that are the same for the same seed.

use std::sync::{Mutex, PoisonError};

use leasehold_core::Rng;

/// Random bytes from a seed (`SplitMix64`). Not for secrets.
#[derive(Debug)]
pub struct SeededRng(Mutex<u64>);

impl SeededRng {
    /// The bytes of `seed`, which is printed: a failed test shows it.
    pub fn new(seed: u64) -> Self {
        println!("seed {seed}");
        Self(Mutex::new(seed))
    }

    /// Fills `bytes` with the next ones.
    pub fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in bytes.chunks_mut(8) {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = *state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

impl Rng for SeededRng {
    fn fill(&self, bytes: &mut [u8]) {
        Self::fill(self, bytes);
    }
}
