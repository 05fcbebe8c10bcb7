//! Signatures of seals that wait until there are many: together they are verified faster.

use alloc::vec::Vec;

use leasehold_core::KeyId;

use super::flaw::{Flaw, Wrong};
use crate::signature::{self, Point};

/// Where an item stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub(super) offset: u64,
    pub(super) length: u64,
}

/// A signature that is still to be verified.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) host: KeyId,
    pub(super) number: u64,
    pub(super) key: Point,
    pub(super) message: Vec<u8>,
    pub(super) signature: [u8; 64],
    pub(super) place: Place,
}

/// Signatures that wait, in the order of the journal.
#[derive(Debug)]
pub(super) struct Waiting(Vec<Signed>);

impl Waiting {
    pub(super) const NONE: Self = Self(Vec::new());

    pub(super) fn push(&mut self, signed: Signed) {
        self.0.push(signed);
    }

    /// Verifies those that wait, once they are many.
    pub(super) fn verify_many(&mut self) -> Result<(), Flaw> {
        if self.0.len() < AT_ONCE {
            return Ok(());
        }
        // One stays, by which it can be told what of the last one was changed.
        let last = self.0.pop();
        let verified = self.verify(last.as_ref());
        self.0.extend(last);
        verified
    }

    /// Verifies all that wait. `next` is the seal after them, where there is one.
    pub(super) fn verify(&mut self, next: Option<&Signed>) -> Result<(), Flaw> {
        let waiting = core::mem::take(&mut self.0);
        for of_one_host in waiting.chunk_by(|one, other| one.host == other.host) {
            let claims: Vec<_> = of_one_host.iter().map(|signed| (&signed.message[..], &signed.signature)).collect();
            if signature::all_of(&of_one_host[0].key, &claims) {
                continue;
            }
            let Some(at) = of_one_host.iter().position(|signed| !signed.holds()) else { continue };
            let bad = &of_one_host[at];
            let after = of_one_host.get(at + 1).or(next.filter(|next| next.host == bad.host));
            let wrong = if after.is_some_and(Signed::holds) { Wrong::Signature } else { Wrong::Altered };
            let Place { offset, length } = bad.place;
            return Err(Flaw { wrong, offset, length, seal: Some((bad.host, bad.number)) });
        }
        Ok(())
    }
}

impl Signed {
    fn holds(&self) -> bool {
        self.key.verify(&self.message, &self.signature)
    }
}

/// Signatures that are verified at once.
const AT_ONCE: usize = 1_024;
