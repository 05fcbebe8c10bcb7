//! Several journals as one, their seals in the order of their times.

use std::path::PathBuf;

use leasehold_core::KeyId;
use leasehold_wire::journal::{Documents, Replayed};

use super::replay::{Reading, Replay, Replaying};
use crate::Error;

/// Replays journals side by side; `each` gets every seal once, also where several of them have it. What was seen of each is returned.
///
/// # Errors
/// [`Error::File`].
pub fn in_step(paths: &[PathBuf], reading: Reading, each: &mut dyn FnMut(&Replayed)) -> Result<Vec<Replay>, Error> {
    let mut journals = Vec::new();
    for path in paths {
        let mut replaying = Replaying::open(path, reading)?;
        let next = replaying.next_seal()?;
        journals.push((replaying, next));
    }
    let mut told: Vec<(KeyId, u64)> = Vec::new();
    while let Some((replaying, next)) = earliest(&mut journals) {
        if let Some(seal) = next {
            if is_new(&mut told, seal) {
                each(seal);
            }
            *next = replaying.next_seal()?;
        }
    }
    Ok(journals.into_iter().map(|(replaying, _)| replaying.end()).collect())
}

type Journal = (Replaying, Option<Replayed>);

/// The journal whose next seal is the earliest; one that was pruned has no time, and comes first.
fn earliest(journals: &mut [Journal]) -> Option<&mut Journal> {
    let time = |seal: &Replayed| match &seal.documents {
        Documents::Leases(at, _) | Documents::Refusals(at, _) => Some(*at),
        Documents::Pruned(_) => None,
    };
    journals
        .iter_mut()
        .filter(|(_, next)| next.is_some())
        .min_by_key(|(_, next)| next.as_ref().map(|seal| (time(seal), seal.number)))
}

/// Whether a seal was not told yet: chains come in the order of their numbers.
fn is_new(told: &mut Vec<(KeyId, u64)>, seal: &Replayed) -> bool {
    match told.iter_mut().find(|(host, _)| *host == seal.host) {
        Some((_, number)) if *number >= seal.number => false,
        Some((_, number)) => {
            *number = seal.number;
            true
        }
        None => {
            told.push((seal.host, seal.number));
            true
        }
    }
}
