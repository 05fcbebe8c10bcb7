//! Replaying a journal's file from its first byte to its last, and saying what is wrong where something is.

use std::path::{Path, PathBuf};

use leasehold_core::{Code, KeyId, PublicKey};
use leasehold_wire::journal::{Checker, Documents, Flaw, Glimpse, Replayed, Seen, Standing, Wrong, glimpse};

use super::read::{Items, Next};
use crate::Error;

/// How a journal is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Nothing of it is believed; certificates are verified against the root key, where it is given.
    Verifying(Option<PublicKey>),
    /// It was verified before, and is read for its documents once more.
    Again,
}

/// What was seen of a journal, up to its end or to what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    /// How the chains stand, by host.
    pub standing: Vec<(KeyId, Standing)>,
    /// The root key to which all certificates lead.
    pub root: Option<KeyId>,
    /// How many parts it has.
    pub parts: u64,
    /// How many certificates.
    pub certificates: u64,
    /// How many seals.
    pub seals: u64,
    /// How many leases and refusals were pruned.
    pub pruned: u64,
    /// How many bytes were read.
    pub bytes: u64,
    /// What is wrong, and where; the first of it.
    pub flaw: Option<Flaw>,
    /// Where a seal stands that is not where it is to stand.
    pub misplaced: Option<Misplaced>,
}

/// What became of a seal that is to stand where another one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misplaced {
    /// It is gone.
    Missing,
    /// It stands later, from this byte on.
    Later(u64),
    /// It is the one that stands there, and says another number.
    Renumbered,
}

impl Replay {
    /// The stable code of what is wrong; `None` where nothing is.
    pub fn code(&self) -> Option<Code> {
        let code = self.flaw.as_ref()?.wrong.code();
        Some(match self.misplaced {
            Some(Misplaced::Later(_)) => Code::SealOutOfOrder,
            Some(Misplaced::Renumbered) => Code::JournalAltered,
            Some(Misplaced::Missing) | None => code,
        })
    }

    fn note(&mut self, seen: &Seen) {
        match seen {
            Seen::Certificate => self.certificates += 1,
            Seen::Seal(seal) => {
                self.seals += 1;
                if let Documents::Pruned(pruned) = &seal.documents {
                    self.pruned += pruned.size;
                }
            }
            Seen::Part(_) | Seen::Terms | Seen::End => {}
        }
    }
}

/// A journal's file on its way, seal by seal.
pub struct Replaying {
    path: PathBuf,
    items: Items,
    checker: Checker,
    seen: Replay,
    ended: bool,
}

impl Replaying {
    /// Begins with the first byte of a file.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn open(path: &Path, reading: Reading) -> Result<Self, Error> {
        let checker = match reading {
            Reading::Verifying(root) => Checker::new(root),
            Reading::Again => Checker::again(),
        };
        Ok(Self { path: path.to_owned(), items: Items::open(path)?, checker, seen: Replay::default(), ended: false })
    }

    /// The next seal; its signature may be verified later, together with others. `None` where the journal has ended, or something is
    /// wrong with it.
    ///
    /// # Errors
    /// [`Error::File`]: what is wrong with the journal itself is in [`Self::end`].
    pub fn next_seal(&mut self) -> Result<Option<Replayed>, Error> {
        while !self.ended {
            let flaw = match self.items.next().map_err(Error::at(&self.path))? {
                Next::Item(head, item) => {
                    let size = (head.len() + item.len()) as u64;
                    match self.checker.take(head, item) {
                        Ok(found) => {
                            self.seen.bytes += size;
                            self.seen.note(&found);
                            if let Seen::Seal(seal) = found {
                                return Ok(Some(seal));
                            }
                            continue;
                        }
                        Err(flaw) => {
                            let offset = self.seen.bytes + size;
                            self.seen.misplaced = misplaced(&mut self.items, &self.checker, &flaw, offset);
                            Some(flaw)
                        }
                    }
                }
                Next::End => self.checker.finish().err(),
                Next::Cut => Some(self.checker.finish_within(None)),
                Next::Malformed(malformed) => Some(self.checker.finish_within(Some(malformed))),
            };
            (self.seen.flaw, self.ended) = (flaw, true);
        }
        Ok(None)
    }

    /// How the chains stand so far.
    pub fn standing(&self, host: KeyId) -> Option<&Standing> {
        self.checker.standing().find(|(named, _)| *named == host).map(|(_, standing)| standing)
    }

    /// What was seen.
    pub fn end(mut self) -> Replay {
        (self.seen.root, self.seen.parts) = (self.checker.root(), self.checker.parts());
        self.seen.standing = self.checker.standing().map(|(host, standing)| (host, *standing)).collect();
        self.seen
    }
}

/// Replays the journal in a file; `each` gets every seal.
///
/// # Errors
/// [`Error::File`]: what is wrong with the journal itself is in the answer.
pub fn replay(path: &Path, reading: Reading, each: &mut dyn FnMut(&Replayed)) -> Result<Replay, Error> {
    let mut replaying = Replaying::open(path, reading)?;
    while let Some(seal) = replaying.next_seal()? {
        each(&seal);
    }
    Ok(replaying.end())
}

/// Looks in the rest of a part, from byte `offset` on, for the seal that a flaw says is not where it is to stand.
fn misplaced(items: &mut Items, checker: &Checker, flaw: &Flaw, mut offset: u64) -> Option<Misplaced> {
    let Wrong::NotNext { host, expected, found } = flaw.wrong else { return None };
    if found < expected {
        return None;
    }
    let mut first = None;
    // What cannot be read any more is told of as it is.
    while let Ok(Next::Item(head, item)) = items.next() {
        match glimpse(item) {
            Ok(Glimpse::Seal(named, number)) if checker.host_of(named) == Some(host) => {
                if number == expected {
                    return Some(Misplaced::Later(offset));
                }
                first.get_or_insert(number);
            }
            Ok(Glimpse::Seal(..) | Glimpse::Other) => {}
            Ok(Glimpse::Begin | Glimpse::End(_)) | Err(_) => break,
        }
        offset += (head.len() + item.len()) as u64;
    }
    let renumbered = first == expected.checked_add(1) && Some(found) != expected.checked_add(1);
    Some(if renumbered { Misplaced::Renumbered } else { Misplaced::Missing })
}
