//! Whether a lease or refusal is in a journal.

use leasehold_core::{KeyId, PublicKey};
use leasehold_wire::journal::Replayed;
use leasehold_wire::{AnyDocument, Envelope, Reason, Typ};

use super::replay::Replay;

/// A lease or refusal that is looked for.
#[derive(Clone, Debug)]
pub struct Sought {
    /// Who is said to have sealed it.
    pub host: KeyId,
    /// The number of its seal.
    pub number: u64,
    /// Its place in it, from 0.
    pub index: u64,
    /// How many the seal covers.
    pub size: u64,
    seal: [u8; 32],
    found: Option<[u8; 32]>,
    /// Why it is not to be believed by itself.
    authentic: Result<(), Reason>,
}

/// Whether it is in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contained {
    /// It is: the journal's seal covers it.
    Yes,
    /// The journal has another seal with this number, and the host has signed both.
    Forked,
    /// The journal has another seal with this number, and the document is not to be believed.
    NotAuthentic(Reason),
    /// The journal has no chain of its host.
    AnotherHost,
    /// The journal of its host begins after its seal.
    Before(u64),
    /// The journal of its host ends before its seal.
    After(u64),
    /// The journal cannot be read up to its seal.
    Unread,
}

impl Sought {
    /// Reads a lease or refusal that a host has sealed; `None` where it is something else.
    pub fn read(document: &[u8], root: Option<&PublicKey>) -> Option<Self> {
        let envelope = Envelope::parse(document).ok()?;
        let seal = envelope.seal.as_ref().filter(|_| matches!(envelope.typ, Typ::Lease | Typ::Refusal))?;
        // Of its own time: whether it has ended since does not matter here.
        let at = AnyDocument::read(&envelope).ok()?.head().issued?;
        let authentic = match root {
            Some(root) => AnyDocument::verify(document, root, at, None).map(drop),
            None => AnyDocument::verify_below_root(document, at, None).map(drop),
        };
        let (number, index, size) = (seal.number, seal.index, seal.size);
        let seal = seal.hash(envelope.payload);
        Some(Self { host: envelope.kid, number, index, size, seal, found: None, authentic })
    }

    /// Looks at a seal of the journal.
    pub fn look(&mut self, seal: &Replayed) {
        if seal.host == self.host && seal.number == self.number {
            self.found = Some(seal.seal);
        }
    }

    /// Whether it is in the journal, all of which was looked at.
    pub fn verdict(&self, replay: &Replay) -> Contained {
        let standing = replay.standing.iter().find(|(host, _)| *host == self.host).map(|(_, standing)| standing);
        match (self.found, standing, self.authentic) {
            (Some(found), ..) if found == self.seal => Contained::Yes,
            (Some(_), _, Ok(())) => Contained::Forked,
            // Without its chain it is not known whose it is.
            (Some(_), _, Err(reason)) => Contained::NotAuthentic(reason),
            (None, None, _) if replay.flaw.is_some() => Contained::Unread,
            (None, None, _) => Contained::AnotherHost,
            (None, Some(standing), _) if self.number <= standing.after.number => {
                Contained::Before(standing.after.number)
            }
            (None, Some(_), _) if replay.flaw.is_some() => Contained::Unread,
            (None, Some(standing), _) => Contained::After(standing.tip.number),
        }
    }
}
