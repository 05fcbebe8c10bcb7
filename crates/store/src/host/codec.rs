//! The bytes of journal entries and fingerprints, the same in every backend. CBOR (RFC 8949).
//!
//! The entries of a batch end with a checksum over them and the time of deciding, so that a flipped bit is noticed wherever
//! it is. A batch whose entries were pruned has no bytes.

use leasehold_core::{Component, Counting, Cti, FamilyId, Fingerprint, KeyId, ProductId, Span, Timestamp, UserId};
use minicbor::decode::Error;
use minicbor::{Decoder, Encoder};
use sha2::{Digest, Sha256};

use super::cbor::{Wrote, address, array, damaged, fixed, optional, text, texts, write_address};
use super::refusal::{refusal_from, refusal_members};
use super::{Asked, Decision, EndCause, Entry, Fork, Terms};

/// Encodes the entries of one batch; `at` is kept beside them. None are no bytes, as a batch that was pruned has.
///
/// # Panics
/// Never: memory takes everything.
pub fn encode_entries(entries: &[Entry]) -> Vec<u8> {
    let Some(Entry { at, .. }) = entries.first() else { return Vec::new() };
    let families = distinct(entries.iter().map(|entry| entry.family));
    let products = distinct(entries.iter().map(|entry| entry.product));
    let terms = distinct(entries.iter().filter_map(terms_of));
    let mut e = Encoder::new(Vec::with_capacity(64 + 192 * entries.len()));
    write(&mut e, entries, (&families, &products, &terms)).expect("writing to memory cannot fail");
    let mut bytes = e.into_writer();
    bytes.extend(checksum(&bytes, *at));
    bytes
}

/// Decodes the entries of the batch that was decided at `at`.
///
/// # Errors
/// Where they are not what [`encode_entries`] makes.
pub fn decode_entries(bytes: &[u8], at: Timestamp) -> Result<Vec<Entry>, Error> {
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let (bytes, sum) = bytes.split_last_chunk::<CHECKSUM>().ok_or_else(damaged)?;
    if checksum(bytes, at) != *sum {
        return Err(damaged());
    }
    let mut d = Decoder::new(bytes);
    array(&mut d, 4)?;
    let names = Names { families: texts(&mut d)?, products: texts(&mut d)?, terms: all_terms(&mut d)? };
    let count = d.array()?.ok_or_else(damaged)?;
    (0..count).map(|_| entry(&mut d, &names, at)).collect()
}

/// The first bytes of SHA-256 over the time and the entries.
fn checksum(bytes: &[u8], at: Timestamp) -> [u8; CHECKSUM] {
    let digest = Sha256::new().chain_update(at.unix().to_be_bytes()).chain_update(bytes).finalize();
    let mut sum = [0; CHECKSUM];
    sum.copy_from_slice(&digest[..CHECKSUM]);
    sum
}

/// What the entries of a batch name by number.
struct Names {
    families: Vec<FamilyId>,
    products: Vec<ProductId>,
    terms: Vec<Terms>,
}

fn terms_of(entry: &Entry) -> Option<&Terms> {
    match &entry.decision {
        Decision::Granted { terms, .. } => Some(terms),
        Decision::Refused { .. } | Decision::Released { .. } | Decision::Ended { .. } | Decision::Forgotten { .. } => {
            None
        }
    }
}

/// A fingerprint as a byte of the components present and their hashes.
pub fn encode_fingerprint(fingerprint: &Fingerprint) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(49);
    bytes.push(0);
    for (component, hash) in fingerprint.iter() {
        bytes[0] |= 1 << (component.number() - 1);
        bytes.extend_from_slice(hash);
    }
    bytes
}

/// Reads what [`encode_fingerprint`] makes; `None` where it is something else.
pub fn decode_fingerprint(bytes: &[u8]) -> Option<Fingerprint> {
    let (present, hashes) = bytes.split_first()?;
    let components = Component::ALL.into_iter().filter(|component| present >> (component.number() - 1) & 1 == 1);
    let mut chunks = hashes.chunks_exact(8);
    let pairs: Vec<_> =
        components.map(|component| Some((component, chunks.next()?.try_into().ok()?))).collect::<Option<_>>()?;
    if chunks.next().is_some() || !chunks.remainder().is_empty() {
        return None;
    }
    Fingerprint::new(pairs).ok()
}

/// When the last request for each product was made.
///
/// # Panics
/// Never: memory takes everything.
pub fn encode_requests(requests: &[(ProductId, Timestamp)]) -> Vec<u8> {
    let mut e = Encoder::new(Vec::with_capacity(2 + 24 * requests.len()));
    write_requests(&mut e, requests).expect("writing to memory cannot fail");
    e.into_writer()
}

/// Reads what [`encode_requests`] makes; `None` where it is something else.
pub fn decode_requests(bytes: &[u8]) -> Option<Vec<(ProductId, Timestamp)>> {
    let mut d = Decoder::new(bytes);
    requests(&mut d).ok().filter(|_| d.position() == bytes.len())
}

fn write(
    e: &mut Encoder<Vec<u8>>,
    entries: &[Entry],
    (families, products, terms): (&[FamilyId], &[ProductId], &[&Terms]),
) -> Wrote {
    e.array(4)?.array(families.len() as u64)?;
    families.iter().try_for_each(|family| e.str(family.as_str()).map(drop))?;
    e.array(products.len() as u64)?;
    products.iter().try_for_each(|product| e.str(product.as_str()).map(drop))?;
    e.array(terms.len() as u64)?;
    terms.iter().try_for_each(|terms| write_terms(e, terms))?;
    e.array(entries.len() as u64)?;
    for entry in entries {
        e.array(5)?.u64(position(families, &entry.family))?.u64(position(products, &entry.product))?;
        e.bytes(&entry.client.0)?;
        match &entry.decision {
            Decision::Granted { asked, lease, expires, count, seal, fork, forks, counting, terms: own, user } => {
                e.u8(GRANTED)?.array(GRANT + u64::from(user.is_some()))?;
                write_asked(e, asked)?;
                e.bytes(&lease.0)?.u64(expires.unix())?.u64(*count)?.u64(*seal)?;
                e.bool(*fork == Fork::Seen)?.u64(*forks)?;
                write_counting(e, *counting)?;
                e.u64(position(terms, &own))?;
                write_user(e, *user)?;
            }
            Decision::Refused { asked, counting, refusal, answer, retry } => {
                e.u8(REFUSED)?.array(12)?;
                write_asked(e, asked)?;
                write_counting(e, *counting)?;
                let (number, members) = refusal_members(refusal);
                e.u8(number)?;
                members.iter().try_for_each(|member| e.u64(*member).map(drop))?;
                e.bytes(&answer.0)?.u64(retry.as_seconds())?;
            }
            Decision::Released { lease } => e.u8(RELEASED)?.bytes(&lease.0).map(drop)?,
            Decision::Ended { lease, cause } => {
                e.u8(ENDED)?.array(2)?.bytes(&lease.0)?;
                match cause {
                    EndCause::Ordered { by } => e.str(by.as_str())?,
                    EndCause::Revoked => e.null()?,
                    EndCause::FreedByUser => e.bool(true)?,
                };
            }
            Decision::Forgotten { by } => e.u8(FORGOTTEN)?.str(by.as_str()).map(drop)?,
        }
    }
    Ok(())
}

fn write_terms(e: &mut Encoder<Vec<u8>>, terms: &Terms) -> Wrote {
    let Terms { renewal, retry, grace, features } = terms;
    e.array(4)?.u64(renewal.as_seconds())?.u64(retry.as_seconds())?.u64(grace.as_seconds())?;
    e.array(features.len() as u64)?;
    features.iter().try_for_each(|feature| e.str(feature.as_str()).map(drop))
}

fn all_terms(d: &mut Decoder<'_>) -> Result<Vec<Terms>, Error> {
    let count = d.array()?.ok_or_else(damaged)?;
    let terms = |d: &mut Decoder<'_>| {
        array(d, 4)?;
        let (renewal, retry, grace) = (Span::seconds(d.u64()?), Span::seconds(d.u64()?), Span::seconds(d.u64()?));
        Ok(Terms { renewal, retry, grace, features: texts(d)? })
    };
    (0..count).map(|_| terms(d)).collect()
}

pub(super) fn write_counting(e: &mut Encoder<Vec<u8>>, counting: Counting) -> Wrote {
    e.bool(counting == Counting::Counts).map(drop)
}

pub(super) fn counting(d: &mut Decoder<'_>) -> Result<Counting, Error> {
    Ok(if d.bool()? { Counting::Counts } else { Counting::Twin })
}

pub(super) fn write_requests(e: &mut Encoder<Vec<u8>>, requests: &[(ProductId, Timestamp)]) -> Wrote {
    e.map(requests.len() as u64)?;
    requests.iter().try_for_each(|(product, issued)| e.str(product.as_str())?.u64(issued.unix()).map(drop))
}

pub(super) fn requests(d: &mut Decoder<'_>) -> Result<Vec<(ProductId, Timestamp)>, Error> {
    let mut requests: Vec<(ProductId, Timestamp)> = Vec::new();
    for _ in 0..d.map()?.ok_or_else(damaged)? {
        let product = text(d)?;
        if requests.last().is_some_and(|(before, _)| *before >= product) {
            return Err(damaged());
        }
        requests.push((product, Timestamp::from_unix(d.u64()?)));
    }
    Ok(requests)
}

fn write_asked(e: &mut Encoder<Vec<u8>>, asked: &Asked) -> Wrote {
    e.bytes(&asked.request.0)?.u64(asked.issued.unix())?.bytes(&encode_fingerprint(&asked.fingerprint))?;
    match &asked.name {
        Some(name) => e.str(name.as_str())?,
        None => e.null()?,
    };
    write_address(e, asked.address)
}

fn entry(d: &mut Decoder<'_>, names: &Names, at: Timestamp) -> Result<Entry, Error> {
    array(d, 5)?;
    let family = *pick(&names.families, d.u64()?)?;
    let product = *pick(&names.products, d.u64()?)?;
    let client = KeyId(fixed(d)?);
    let decision = match d.u8()? {
        GRANTED => {
            let length = d.array()?;
            let asked = asked(d)?;
            let (lease, expires) = (Cti(fixed(d)?), Timestamp::from_unix(d.u64()?));
            let (count, seal) = (d.u64()?, d.u64()?);
            let fork = if d.bool()? { Fork::Seen } else { Fork::None };
            let (forks, counting, terms) = (d.u64()?, counting(d)?, pick(&names.terms, d.u64()?)?.clone());
            let user = user(d, length, GRANT)?;
            Decision::Granted { asked, lease, expires, count, seal, fork, forks, counting, terms, user }
        }
        REFUSED => {
            array(d, 12)?;
            let (asked, counting) = (asked(d)?, counting(d)?);
            let number = d.u8()?;
            let refusal = refusal_from(number, [d.u64()?, d.u64()?, d.u64()?]).ok_or_else(damaged)?;
            let (answer, retry) = (Cti(fixed(d)?), Span::seconds(d.u64()?));
            Decision::Refused { asked, counting, refusal, answer, retry }
        }
        RELEASED => Decision::Released { lease: Cti(fixed(d)?) },
        ENDED => {
            array(d, 2)?;
            let lease = Cti(fixed(d)?);
            let cause = if d.datatype()? == minicbor::data::Type::Bool {
                d.bool()?.then_some(EndCause::FreedByUser).ok_or_else(damaged)?
            } else {
                optional(d, text)?.map_or(EndCause::Revoked, |by| EndCause::Ordered { by })
            };
            Decision::Ended { lease, cause }
        }
        FORGOTTEN => Decision::Forgotten { by: text(d)? },
        _ => return Err(damaged()),
    };
    Ok(Entry { at, family, client, product, decision })
}

fn asked(d: &mut Decoder<'_>) -> Result<Asked, Error> {
    let (request, issued) = (Cti(fixed(d)?), Timestamp::from_unix(d.u64()?));
    let fingerprint = decode_fingerprint(d.bytes()?).ok_or_else(damaged)?;
    let (name, address) = (optional(d, text)?, optional(d, address)?);
    Ok(Asked { request, issued, fingerprint, name, address })
}

/// The user whose lease it is, after all other members of an array: journals and backups without users stay as they were.
pub(super) fn write_user(e: &mut Encoder<Vec<u8>>, user: Option<UserId>) -> Wrote {
    user.map_or(Ok(()), |user| e.bytes(&user.0).map(drop))
}

/// Reads it, where the array has a member more than `without`.
pub(super) fn user(d: &mut Decoder<'_>, length: Option<u64>, without: u64) -> Result<Option<UserId>, Error> {
    match length {
        Some(length) if length == without => Ok(None),
        Some(length) if length == without + 1 => fixed(d).map(UserId).map(Some),
        Some(_) | None => Err(damaged()),
    }
}

fn distinct<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = Vec::new();
    for item in items {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}

fn position<T: PartialEq>(items: &[T], item: &T) -> u64 {
    items.iter().position(|other| other == item).expect("an item that was collected before") as u64
}

fn pick<T>(items: &[T], at: u64) -> Result<&T, Error> {
    usize::try_from(at).ok().and_then(|at| items.get(at)).ok_or_else(damaged)
}

/// Bytes of a checksum.
const CHECKSUM: usize = 8;
/// Members of a grant to a machine.
const GRANT: u64 = 13;
const GRANTED: u8 = 0;
const REFUSED: u8 = 1;
const RELEASED: u8 = 2;
const ENDED: u8 = 3;
const FORGOTTEN: u8 = 4;

#[cfg(test)]
mod tests {
    use leasehold_core::Refusal;

    use super::*;

    #[test]
    fn no_entries_are_no_bytes() {
        assert_eq!((encode_entries(&[]), decode_entries(&[], Timestamp::from_unix(9)).unwrap()), (vec![], vec![]));
    }

    #[test]
    fn entries_are_read_back_as_they_were() {
        let at = Timestamp::from_unix(9);
        let fingerprint = Fingerprint::new([(Component::SystemUuid, [3; 8]), (Component::Processor, [5; 8])]).unwrap();
        let asked = |name: Option<&str>, address: Option<&str>| Asked {
            request: Cti([1; 16]),
            issued: Timestamp::from_unix(8),
            fingerprint,
            name: name.map(|name| name.parse().unwrap()),
            address: address.map(|address| address.parse().unwrap()),
        };
        let lease = Cti([2; 16]);
        let features = vec!["simulation".parse().unwrap()];
        let terms = Terms { renewal: Span::DAY, retry: Span::HOUR, grace: Span::days(30), features };
        let decisions = [
            Decision::Granted {
                asked: asked(None, Some("::1")),
                lease,
                expires: at,
                count: 5,
                seal: 3,
                fork: Fork::Seen,
                forks: 2,
                counting: Counting::Counts,
                terms: terms.clone(),
                user: None,
            },
            Decision::Granted {
                asked: asked(None, None),
                lease,
                expires: at,
                count: 1,
                seal: 3,
                fork: Fork::None,
                forks: 0,
                counting: Counting::Counts,
                terms: terms.clone(),
                user: Some(UserId([6; 32])),
            },
            Decision::Refused {
                asked: asked(Some("pc"), Some("10.0.0.1")),
                counting: Counting::Twin,
                refusal: Refusal::ThresholdNotMet { count: 1, required: 5, retry: Span::HOUR },
                answer: Cti([3; 16]),
                retry: Span::HOUR,
            },
            Decision::Refused {
                asked: asked(None, None),
                counting: Counting::Counts,
                refusal: Refusal::CloneSuspected,
                answer: Cti([4; 16]),
                retry: Span::DAY,
            },
            Decision::Refused {
                asked: asked(None, None),
                counting: Counting::Counts,
                refusal: Refusal::DevicesReached { devices: 2, retry: Span::DAY },
                answer: Cti([5; 16]),
                retry: Span::DAY,
            },
            Decision::Released { lease: Cti([7; 16]) },
            Decision::Ended { lease: Cti([8; 16]), cause: EndCause::Revoked },
            Decision::Ended { lease: Cti([8; 16]), cause: EndCause::FreedByUser },
            Decision::Ended { lease: Cti([8; 16]), cause: EndCause::Ordered { by: "ann".parse().unwrap() } },
            Decision::Forgotten { by: "bob".parse().unwrap() },
        ];
        let entries: Vec<Entry> = decisions
            .into_iter()
            .enumerate()
            .map(|(n, decision)| {
                let product = if n % 2 == 0 { "a" } else { "b" };
                let (family, product) = ("f".parse().unwrap(), product.parse().unwrap());
                Entry { at, family, client: KeyId([4; 16]), product, decision }
            })
            .collect();
        let bytes = encode_entries(&entries);
        assert_eq!(decode_entries(&bytes, at).unwrap(), entries);
        for bit in 0..8 * bytes.len() {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(decode_entries(&flipped, at).is_err(), "bit {bit}");
        }
        assert!(decode_entries(&bytes, Timestamp::from_unix(10)).is_err(), "of another time");
        assert_eq!(decode_entries(&[], at).unwrap(), [], "pruned");
    }
}
