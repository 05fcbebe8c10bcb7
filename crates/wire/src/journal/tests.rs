use std::vec;
use std::vec::Vec;

use leasehold_core::{
    Code, Component, Cti, Fingerprint, Grant, KeyId, Policy, ProductNumber, PublicKey, Span, Timestamp,
};

use super::*;
use crate::document::{Authority, HostCertificate, Method, RefusalReason, Typ};
use crate::envelope::{sign, with_chain};
use crate::keypair::Keypair;
use crate::reason::Malformed;
use crate::seal::{Sealable, seal};

const START: u64 = 1_800_000_000;

/// A vendor's keys, a host, and a journal in the making.
struct World {
    root: Keypair,
    authority: Keypair,
    host: Keypair,
    tip: Tip,
    serial: u8,
}

impl World {
    fn new() -> Self {
        let [root, authority, host] = [1, 2, 3].map(|seed| Keypair::from_seed(&[seed; 32]));
        Self { root, authority, host, tip: Tip::START, serial: 0 }
    }

    fn authority(&self) -> Vec<u8> {
        let (not_before, expires) = (Timestamp::from_unix(START - 1_000), Timestamp::from_unix(START + 100_000_000));
        let document = Authority { not_before, expires, key: self.authority.public(), vendor: "Acme".parse().unwrap() };
        sign(&document, &self.root, &[])
    }

    fn certificate(&self, issued: u64) -> Vec<u8> {
        let policy = Policy { threshold: 1, ..Policy::default() };
        let product = ("acme-cad".parse().unwrap(), ProductNumber::try_from(7_u64).unwrap());
        let grant = Grant { family: "acme".parse().unwrap(), products: vec![product], policy };
        let document = HostCertificate {
            issued: Timestamp::from_unix(issued),
            expires: Timestamp::from_unix(issued + 10_000_000),
            cti: Cti([9; 16]),
            key: self.host.public(),
            vendor: "Acme".parse().unwrap(),
            grants: vec![grant],
            host_ordinal: 1,
            activation_ordinal: 1,
            fingerprint: fingerprint(),
        };
        let bytes = sign(&document, &self.authority, &[&self.authority()]);
        with_chain(&bytes, &[]).unwrap()
    }

    fn lease(&mut self, at: u64) -> Lease {
        self.serial += 1;
        let policy = Policy::default();
        Lease {
            issued: Timestamp::from_unix(at),
            expires: Some(Timestamp::from_unix(at).plus(policy.validity)),
            cti: Cti([self.serial; 16]),
            client: KeyId([self.serial ^ 0x80; 16]),
            product: "acme-cad".parse().unwrap(),
            family: "acme".parse().unwrap(),
            renewal: policy.renewal,
            retry: policy.retry,
            grace: policy.grace,
            fingerprint: fingerprint(),
            request: Cti([self.serial ^ 0x40; 16]),
            count: Some(5),
            method: Method::Host,
            features: Vec::new(),
        }
    }

    fn refusal(&mut self, at: u64) -> SealedRefusal {
        let Lease { issued, cti, client, product, family, request, .. } = self.lease(at);
        SealedRefusal {
            issued,
            cti,
            client,
            product,
            family,
            request,
            reason: RefusalReason::ThresholdNotMet,
            retry: Span::HOUR,
            count: Some(0),
            limit: Some(1),
        }
    }

    fn begin(&self, after: &Tips) -> PartWriter {
        let mut part = PartWriter::begin(after);
        part.certificate(self.host.id(), &self.certificate(START - 500), &self.authority());
        part
    }

    fn sealed<D: Sealable>(&mut self, documents: &[D]) -> [u8; 64] {
        let sealed = seal(documents, self.tip, &self.host);
        self.tip = sealed.tip();
        sealed.signature
    }

    fn leases(&mut self, part: &mut PartWriter, at: u64, count: usize) -> Vec<u8> {
        let leases: Vec<Lease> = (0..count).map(|_| self.lease(at)).collect();
        let signature = self.sealed(&leases);
        part.seal(self.host.id(), self.tip, Timestamp::from_unix(at), &signature, Covered::Leases(&leases));
        part.take()
    }

    fn refusals(&mut self, part: &mut PartWriter, at: u64) -> Vec<u8> {
        let refusals = [self.refusal(at), self.refusal(at)];
        let signature = self.sealed(&refusals);
        part.seal(self.host.id(), self.tip, Timestamp::from_unix(at), &signature, Covered::Refusals(&refusals));
        part.take()
    }

    /// A journal of two parts, its seals as pieces: the first begins with what stands before it.
    fn pieces(&mut self) -> Vec<Vec<u8>> {
        let mut part = self.begin(&Vec::new());
        let mut pieces = vec![part.take()];
        pieces.push(self.leases(&mut part, START, 3));
        pieces.push(self.refusals(&mut part, START + 1));
        pieces.push(self.leases(&mut part, START + 2, 1));
        pieces.push(self.leases(&mut part, START + 3, 2));
        let (end, tips) = part.end();
        pieces.push(end);
        let mut part = self.begin(&tips);
        pieces.push(part.take());
        pieces.push(self.leases(&mut part, START + 4, 1));
        pieces.push(part.end().0);
        pieces
    }
}

fn fingerprint() -> Fingerprint {
    Fingerprint::new([(Component::MachineId, [1; 8]), (Component::Processor, [2; 8])]).unwrap()
}

fn root() -> PublicKey {
    Keypair::from_seed(&[1; 32]).public()
}

fn check(bytes: &[u8]) -> Result<Vec<Replayed>, Flaw> {
    check_by(bytes, Some(root()))
}

fn check_by(bytes: &[u8], root: Option<PublicKey>) -> Result<Vec<Replayed>, Flaw> {
    run(Checker::new(root), bytes)
}

fn run(mut checker: Checker, mut bytes: &[u8]) -> Result<Vec<Replayed>, Flaw> {
    let mut replayed = Vec::new();
    while !bytes.is_empty() {
        let (head, size) = match super::head(bytes) {
            Ok(Some(found)) => found,
            Ok(None) => break,
            Err(malformed) => return Err(checker.finish_within(Some(malformed))),
        };
        let Some((item, rest)) = bytes.split_at_checked(head + size) else { break };
        if let Seen::Seal(seal) = checker.take(&item[..head], &item[head..])? {
            replayed.push(seal);
        }
        bytes = rest;
    }
    // What is left over is the beginning of an item.
    if bytes.is_empty() { checker.finish().map(|()| replayed) } else { Err(checker.finish_within(None)) }
}

#[test]
fn a_journal_is_replayed_with_all_that_its_seals_cover() {
    let journal = World::new().pieces().concat();
    for root in [Some(root()), None] {
        let replayed = check_by(&journal, root).unwrap();
        let numbers: Vec<u64> = replayed.iter().map(|seal| seal.number).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5]);
        let sizes: Vec<u64> = replayed.iter().map(|seal| seal.documents.len()).collect();
        assert_eq!(sizes, [3, 2, 1, 2, 1]);
    }
}

#[test]
fn what_was_verified_is_read_again_as_it_is() {
    let journal = World::new().pieces().concat();
    let verified = check(&journal).unwrap();
    let again = run(Checker::again(), &journal).unwrap();
    let said = |replayed: &[Replayed]| {
        let said = replayed.iter().map(|seal| std::format!("{} {} {:?}", seal.host, seal.number, seal.documents));
        said.collect::<Vec<_>>()
    };
    assert_eq!(said(&again), said(&verified));
    let mut changed = journal;
    let at = changed.len() / 2;
    changed[at] ^= 1;
    assert!(run(Checker::again(), &changed).is_err(), "it is not what was verified");
}

#[test]
fn another_root_key_is_not_believed() {
    let journal = World::new().pieces().concat();
    let other = Keypair::from_seed(&[77; 32]).public();
    let flaw = check_by(&journal, Some(other)).unwrap_err();
    assert_eq!(flaw.wrong.code(), Code::UnknownSigner);
}

#[test]
fn every_changed_byte_is_found_and_where_it_is() {
    let pieces = World::new().pieces();
    let journal = pieces.concat();
    let mut ends: Vec<u64> = Vec::new();
    let mut rest = &journal[..];
    while let Ok(Some((head, size))) = super::head(rest) {
        rest = &rest[head + size..];
        ends.push((journal.len() - rest.len()) as u64);
    }
    for at in 0..journal.len() {
        for bit in [at % 8, (at + 3) % 8] {
            let mut changed = journal.clone();
            changed[at] ^= 1 << bit;
            let flaw = check(&changed).expect_err("a changed byte");
            let item = ends.iter().filter(|end| **end <= at as u64).count();
            let begins = if item == 0 { 0 } else { ends[item - 1] };
            // A head that says another length moves what follows; terms are covered by the seal that uses them.
            let until = ends.get(item + 1).or(ends.last()).copied().unwrap_or_default();
            assert!((begins..until).contains(&flaw.offset), "byte {at}, bit {bit}: {flaw:?}");
        }
    }
}

#[test]
fn a_journal_that_was_cut_is_found_wherever_that_was() {
    let pieces = World::new().pieces();
    let journal = pieces.concat();
    let whole: usize = pieces[..6].iter().map(Vec::len).sum();
    for length in 0..journal.len() {
        let cut = check(&journal[..length]);
        if length == whole {
            assert_eq!(cut.unwrap().len(), 4, "the first part alone is an earlier journal");
        } else {
            assert_eq!(cut.unwrap_err().wrong, Wrong::Cut, "{length} bytes");
        }
    }
}

#[test]
fn seals_that_are_missing_moved_or_doubled_are_found() {
    let pieces = World::new().pieces();
    let of = |order: &[usize]| order.iter().flat_map(|at| pieces[*at].clone()).collect::<Vec<u8>>();
    assert!(check(&of(&[0, 1, 2, 3, 4, 5, 6, 7, 8])).is_ok());
    let host = Keypair::from_seed(&[3; 32]).id();
    let not_next = |expected, found| Wrong::NotNext { host, expected, found };
    let wrong = |order: &[usize]| check(&of(order)).unwrap_err().wrong;
    assert_eq!(wrong(&[0, 1, 2, 4, 5, 6, 7, 8]), not_next(3, 4));
    assert_eq!(wrong(&[0, 1, 2, 4, 3, 5, 6, 7, 8]), not_next(3, 4));
    assert_eq!(
        wrong(&[0, 1, 2, 2, 3, 4, 5]),
        Wrong::Malformed(Malformed("terms that were given before, or more than a part has"))
    );
    assert_eq!(wrong(&[0, 1, 2, 3, 3, 4, 5]), not_next(4, 3));
    // The newest taken away together with its mention is what an earlier journal was; without that it is found.
    assert!(matches!(wrong(&[0, 1, 2, 3, 5]), Wrong::End { .. }));
    assert_eq!(wrong(&[0, 1, 2, 3, 4, 5, 7, 8]), Wrong::Malformed(Malformed("an item before the beginning of a part")));
    assert_eq!(wrong(&[0, 1, 2, 3, 4, 5, 0, 1]), Wrong::Begins { host, begins: 0, stands: 4 });
    assert_eq!(wrong(&[6, 7, 8, 6, 7, 8]), Wrong::Begins { host, begins: 4, stands: 5 });
    assert!(check(&of(&[6, 7, 8])).is_ok(), "a later part can be verified by itself");
}

#[test]
fn a_host_that_seals_what_it_may_not_give_is_found() {
    let found = |change: fn(&mut Lease)| {
        let mut world = World::new();
        let mut part = world.begin(&Vec::new());
        let mut lease = world.lease(START);
        change(&mut lease);
        let signature = world.sealed(&[lease.clone()]);
        part.seal(world.host.id(), world.tip, lease.issued, &signature, Covered::Leases(&[lease]));
        let journal = [part.take(), part.end().0].concat();
        check(&journal).map(drop).map_err(|flaw| flaw.wrong.code())
    };
    assert_eq!(found(|_| {}), Ok(()));
    assert_eq!(found(|lease| lease.count = Some(0)), Err(Code::NotAuthorised), "below the threshold");
    assert_eq!(found(|lease| lease.expires = Some(Timestamp::from_unix(START * 2))), Err(Code::NotAuthorised));
    assert_eq!(found(|lease| lease.product = "acme-cam".parse().unwrap()), Err(Code::NotAuthorised));
    let late = |lease: &mut Lease| {
        lease.issued = lease.issued.plus(Span::days(400));
        lease.expires = Some(lease.issued.plus(Span::DAY));
    };
    assert_eq!(found(late), Err(Code::NotAuthorised), "no certificate held then");
}

#[test]
fn a_certificate_that_is_taken_away_is_missed() {
    let mut world = World::new();
    let mut part = PartWriter::begin(&Vec::new());
    let empty = part.take();
    part.certificate(world.host.id(), &world.certificate(START - 500), &world.authority());
    let first = part.take();
    part.certificate(world.host.id(), &world.certificate(START + 20_000_000), &world.authority());
    let second = part.take();
    let one = world.leases(&mut part, START, 1);
    let two = world.leases(&mut part, START + 20_000_001, 1);
    let end = part.end().0;
    let whole = [&empty, &first, &second, &one, &two, &end].map(Vec::as_slice).concat();
    assert_eq!(check(&whole).unwrap().len(), 2);
    for without in [&first, &second] {
        let pieces = [&empty, &first, &second, &one, &two, &end].into_iter().filter(|piece| *piece != without);
        let journal: Vec<u8> = pieces.flatten().copied().collect();
        assert_eq!(check(&journal).unwrap_err().wrong.code(), Code::NotAuthorised);
    }
    let twice = [&empty, &first, &first, &second, &one, &two, &end].map(Vec::as_slice).concat();
    assert_eq!(check(&twice).unwrap_err().wrong, Wrong::CertificateTwice);
    let turned = [&empty, &second, &first, &one, &two, &end].map(Vec::as_slice).concat();
    assert_eq!(check(&turned).unwrap_err().wrong, Wrong::Digest);
}

#[test]
fn a_changed_signature_is_told_from_changed_documents() {
    let pieces = World::new().pieces();
    let journal = pieces.concat();
    // The signature of the third seal stands behind its head, number and time.
    let begins: usize = pieces[..3].iter().map(Vec::len).sum();
    let signature = begins + 3 + 1 + 1 + 1 + 1 + 5 + 2;
    let mut changed = journal.clone();
    changed[signature + 40] ^= 1;
    let flaw = check(&changed).unwrap_err();
    assert_eq!((flaw.wrong, flaw.seal.unwrap().1), (Wrong::Signature, 3));
    let mut changed = journal;
    changed[signature + 64 + 20] ^= 1;
    let flaw = check(&changed).unwrap_err();
    assert_eq!((flaw.wrong, flaw.seal.unwrap().1, flaw.offset), (Wrong::Altered, 3, begins as u64));
}

#[test]
fn pruned_seals_keep_the_chain_together() {
    let mut world = World::new();
    let mut part = world.begin(&Vec::new());
    let mut journal = part.take();
    let leases = [world.lease(START)];
    let signature = world.sealed(&leases);
    let pruned =
        Pruned { typ: Typ::Lease, size: 1, root: crate::seal::root(&[crate::seal::leaf_of(&leases[0])]).unwrap() };
    let at = Timestamp::from_unix(START);
    part.seal(world.host.id(), world.tip, at, &signature, Covered::Pruned(pruned));
    journal.extend(part.take());
    journal.extend(world.leases(&mut part, START, 1));
    journal.extend(part.end().0);
    assert_eq!(check(&journal).unwrap().len(), 2);
}

/// The journal that `docs/journal.md` takes apart, in the lines in which it stands there.
#[test]
fn the_page_about_journals_shows_one_byte_by_byte() {
    let mut world = World::new();
    let mut part = world.begin(&Vec::new());
    let mut journal = part.take();
    let refusal = world.refusal(START);
    let signature = world.sealed(core::slice::from_ref(&refusal));
    part.seal(world.host.id(), world.tip, refusal.issued, &signature, Covered::Refusals(&[refusal]));
    journal.extend(part.take());
    journal.extend(world.leases(&mut part, START + 60, 2));
    journal.extend(part.end().0);
    assert_eq!(check(&journal).unwrap().len(), 2);
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/journal.md")).unwrap();
    let shown = page.split("```hex\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap_or_default();
    let digits: std::string::String = shown.lines().map(|line| line.split('#').next().unwrap_or_default()).collect();
    let digits: std::string::String = digits.split_whitespace().collect();
    let hex = journal.iter().fold(std::string::String::new(), |hex, byte| hex + &std::format!("{byte:02x}"));
    assert!(digits == hex, "the page shows another journal than this:\n{hex}");
}
