//! Replaying a journal: every item, every seal, every signature.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use leasehold_core::{KeyId, PublicKey, Span, Timestamp};
use sha2::{Digest, Sha256};

use super::entry::{self, Terms};
use super::flaw::{Fault, Flaw, Wrong};
use super::item::{Item, Pruned, Sealed};
use super::signers::Signers;
use super::waiting::{Place, Signed, Waiting};
use super::{Documents, Replayed, Tips};
use crate::document::Typ;
use crate::reason::{Malformed, Reason};
use crate::seal::{self, Hash, Tip};

/// Replays a journal item by item.
#[derive(Debug)]
pub struct Checker {
    root: Option<PublicKey>,
    trust: Trust,
    /// The root key that certificates so far lead to.
    leads_to: Option<KeyId>,
    standing: BTreeMap<KeyId, Standing>,
    part: Option<Open>,
    parts: u64,
    waiting: Waiting,
    place: Place,
}

/// How much of a journal is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    Nothing,
    /// All but that these are the bytes that were verified: only digests are compared, and seals are not computed.
    Verified,
}

/// How a chain stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where the journal begins: after this seal, which is not in it.
    pub after: Tip,
    /// The newest seal.
    pub tip: Tip,
    /// The time of the newest seal that has one.
    pub at: Option<Timestamp>,
}

/// What an item was.
#[derive(Debug)]
pub enum Seen {
    /// The beginning of a part, which is where these chains stand.
    Part(Part),
    /// A host certificate.
    Certificate,
    /// Terms of documents.
    Terms,
    /// A seal. Its signature is verified together with others, at the end of the part at the latest.
    Seal(Replayed),
    /// The end of a part: all signatures up to here hold.
    End,
}

/// A part that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which of the file, from 1.
    pub number: u64,
    /// After which seals.
    pub after: Tips,
}

/// A part that is being read.
#[derive(Debug, Default)]
struct Open {
    digest: Sha256,
    signers: Signers,
    terms: Vec<Terms>,
    used: Vec<bool>,
    /// Where the terms begin that no seal has followed yet.
    fresh: Option<Place>,
}

impl Checker {
    /// Begins before the first byte of a file. Certificates are verified against `root`, where it is known.
    pub const fn new(root: Option<PublicKey>) -> Self {
        Self {
            root,
            trust: Trust::Nothing,
            leads_to: None,
            standing: BTreeMap::new(),
            part: None,
            parts: 0,
            waiting: Waiting::NONE,
            place: Place { offset: 0, length: 0 },
        }
    }

    /// Begins to read once more what was verified before, for what its documents say alone: much faster. Seals are told as zeros.
    pub fn again() -> Self {
        let mut checker = Self::new(None);
        checker.trust = Trust::Verified;
        checker
    }

    /// Takes the next item with the `head` that stands before it.
    ///
    /// # Errors
    /// [`Flaw`]: what is wrong with it, or with a signature before it. Nothing after it is to be believed.
    pub fn take(&mut self, head: &[u8], item: &[u8]) -> Result<Seen, Flaw> {
        self.place.offset += self.place.length;
        self.place.length = (head.len() + item.len()) as u64;
        match self.read(head, item) {
            Ok(seen) => Ok(seen),
            Err(Fault { wrong, seal }) => {
                // What is wrong before it comes first; and what was changed is no more the host's, whatever else is wrong with it.
                self.waiting.verify(None)?;
                Err(self.flaw(wrong, seal))
            }
        }
    }

    /// The file has ended.
    ///
    /// # Errors
    /// [`Flaw`] where that was too early.
    pub fn finish(&mut self) -> Result<(), Flaw> {
        if self.part.is_none() && self.parts > 0 { Ok(()) } else { Err(self.stop(Wrong::Cut)) }
    }

    /// The file has ended within an item; or bytes follow that begin none: what is wrong then.
    pub fn finish_within(&mut self, malformed: Option<Malformed>) -> Flaw {
        self.stop(malformed.map_or(Wrong::Cut, Wrong::Malformed))
    }

    /// What is wrong where the next item is to begin; or with a signature before, where one does not hold.
    fn stop(&mut self, wrong: Wrong) -> Flaw {
        self.place = Place { offset: self.place.offset + self.place.length, length: 0 };
        match self.waiting.verify(None) {
            Ok(()) => self.flaw(wrong, None),
            Err(flaw) => flaw,
        }
    }

    /// How the chains stand, by host.
    pub fn standing(&self) -> impl Iterator<Item = (KeyId, &Standing)> {
        self.standing.iter().map(|(host, standing)| (*host, standing))
    }

    /// Where the chains stand.
    pub fn tips(&self) -> Tips {
        self.standing.iter().map(|(host, standing)| (*host, standing.tip)).collect()
    }

    /// The root key to which all certificates lead.
    pub const fn root(&self) -> Option<KeyId> {
        self.leads_to
    }

    /// The host that seals of the part at hand name by this number.
    pub fn host_of(&self, number: u64) -> Option<KeyId> {
        self.part.as_ref().and_then(|part| part.signers.named(number))
    }

    /// How many parts have begun.
    pub const fn parts(&self) -> u64 {
        self.parts
    }

    fn flaw(&self, wrong: Wrong, seal: Option<(KeyId, u64)>) -> Flaw {
        Flaw { wrong, offset: self.place.offset, length: self.place.length, seal }
    }

    fn read(&mut self, head: &[u8], bytes: &[u8]) -> Result<Seen, Fault> {
        let item = Item::read(bytes)?;
        if let Some(part) = &mut self.part
            && !matches!(item, Item::End(..))
        {
            part.digest.update(head);
            part.digest.update(bytes);
        }
        match (item, &mut self.part) {
            (Item::Begin(after), None) => self.begin(after, head, bytes),
            (Item::Certificate(host, authority), Some(part)) => {
                if self.trust == Trust::Verified {
                    part.signers.name(host)?;
                    return Ok(Seen::Certificate);
                }
                let named = part.signers.take(host, authority, self.root.as_ref())?;
                let expected = *self.leads_to.get_or_insert(named);
                if expected != named {
                    return Err(Wrong::AnotherRoot { expected, found: named }.into());
                }
                Ok(Seen::Certificate)
            }
            (Item::Terms(terms), Some(part)) => {
                if part.terms.len() >= MAX_TERMS || part.terms.contains(&terms) {
                    return Err(Malformed("terms that were given before, or more than a part has").into());
                }
                part.fresh.get_or_insert(self.place);
                part.terms.push(terms);
                part.used.push(false);
                Ok(Seen::Terms)
            }
            (Item::Sealed(sealed), Some(_)) => self.sealed(sealed).map(Seen::Seal),
            (Item::Pruned(host, number, pruned, signature), Some(_)) => {
                self.pruned(host, number, pruned, signature).map(Seen::Seal)
            }
            (Item::End(tips, digest), Some(_)) => self.end(&tips, &digest),
            (Item::Begin(_), Some(_)) => Err(Malformed("a part that begins before the one before it has ended").into()),
            (_, None) => Err(Malformed("an item before the beginning of a part").into()),
        }
    }

    fn begin(&mut self, after: Tips, head: &[u8], bytes: &[u8]) -> Result<Seen, Fault> {
        for (host, tip) in after.iter().filter(|_| self.trust == Trust::Nothing) {
            match self.standing.get(host) {
                Some(standing) if standing.tip.number != tip.number => {
                    let (host, begins, stands) = (*host, tip.number, standing.tip.number);
                    return Err(Wrong::Begins { host, begins, stands }.into());
                }
                Some(standing) if standing.tip.seal != tip.seal => {
                    return Err(Wrong::BeginsElsewhere { host: *host, number: tip.number }.into());
                }
                Some(_) => {}
                None => drop(self.standing.insert(*host, Standing { after: *tip, tip: *tip, at: None })),
            }
        }
        let named = |host: &KeyId| after.iter().any(|(named, _)| named == host);
        if let Some((host, standing)) =
            self.standing.iter().find(|(host, _)| self.trust == Trust::Nothing && !named(host))
        {
            return Err(Wrong::Begins { host: *host, begins: 0, stands: standing.tip.number }.into());
        }
        let digest = Sha256::new().chain_update(head).chain_update(bytes);
        self.part = Some(Open { digest, ..Open::default() });
        self.parts += 1;
        Ok(Seen::Part(Part { number: self.parts, after }))
    }

    fn sealed(&mut self, sealed: Sealed<'_>) -> Result<Replayed, Fault> {
        let Sealed { typ, host, number, at, signature, count, mut rest } = sealed;
        let host = self.next(host, number)?;
        let named = |wrong: Wrong| Fault { wrong, seal: Some((host, number)) };
        let part = self.part.as_mut().expect("a part that has begun");
        let read = documents(part, typ, at, count, &mut rest, self.trust);
        let (documents, leaves) = read.map_err(|wrong| named(wrong.into()))?;
        if self.trust == Trust::Verified {
            return Ok(Replayed { host, number, previous: [0; 32], seal: [0; 32], signature, documents });
        }
        let root = seal::root(&leaves).expect("a document at least");
        let replayed = self.link(host, number, (count, &root), signature, documents, typ);
        self.allowed(&replayed, at).and_then(|()| self.all_used()).map_err(named)?;
        let standing = self.standing.get_mut(&host).expect("a chain that was looked up");
        standing.at = Some(at);
        self.waiting.verify_many().map_err(|flaw| self.stand_at(&flaw))?;
        Ok(replayed)
    }

    fn pruned(&mut self, host: u64, number: u64, pruned: Pruned, signature: [u8; 64]) -> Result<Replayed, Fault> {
        let host = self.next(host, number)?;
        if self.trust == Trust::Verified {
            let documents = Documents::Pruned(pruned);
            return Ok(Replayed { host, number, previous: [0; 32], seal: [0; 32], signature, documents });
        }
        self.all_used().map_err(|wrong| Fault { wrong, seal: Some((host, number)) })?;
        let documents = Documents::Pruned(pruned);
        let replayed = self.link(host, number, (pruned.size, &pruned.root), signature, documents, pruned.typ);
        self.waiting.verify_many().map_err(|flaw| self.stand_at(&flaw))?;
        Ok(replayed)
    }

    /// The host whose seal stands here, which is the next of its chain.
    fn next(&mut self, host: u64, number: u64) -> Result<KeyId, Fault> {
        let part = self.part.as_ref().expect("a part that has begun");
        let host = part.signers.named(host).ok_or(Wrong::UnknownHost)?;
        if self.trust == Trust::Verified {
            return Ok(host);
        }
        let start = Standing { after: Tip::START, tip: Tip::START, at: None };
        let expected = self.standing.entry(host).or_insert(start).tip.number.saturating_add(1);
        if number == expected {
            return Ok(host);
        }
        Err(Fault { wrong: Wrong::NotNext { host, expected, found: number }, seal: Some((host, number)) })
    }

    /// Adds a seal to its chain; its signature waits.
    fn link(
        &mut self,
        host: KeyId,
        number: u64,
        (size, root): (u64, &Hash),
        signature: [u8; 64],
        documents: Documents,
        typ: Typ,
    ) -> Replayed {
        let standing = self.standing.get_mut(&host).expect("a chain that was looked up");
        let previous = standing.tip.seal;
        let seal = seal::link(&previous, number, size, root);
        standing.tip = Tip { number, seal };
        let part = self.part.as_ref().expect("a part that has begun");
        let key = part.signers.get(host).expect("a host that was named").key;
        let message = seal::message(typ, &seal);
        self.waiting.push(Signed { host, number, key, message, signature, place: self.place });
        Replayed { host, number, previous, seal, signature, documents }
    }

    /// Whether the host may give what it has sealed.
    fn allowed(&self, replayed: &Replayed, at: Timestamp) -> Result<(), Wrong> {
        let part = self.part.as_ref().expect("a part that has begun");
        let signer = part.signers.get(replayed.host).ok_or(Wrong::UnknownHost)?;
        let all: Result<(), Reason> = match &replayed.documents {
            Documents::Leases(_, leases) => leases.iter().try_for_each(|lease| signer.may_give(lease, at)),
            Documents::Refusals(_, refusals) => refusals.iter().try_for_each(|refusal| signer.may_give(refusal, at)),
            Documents::Pruned(_) => Ok(()),
        };
        all.map_err(Wrong::Beyond)?;
        let before = self.standing.get(&replayed.host).and_then(|standing| standing.at);
        let backwards = before.is_some_and(|before| at.plus(Span::CLOCK_TOLERANCE) < before);
        if backwards { Err(Wrong::Backwards) } else { Ok(()) }
    }

    /// Whether every terms so far was used.
    fn all_used(&mut self) -> Result<(), Wrong> {
        let part = self.part.as_mut().expect("a part that has begun");
        if part.fresh.take().is_some() && !part.used.iter().all(|used| *used) {
            return Err(Wrong::UnusedTerms);
        }
        Ok(())
    }

    fn end(&mut self, tips: &Tips, digest: &Hash) -> Result<Seen, Fault> {
        self.waiting.verify(None).map_err(|flaw| self.stand_at(&flaw))?;
        let part = self.part.take().expect("a part that has begun");
        if let Some(fresh) = part.fresh.filter(|_| self.trust == Trust::Nothing) {
            self.place = fresh;
            return Err(Wrong::UnusedTerms.into());
        }
        let named = |host: KeyId| tips.iter().find(|(named, _)| *named == host).map(|(_, tip)| *tip);
        for (host, standing) in &self.standing {
            if named(*host) != Some(standing.tip).filter(|tip| tip.number > 0) {
                return Err(Wrong::End { host: *host, stands: standing.tip }.into());
            }
        }
        let unknown = |host: &KeyId| self.trust == Trust::Nothing && !self.standing.contains_key(host);
        if let Some((host, _)) = tips.iter().find(|(host, _)| unknown(host)) {
            return Err(Wrong::End { host: *host, stands: Tip::START }.into());
        }
        if part.digest.finalize()[..] != digest[..] {
            return Err(Wrong::Digest.into());
        }
        Ok(Seen::End)
    }

    /// A flaw of a seal before as the fault of the item at hand.
    fn stand_at(&mut self, flaw: &Flaw) -> Fault {
        self.place = Place { offset: flaw.offset, length: flaw.length };
        Fault { wrong: flaw.wrong, seal: flaw.seal }
    }
}

/// The documents of a seal with their leaves.
fn documents(
    part: &mut Open,
    typ: Typ,
    at: Timestamp,
    count: u64,
    rest: &mut super::strict::Reader<'_>,
    trust: Trust,
) -> Result<(Documents, Vec<Hash>), Malformed> {
    let (mut leases, mut refusals, mut leaves) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..count {
        let members = rest.array()?;
        let terms = entry::terms_of(rest, &part.terms, &mut part.used)?;
        if typ == Typ::Lease {
            let lease = entry::lease(rest, members, at, terms)?;
            if trust == Trust::Nothing {
                leaves.push(seal::leaf_of(&lease));
            }
            leases.push(lease);
        } else {
            let refusal = entry::refusal(rest, members, at, terms)?;
            if trust == Trust::Nothing {
                leaves.push(seal::leaf_of(&refusal));
            }
            refusals.push(refusal);
        }
    }
    rest.end()?;
    let documents = if typ == Typ::Lease { Documents::Leases(at, leases) } else { Documents::Refusals(at, refusals) };
    Ok((documents, leaves))
}

/// Terms of one part.
const MAX_TERMS: usize = 65_536;
