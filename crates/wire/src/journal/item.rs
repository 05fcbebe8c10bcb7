//! The items of a part.

use leasehold_core::{KeyId, Timestamp};

use super::entry::{LEASE_TERMS, REFUSAL_TERMS, Terms};
use super::strict::Reader;
use super::{MAX_DOCUMENTS, NAME, Tips};
use crate::cbor::{Encoder, Wrote};
use crate::document::Typ;
use crate::envelope::MAX_BYTES;
use crate::reason::Malformed;
use crate::seal::{Hash, Tip};

/// An item, its documents not read yet.
#[derive(Debug)]
pub(super) enum Item<'b> {
    /// A part begins where these chains end.
    Begin(Tips),
    /// A host certificate, and the authority's that signed it.
    Certificate(&'b [u8], &'b [u8]),
    /// Terms of leases or refusals.
    Terms(Terms),
    /// A seal with the documents that it covers.
    Sealed(Sealed<'b>),
    /// A seal whose documents were pruned.
    Pruned(u64, u64, Pruned, [u8; 64]),
    /// The part ends: where the chains end now, and the digest of all of the part before.
    End(Tips, Hash),
}

/// A seal with the documents that it covers.
#[derive(Debug)]
pub(super) struct Sealed<'b> {
    pub(super) typ: Typ,
    /// Which of the hosts that certificates have introduced.
    pub(super) host: u64,
    pub(super) number: u64,
    pub(super) at: Timestamp,
    pub(super) signature: [u8; 64],
    pub(super) count: u64,
    /// The documents.
    pub(super) rest: Reader<'b>,
}

/// What is left of a batch whose documents were pruned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pruned {
    /// What they were: leases or refusals.
    pub typ: Typ,
    /// How many.
    pub size: u64,
    /// The root of their tree.
    pub root: Hash,
}

impl<'b> Item<'b> {
    /// Reads an item; documents are read by who knows their terms.
    pub(super) fn read(bytes: &'b [u8]) -> Result<Self, Malformed> {
        let mut d = Reader::new(bytes);
        let (members, kind) = (d.array()?, d.uint()?);
        let item = match (u8::try_from(kind).unwrap_or(u8::MAX), members) {
            (BEGIN, 3) => Self::Begin(begin(&mut d)?),
            (CERTIFICATE, 3) => {
                let (host, authority) = (d.bytes()?, d.bytes()?);
                Self::Certificate(host, authority)
            }
            (LEASE_TERMS, 8) => within(bytes, MAX_BYTES).and_then(|()| Terms::read_lease(&mut d)).map(Self::Terms)?,
            (REFUSAL_TERMS, 5) => Terms::read_refusal(&mut d).map(Self::Terms)?,
            (LEASES, 6) => return sealed(d, Typ::Lease),
            (REFUSALS, 6) => return sealed(d, Typ::Refusal),
            (PRUNED, 7) => {
                let (host, number) = (d.uint()?, d.count_from_one()?);
                let typ = match d.uint()? {
                    0 => Typ::Lease,
                    1 => Typ::Refusal,
                    _ => return Err(Malformed("a kind of seal that there is not")),
                };
                let pruned = Pruned { typ, size: d.count_from_one()?, root: d.fixed()? };
                Self::Pruned(host, number, pruned, d.fixed()?)
            }
            (END, 3) => Self::End(tips(&mut d)?, d.fixed()?),
            _ => return Err(Malformed("an item that this version of journals does not have")),
        };
        d.end()?;
        Ok(item)
    }
}

/// What an item says it is, read by who believes nothing of it: to find the end of a file, or where a missing seal stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Glimpse {
    /// The beginning of a part.
    Begin,
    /// A seal of the host of this number.
    Seal(u64, u64),
    /// The end of a part, where the chains stand so.
    End(Tips),
    /// Anything else.
    Other,
}

/// Looks at an item without believing it.
///
/// # Errors
/// [`Malformed`] where it is none.
pub fn glimpse(item: &[u8]) -> Result<Glimpse, Malformed> {
    Ok(match Item::read(item)? {
        Item::Sealed(sealed) => Glimpse::Seal(sealed.host, sealed.number),
        Item::Pruned(host, number, ..) => Glimpse::Seal(host, number),
        Item::End(tips, _) => Glimpse::End(tips),
        Item::Begin(_) => Glimpse::Begin,
        Item::Certificate(..) | Item::Terms(_) => Glimpse::Other,
    })
}

fn begin(d: &mut Reader<'_>) -> Result<Tips, Malformed> {
    let name: leasehold_core::Text = d.parsed()?;
    if name.as_str() != NAME {
        return Err(Malformed("a part of a journal of another version"));
    }
    tips(d)
}

fn sealed(mut d: Reader<'_>, typ: Typ) -> Result<Item<'_>, Malformed> {
    let (host, number, at) = (d.uint()?, d.count_from_one()?, Timestamp::from_unix(d.uint()?));
    let (signature, count) = (d.fixed()?, d.array()?);
    if count == 0 || count > MAX_DOCUMENTS as u64 {
        return Err(Malformed("a seal over no document, or over more than a journal has in one"));
    }
    Ok(Item::Sealed(Sealed { typ, host, number, at, signature, count, rest: d }))
}

fn tips(d: &mut Reader<'_>) -> Result<Tips, Malformed> {
    let mut tips = Tips::new();
    for _ in 0..d.array()? {
        d.array_of(3)?;
        let host = KeyId(d.fixed()?);
        if tips.last().is_some_and(|(before, _)| *before >= host) {
            return Err(crate::cbor::NOT_SORTED);
        }
        tips.push((host, Tip { number: d.count_from_one()?, seal: d.fixed()? }));
    }
    Ok(tips)
}

pub(super) fn write_tips(e: &mut Encoder, tips: &[(KeyId, Tip)]) -> Wrote {
    e.array(tips.len() as u64)?;
    tips.iter().try_for_each(|(host, tip)| e.array(3)?.bytes(&host.0)?.u64(tip.number)?.bytes(&tip.seal).map(drop))
}

fn within(bytes: &[u8], most: usize) -> Result<(), Malformed> {
    if bytes.len() <= most { Ok(()) } else { Err(Malformed("terms that are longer than any document")) }
}

pub(super) const BEGIN: u8 = 0;
pub(super) const CERTIFICATE: u8 = 1;
pub(super) const LEASES: u8 = 4;
pub(super) const REFUSALS: u8 = 5;
pub(super) const PRUNED: u8 = 6;
pub(super) const END: u8 = 7;
