//! Whether a journal extends an earlier one, and where two of one host part.

use std::path::{Path, PathBuf};

use leasehold_core::{KeyId, PublicKey};
use leasehold_wire::journal::Replayed;
use leasehold_wire::seal::Hash;

use super::replay::{Reading, Replay, Replaying, replay};
use crate::Error;

/// An earlier journal, replayed, and the seals at its ends as a later one has them.
#[derive(Debug)]
pub struct Former {
    path: PathBuf,
    replay: Replay,
    /// Where the later one has a seal with the number of one of the ends.
    met: Vec<(KeyId, Hash)>,
}

/// How a journal stands to an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extends {
    /// It has all seals of the earlier one, or begins where that ends; it has so many after them.
    Yes(u64),
    /// A host has two seals with one number: this one is the first.
    Forked(KeyId, u64),
    /// It ends before the earlier one, which ends with this seal.
    Older(KeyId, u64),
    /// Seals between the two are missing: the earlier one ends with the first of these numbers, this one begins after the second.
    Gap(KeyId, u64, u64),
    /// It does not have this host of the earlier one.
    AnotherHost(KeyId),
}

impl Former {
    /// Replays the earlier journal.
    ///
    /// # Errors
    /// [`Error::File`]; whether something is wrong with it is in [`Self::replay`].
    pub fn read(path: &Path, root: Option<PublicKey>) -> Result<Self, Error> {
        let replay = replay(path, Reading::Verifying(root), &mut |_| ())?;
        Ok(Self::replayed(path.to_owned(), replay))
    }

    /// The earlier journal as it was replayed already.
    pub fn replayed(path: PathBuf, replay: Replay) -> Self {
        Self { path, replay, met: Vec::new() }
    }

    /// Where the earlier journal lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was seen of the earlier journal.
    pub fn replay(&self) -> &Replay {
        &self.replay
    }

    /// Looks at a seal of the later journal.
    pub fn look(&mut self, seal: &Replayed) {
        let ends = self.replay.standing.iter().any(|(host, end)| *host == seal.host && end.tip.number == seal.number);
        if ends {
            self.met.push((seal.host, seal.seal));
        }
    }

    /// How the later journal, all of which was looked at, stands to this one.
    ///
    /// # Errors
    /// [`Error::File`] where both are to be read again, to find where they part.
    pub fn verdict(&self, path: &Path, later: &Replay) -> Result<Extends, Error> {
        let mut more = 0;
        for (host, end) in &self.replay.standing {
            let (host, former) = (*host, end.tip);
            let Some((_, own)) = later.standing.iter().find(|(named, _)| *named == host) else {
                return Ok(Extends::AnotherHost(host));
            };
            if own.after.number > former.number {
                return Ok(Extends::Gap(host, former.number, own.after.number));
            }
            let met = self.met.iter().find(|(named, _)| *named == host).map(|(_, seal)| *seal);
            let met = met.or(Some(own.after.seal).filter(|_| own.after.number == former.number));
            if met != Some(former.seal) {
                let parted = self.first_difference(path, host)?;
                return Ok(parted.map_or(Extends::Older(host, former.number), |number| Extends::Forked(host, number)));
            }
            more += own.tip.number - former.number;
        }
        let known = |host: &KeyId| self.replay.standing.iter().any(|(named, _)| named == host);
        let new = later.standing.iter().filter(|(host, _)| !known(host));
        Ok(Extends::Yes(more + new.map(|(_, own)| own.tip.number - own.after.number).sum::<u64>()))
    }

    /// The first number for which the two have different seals of a host.
    fn first_difference(&self, path: &Path, host: KeyId) -> Result<Option<u64>, Error> {
        let mut own = Replaying::open(path, Reading::Verifying(None))?;
        let mut former = Replaying::open(&self.path, Reading::Verifying(None))?;
        let (mut ours, mut theirs) = (of(&mut own, host)?, of(&mut former, host)?);
        while let (Some(one), Some(other)) = (&ours, &theirs) {
            if one.number < other.number {
                ours = of(&mut own, host)?;
            } else if one.number > other.number {
                theirs = of(&mut former, host)?;
            } else if one.seal == other.seal {
                (ours, theirs) = (of(&mut own, host)?, of(&mut former, host)?);
            } else {
                return Ok(Some(one.number));
            }
        }
        // One of them begins where the other has a seal of its own.
        let begins = own.standing(host).zip(former.standing(host)).map(|(own, former)| (own.after, former.tip));
        Ok(begins
            .filter(|(after, tip)| after.number == tip.number && after.seal != tip.seal)
            .map(|(after, _)| after.number))
    }
}

/// The next seal of `host`.
fn of(replaying: &mut Replaying, host: KeyId) -> Result<Option<Replayed>, Error> {
    while let Some(seal) = replaying.next_seal()? {
        if seal.host == host {
            return Ok(Some(seal));
        }
    }
    Ok(None)
}
