//! What each fuzz target does with an input. `crates/wire/tests/corpus.rs` does the same with the committed corpora.

use leasehold_core::repair::repair;
use leasehold_core::{ProductKey, PublicKey, Timestamp};
use leasehold_wire::journal::{self, Checker, Seen};
use leasehold_wire::parts::{Gatherer, MAX_PART, texts};
use leasehold_wire::request::{self, Unverified};
use leasehold_wire::signature::{self, Claim};
use leasehold_wire::{
    AnyDocument, DirectoryRequest, Document, Envelope, HostRequest, MachineRequest, Reason, Release, Request, envelope,
};

/// Any document, checked against the root key of the vectors, that of a corpus made from them.
pub fn document(input: &[u8]) {
    let verified = AnyDocument::verify(input, &ROOT, AT, None);
    let Ok(envelope) = Envelope::parse(input) else {
        assert!(matches!(verified, Err(Reason::Malformed(_))));
        return;
    };
    let again = envelope::with_chain(input, &envelope.chain).expect("an envelope");
    assert_eq!(again, input, "what is read is written again byte by byte");
    let read = AnyDocument::read(&envelope);
    assert!(verified.is_err() || read.is_ok(), "what verifies can be read");
    if let Ok(read) = read {
        assert_eq!(read.typ(), envelope.typ);
    }
}

/// What clients and hosts sign for themselves.
pub fn request(input: &[u8]) {
    self_signed::<Request>(input);
    self_signed::<Release>(input);
    self_signed::<HostRequest>(input);
    self_signed::<DirectoryRequest>(input);
    self_signed::<MachineRequest>(input);
}

/// Whatever form a file has.
pub fn armour(input: &[u8]) {
    let Ok(document) = leasehold_wire::armour::read(input) else {
        return;
    };
    if let Ok(text) = leasehold_wire::armour::wrap(&document) {
        assert_eq!(leasehold_wire::armour::read(text.as_bytes()).expect("armour"), document);
    }
}

/// The texts of QR codes, a line each, in whatever order; and the bytes as a document that is written as such texts.
pub fn parts(input: &[u8]) {
    let mut gatherer = Gatherer::default();
    let lines = String::from_utf8_lossy(input);
    lines.lines().for_each(|line| gatherer.add(line));
    let gathered = gatherer.finish();
    for document in &gathered.documents {
        assert_eq!(gather(&texts(document)), std::slice::from_ref(document), "what was gathered is gathered again");
    }
    assert!(gathered.documents.len() + gathered.errors.len() <= lines.lines().count());
    // A part alone says that others are missing; parts of no document are none together.
    if Envelope::parse(input).is_ok() || (!input.is_empty() && input.len() <= MAX_PART) {
        let mut backwards = texts(input);
        backwards.reverse();
        let whole = gather(&backwards);
        assert!(whole.is_empty() || whole == [input.to_vec()]);
    }
}

/// A journal's file, believed and not; what is written for what was read again is not asked for, since nothing is written of it.
pub fn journal(input: &[u8]) {
    let verified = replayed(Checker::new(None), input);
    let read = replayed(Checker::again(), input);
    assert!(verified.is_none() || verified == read, "what verifies is read again as it is");
    let mut longer = input.to_vec();
    longer.push(0);
    assert!(replayed(Checker::new(None), &longer).is_none(), "nothing stands behind a journal");
}

/// The seals of a journal that is whole, with how many documents each covers.
fn replayed(mut checker: Checker, mut rest: &[u8]) -> Option<Vec<(u64, u64)>> {
    let mut seals = Vec::new();
    while !rest.is_empty() {
        let Ok(Some((length, size))) = journal::head(rest) else {
            checker.finish_within(None);
            return None;
        };
        let (item, after) = rest.split_at_checked(length + size)?;
        let (head, item) = item.split_at(length);
        let _ = journal::glimpse(item);
        if let Seen::Seal(seal) = checker.take(head, item).ok()? {
            seals.push((seal.number, seal.documents.len()));
        }
        rest = after;
    }
    checker.finish().ok().map(|()| seals)
}

fn gather(texts: &[String]) -> Vec<Vec<u8>> {
    let mut gatherer = Gatherer::default();
    texts.iter().for_each(|text| gatherer.add(text));
    gatherer.finish().documents
}

/// A product key as it was typed.
pub fn product_key(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    match text.parse::<ProductKey>() {
        Ok(key) => assert_eq!(key.to_string().parse(), Ok(key)),
        Err(_) => {
            if let Some(repair) = repair(&text) {
                assert_eq!(repair.key.to_string().parse(), Ok(repair.key));
            }
        }
    }
}

fn self_signed<D: Document>(input: &[u8]) {
    let opened = request::open::<D>(input).map(drop);
    let unpacked = match Unverified::<D>::parse(input).and_then(Unverified::unpack) {
        Ok(unpacked) => unpacked,
        Err(reason) => return assert_eq!(opened, Err(reason)),
    };
    let claim: Claim<'_> = unpacked.claim();
    let alone = claim.key.verify(claim.message, claim.signature);
    assert_eq!(opened, if alone { Ok(()) } else { Err(Reason::BadSignature) });
    if unpacked.point().is_of_full_order() {
        assert_eq!(signature::batch(&[claim; 4]), [alone; 4], "a batch answers as one by one does");
    }
}

const AT: Timestamp = Timestamp::from_unix(1_790_255_134);
const ROOT: PublicKey = PublicKey([
    0x65, 0x9c, 0xf2, 0xbf, 0x8d, 0x2b, 0x0f, 0xa4, 0x37, 0xc3, 0xf6, 0x76, 0x53, 0xb1, 0xab, 0xa4, 0xd4, 0x67, 0x2a,
    0xa1, 0x98, 0x5d, 0x54, 0x25, 0x72, 0x02, 0xf1, 0x09, 0x80, 0x9d, 0xd4, 0xf0,
]);
