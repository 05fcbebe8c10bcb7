//! Documents as texts for QR codes: `LH1:` and base45 (RFC 9285), in parts where one code is too small for a document.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::any::AnyDocument;
use crate::envelope::{Envelope, MAX_REVOCATION_BYTES};
use crate::reason::Reason;

/// Why texts make no document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartsError {
    /// The text is no base45, or its part's number is none.
    #[error("the text of a QR code is damaged")]
    Damaged,
    /// Parts are missing.
    #[error("of {of} parts these are missing: {}", list(missing))]
    Missing {
        /// Their numbers, from 1.
        missing: Vec<usize>,
        /// How many there are.
        of: usize,
    },
    /// The parts that are there make no document together.
    #[error("the {of} parts are not of one document")]
    Mixed {
        /// How many there are.
        of: usize,
    },
    /// Parts of so many documents that they cannot be told apart.
    #[error("parts of too many documents at once")]
    TooMany,
}

/// The bytes of a document that one text holds; a larger one is written in parts.
pub const MAX_PART: usize = 1_100;

/// The texts of a document, each for one QR code: one, or parts of about one size.
pub fn texts(document: &[u8]) -> Vec<String> {
    let count = document.len().div_ceil(MAX_PART).max(1);
    if count == 1 {
        return Vec::from([format!("{PREFIX}{}", base45(document))]);
    }
    // Pairs of bytes are not taken apart, so that the parts together are the base45 of the whole.
    let size = document.len().div_ceil(count).next_multiple_of(2);
    let parts = document.chunks(size).enumerate();
    parts.map(|(n, part)| format!("{PREFIX}{}/{count}:{}", n + 1, base45(part))).collect()
}

/// Gathers texts in any order, of several documents too; a text that comes twice counts once.
#[derive(Clone, Debug, Default)]
pub struct Gatherer {
    whole: Vec<Vec<u8>>,
    /// By the number of parts: for each part the texts that came for it.
    parts: BTreeMap<usize, Vec<Vec<Vec<u8>>>>,
    damaged: usize,
}

/// What was gathered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gathered {
    /// The documents that are whole, each once.
    pub documents: Vec<Vec<u8>>,
    /// Why others are not.
    pub errors: Vec<PartsError>,
}

impl Gatherer {
    /// Whether a text is meant to be one of these.
    pub fn is_text(text: &str) -> bool {
        text.trim_start().get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
    }

    /// Adds the text of one QR code.
    pub fn add(&mut self, text: &str) {
        match read(text) {
            None => self.damaged += 1,
            Some(Text { bytes, place: None }) => keep(&mut self.whole, bytes),
            Some(Text { bytes, place: Some((number, of)) }) => {
                let parts = self.parts.entry(of).or_insert_with(|| alloc::vec![Vec::new(); of]);
                keep(&mut parts[number - 1], bytes);
            }
        }
    }

    /// The documents that the texts make.
    pub fn finish(self) -> Gathered {
        let mut gathered = Gathered { documents: self.whole, errors: Vec::new() };
        gathered.errors.extend((0..self.damaged).map(|_| PartsError::Damaged));
        for (of, texts) in self.parts {
            let mut puzzle =
                Puzzle { used: texts.iter().map(|texts| alloc::vec![false; texts.len()]).collect(), texts };
            let mut work = Some(MAX_WORK);
            for first in 0..puzzle.texts[0].len() {
                puzzle
                    .document(first, &mut work)
                    .into_iter()
                    .for_each(|document| keep(&mut gathered.documents, document));
            }
            gathered.errors.extend(puzzle.left_over(of, work));
        }
        gathered
    }
}

/// Parts of documents with one number of parts. One part may be of several documents.
struct Puzzle {
    texts: Vec<Vec<Vec<u8>>>,
    used: Vec<Vec<bool>>,
}

impl Puzzle {
    /// The document that begins with this text, as long as there is `work` left. The parts that came when it did are tried first:
    /// those of one document mostly come together.
    fn document(&mut self, first: usize, work: &mut Option<usize>) -> Option<Vec<u8>> {
        if self.texts.iter().any(Vec::is_empty) {
            return None;
        }
        let mut choice = alloc::vec![0; self.texts.len()];
        loop {
            let chosen = || choice.iter().zip(&self.texts).map(|(offset, texts)| (first + offset) % texts.len());
            let parts = chosen().zip(&self.texts).map(|(at, texts)| texts[at].as_slice());
            let document = parts.collect::<Vec<_>>().concat();
            *work = work.and_then(|left| left.checked_sub(document.len() + SIGNATURE_WORK));
            (*work)?;
            if fits_together(&document) {
                chosen().zip(&mut self.used).for_each(|(at, used)| used[at] = true);
                return Some(document);
            }
            // The next choice, the last part's changing first; the first part's never does.
            let place = (1..choice.len()).rev().find(|place| choice[*place] + 1 < self.texts[*place].len())?;
            choice[place] += 1;
            choice[place + 1..].fill(0);
        }
    }

    /// What is to be said of the parts that no document was made of.
    fn left_over(&self, of: usize, work: Option<usize>) -> Option<PartsError> {
        if self.used.iter().flatten().all(|used| *used) {
            return None;
        }
        // A part that is used up may be the one that is missing for another document.
        let lacks = |number: &usize| self.used[number - 1].iter().all(|used| *used);
        let missing: Vec<usize> = (1..=of).filter(lacks).collect();
        Some(match (missing.is_empty(), work) {
            (false, _) => PartsError::Missing { missing, of },
            (true, None) => PartsError::TooMany,
            (true, Some(_)) => PartsError::Mixed { of },
        })
    }
}

/// Whether bytes that were put together are one document: parts of two would not bear the signature of either. Where the key
/// is not with it, the form has to do.
fn fits_together(document: &[u8]) -> bool {
    let Ok(envelope) = Envelope::parse(document) else { return false };
    let Ok(read) = AnyDocument::read(&envelope) else { return false };
    match AnyDocument::verify_below_root(document, read.head().issued.unwrap_or_default(), None) {
        Err(Reason::BadSignature | Reason::Malformed(_)) => false,
        Ok(_)
        | Err(
            Reason::UnknownSigner | Reason::NotAuthorised(_) | Reason::Revoked | Reason::NotYetValid | Reason::Expired,
        ) => true,
    }
}

/// A text that was read.
struct Text {
    bytes: Vec<u8>,
    /// Which part of how many.
    place: Option<(usize, usize)>,
}

fn read(text: &str) -> Option<Text> {
    let text = text.trim();
    let body = text.get(PREFIX.len()..).filter(|_| Gatherer::is_text(text))?;
    let (place, body) = match body.split_once(':').and_then(|(place, body)| Some((place.split_once('/')?, body))) {
        // A slash and a colon are digits of base45 too.
        Some(((number, of), rest)) if is_number(number) && is_number(of) => {
            let (number, of) = (number.parse().ok()?, of.parse().ok()?);
            if !(1..=of).contains(&number) || of > MAX_PARTS {
                return None;
            }
            (Some((number, of)), rest)
        }
        Some(_) | None => (None, body),
    };
    let bytes = unbase45(body).filter(|bytes| !bytes.is_empty())?;
    Some(Text { bytes, place })
}

fn is_number(text: &str) -> bool {
    (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn keep(kept: &mut Vec<Vec<u8>>, bytes: Vec<u8>) {
    if !kept.contains(&bytes) {
        kept.push(bytes);
    }
}

/// The first numbers.
fn list(numbers: &[usize]) -> String {
    let shown: Vec<String> = numbers.iter().take(8).map(|number| format!("{number}")).collect();
    let more = if numbers.len() > shown.len() { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

/// RFC 9285 section 4.
fn base45(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(2) * 3);
    for pair in bytes.chunks(2) {
        let (mut value, digits) = match *pair {
            [high, low] => (u32::from(high) << 8 | u32::from(low), 3),
            [only] => (u32::from(only), 2),
            _ => unreachable!("chunks of one or two"),
        };
        for _ in 0..digits {
            text.push(char::from(DIGITS[(value % 45) as usize]));
            value /= 45;
        }
    }
    text
}

fn unbase45(text: &str) -> Option<Vec<u8>> {
    let digit = |c: u8| DIGITS.iter().position(|digit| *digit == c.to_ascii_uppercase());
    let digits: Vec<usize> = text.bytes().map(digit).collect::<Option<_>>()?;
    let mut bytes = Vec::with_capacity(digits.len() / 3 * 2 + 1);
    for group in digits.chunks(3) {
        match *group {
            [low, middle, high] => {
                bytes.extend(u16::try_from(low + 45 * middle + 2_025 * high).ok()?.to_be_bytes());
            }
            [low, high] => bytes.push(u8::try_from(low + 45 * high).ok()?),
            _ => return None,
        }
    }
    Some(bytes)
}

const PREFIX: &str = "LH1:";
const DIGITS: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
/// What the largest document takes.
const MAX_PARTS: usize = MAX_REVOCATION_BYTES.div_ceil(MAX_PART);
/// Bytes that are put together at most, for all choices of parts that are tried: a second or two.
const MAX_WORK: usize = 64 << 20;
/// What the check of a signature costs, in bytes of that.
const SIGNATURE_WORK: usize = 2_048;

#[cfg(test)]
mod tests {
    use leasehold_core::{Cti, ProductKey, Timestamp};
    use std::string::ToString;

    use super::*;
    use crate::envelope::sign;
    use crate::{Keypair, Revocations};

    /// A document of several parts, signed by a key that its chain does not introduce.
    fn list(number: u64, documents: usize) -> Vec<u8> {
        let pair = Keypair::from_seed(&[3; 32]);
        let documents = (0..documents).map(|n| Cti([u8::try_from(n % 251).unwrap(); 16])).collect();
        let (issued, cti) = (Timestamp::from_unix(number), Cti([4; 16]));
        sign(&Revocations { issued, cti, number, keys: Vec::new(), documents }, &pair, &[])
    }

    fn gather(texts: &[String]) -> Gathered {
        let mut gatherer = Gatherer::default();
        texts.iter().for_each(|text| gatherer.add(text));
        gatherer.finish()
    }

    #[test]
    fn base45_is_that_of_the_standard() {
        for (bytes, text) in
            [("AB", "BB8"), ("Hello!!", "%69 VD92EX0"), ("base-45", "UJCLQE7W581"), ("ietf!", "QED8WEX0")]
        {
            assert_eq!(base45(bytes.as_bytes()), text);
            assert_eq!(unbase45(text).as_deref(), Some(bytes.as_bytes()));
        }
        for text in ["A", "ABCD", "GGW", "::", ":::", "ab_"] {
            assert_eq!(unbase45(text), None, "{text}");
        }
    }

    #[test]
    fn a_document_is_in_one_text_up_to_a_size_and_in_even_parts_above() {
        let short = texts(&[7; MAX_PART]);
        assert!(short.len() == 1 && short[0].starts_with("LH1:") && !short[0][4..8].contains('/'));
        let long = texts(&[7; MAX_PART + 1]);
        assert_eq!(long.iter().map(|text| &text[..8]).collect::<Vec<_>>(), ["LH1:1/2:", "LH1:2/2:"]);
        assert_eq!(long.iter().map(String::len).collect::<Vec<_>>(), [8 + 828, 8 + 824]);
        let together: String = long.iter().map(|text| &text[8..]).collect();
        assert_eq!(together, base45(&[7; MAX_PART + 1]));
    }

    #[test]
    fn parts_come_in_any_order_and_twice() {
        let document = list(1, 200);
        let mut shuffled = texts(&document);
        assert_eq!(shuffled.len(), 4);
        shuffled.reverse();
        shuffled.push(shuffled[1].clone());
        shuffled[2] = format!("  {}\n", shuffled[2].to_lowercase());
        assert_eq!(gather(&shuffled), Gathered { documents: Vec::from([document]), errors: Vec::new() });
    }

    #[test]
    fn a_missing_part_is_named() {
        let texts = texts(&list(1, 200));
        let gathered = gather(&texts[1..3]);
        assert_eq!(gathered.errors, [PartsError::Missing { missing: Vec::from([1, 4]), of: 4 }]);
        assert_eq!(gathered.errors[0].to_string(), "of 4 parts these are missing: 1, 4");
        assert!(gathered.documents.is_empty());
    }

    #[test]
    fn two_self_signed_documents_are_told_apart_by_their_signatures() {
        let request = |cti: u8| {
            let (pair, name) = (Keypair::from_seed(&[cti; 32]), "n".repeat(250).parse().unwrap());
            let key = ProductKey::generic(pair.id(), 1.try_into().unwrap());
            let grants = (0..28).map(|n| crate::Usage {
                family: format!("family-{n}-{}", "x".repeat(40)).parse().unwrap(),
                clients: u64::MAX,
                live: u64::MAX,
                peak: u64::MAX,
            });
            let request = crate::HostRequest {
                issued: Timestamp::from_unix(5),
                cti: Cti([cti; 16]),
                key: pair.public(),
                proof: crate::proof::Proof::new(&key, pair.id(), Cti([cti; 16])),
                host_name: name,
                fingerprint: leasehold_core::Fingerprint::new([(leasehold_core::Component::MachineId, [cti; 8])])
                    .unwrap(),
                tip: None,
                usage: grants.collect(),
            };
            sign(&request, &pair, &[])
        };
        let documents: Vec<Vec<u8>> = (1..=3).map(request).collect();
        let parts: Vec<Vec<String>> = documents.iter().map(|document| texts(document)).collect();
        assert!(parts[0].len() == 3 && parts.iter().all(|texts| texts.len() == 3), "{}", parts[0].len());
        let mut mixed: Vec<String> = (0..3).flat_map(|n| [2, 0, 1].map(|of| parts[(of + n) % 3][n].clone())).collect();
        let mut gathered = gather(&mixed);
        gathered.documents.sort_unstable();
        let mut expected = documents;
        expected.sort_unstable();
        assert!(gathered.documents == expected && gathered.errors.is_empty(), "{:?}", gathered.errors);
        mixed.truncate(7);
        assert!(matches!(gather(&mixed).errors[..], [PartsError::Missing { .. }]), "two lack their third part");
        assert_eq!(parts[0][1], parts[1][1], "a part that two documents share");
        let crossed = [parts[0][0].clone(), parts[0][1].clone(), parts[1][2].clone()];
        assert_eq!(gather(&crossed).errors, [PartsError::Mixed { of: 3 }]);
    }

    #[test]
    fn what_is_no_part_is_damaged() {
        for text in ["LH1:", "LH1:0/2:BB8", "LH1:3/2:BB8", "LH1:1/9999:BB8", "LH1:1/2:", "LH1:A", "LH1:\u{e9}", "BB8"] {
            assert_eq!(gather(&[text.to_string()]).errors, [PartsError::Damaged], "{text}");
        }
        assert!(Gatherer::is_text(" lh1:BB8") && !Gatherer::is_text("LH2:BB8") && !Gatherer::is_text("L\u{e9}"));
    }

    #[test]
    fn parts_of_very_many_documents_end_in_bounded_time() {
        let texts: Vec<String> = (0..200_u16)
            .flat_map(|n| {
                (1..=4).map(move |part| format!("LH1:{part}/4:{}", base45(&[n.to_be_bytes(), [part; 2]].concat())))
            })
            .collect();
        assert_eq!(gather(&texts).errors, [PartsError::TooMany]);
    }
}
