//! No input makes a decoder panic, and no altered document verifies.

use std::collections::HashSet;
use std::sync::LazyLock;
use std::thread;

use leasehold_core::{PublicKey, Timestamp};
use leasehold_testkit::vectors::{read, unhex};
use leasehold_wire::{
    AnyDocument, DirectoryRequest, Envelope, HostRequest, MachineRequest, Release, Request, Revocations, armour,
    request, verify,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_bytes_make_a_decoder_panic(bytes in vec(any::<u8>(), 0..600)) {
        decode(&bytes);
        decode(&[b"\xd2\x84".as_slice(), &bytes].concat());
    }

    #[test]
    fn no_damaged_document_makes_a_decoder_panic(
        (which, other) in (any::<Index>(), any::<Index>()),
        changes in vec((any::<Index>(), any::<u8>()), 0..4),
        (cut, splice) in (any::<Index>(), any::<Option<Index>>()),
    ) {
        let mut bytes = which.get(&ALL).clone();
        if let Some(from) = splice.filter(|_| !bytes.is_empty()) {
            bytes.truncate(cut.index(bytes.len()));
            let other = other.get(&ALL);
            bytes.extend_from_slice(&other[from.index(other.len() + 1)..]);
        }
        for (at, byte) in changes {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        decode(&bytes);
    }

    #[test]
    fn no_text_makes_armour_panic(text in "(-----(BEGIN|END) (LEASEHOLD )?[A-Z ]{0,9}-----|[A-Za-z0-9+/=\r\n -]{0,80}){0,6}") {
        decode(text.as_bytes());
    }
}

#[test]
fn one_flipped_bit_anywhere_never_verifies() {
    let mut cases = cases(|case| case["valid"] == true);
    // One of each shape: leases that differ in their numbers alone would be the same thing over again.
    let mut seen = HashSet::new();
    cases.retain(|case| seen.insert((case.envelope().typ, case.bytes.len())));
    let half = cases.len() / 2;
    thread::scope(|scope| {
        for cases in [&cases[..half], &cases[half..]] {
            scope.spawn(move || cases.iter().for_each(Case::resists_flipped_bits));
        }
    });
}

fn decode(bytes: &[u8]) {
    let (root, at) = (PublicKey([0; 32]), Timestamp::from_unix(1_790_255_134));
    if let Ok(envelope) = Envelope::parse(bytes) {
        drop(AnyDocument::read(&envelope));
    }
    drop(AnyDocument::verify(bytes, &root, at, None));
    drop(request::open::<Request>(bytes));
    drop(request::open::<Release>(bytes));
    drop(request::open::<HostRequest>(bytes));
    drop(request::open::<MachineRequest>(bytes));
    drop(request::open::<DirectoryRequest>(bytes));
    if let Ok(document) = armour::read(bytes) {
        drop(Envelope::parse(&document).map(|envelope| envelope.chain));
    }
}

/// Every vector, valid or not.
static ALL: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| cases(|_| true).into_iter().map(|case| case.bytes).collect());

struct Case {
    name: String,
    bytes: Vec<u8>,
    root: PublicKey,
    at: Timestamp,
    revocations: Option<Revocations>,
}

fn cases(wanted: impl Fn(&Value) -> bool) -> Vec<Case> {
    let vectors = read("documents");
    vectors["cases"].as_array().expect("cases").iter().filter(|case| wanted(case)).map(Case::of).collect()
}

impl Case {
    fn of(case: &Value) -> Self {
        let text = |member: &str| case[member].as_str().expect("a text");
        let (root, at) = (text("root").parse().expect("a key"), case["at"].as_u64().expect("a time"));
        let at = Timestamp::from_unix(at);
        let list = case["revocations"].as_str().map(unhex);
        let list = list.map(|list| verify(&list, &root, at, None).expect("a valid list").document);
        Self { name: text("name").to_owned(), bytes: unhex(text("hex")), root, at, revocations: list }
    }

    fn resists_flipped_bits(&self) {
        let verify = |bytes: &[u8]| AnyDocument::verify(bytes, &self.root, self.at, self.revocations.as_ref());
        verify(&self.bytes).unwrap_or_else(|reason| panic!("{}: {reason}", self.name));
        let mut bytes = self.bytes.clone();
        // Of a long list of one thing a part is enough.
        for bit in (0..8 * bytes.len()).step_by(1 + bytes.len() / 4_096 * 37) {
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(verify(&bytes).is_err(), "{}: bit {} of byte {}", self.name, bit % 8, bit / 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }

    fn envelope(&self) -> Envelope<'_> {
        Envelope::parse(&self.bytes).expect("a document")
    }
}
