//! Leases and refusals as a journal has them: what many of them say alike once, as terms, and of each what is its own. With the time
//! of their seal both lead to the document, byte by byte.

use alloc::vec::Vec;

use leasehold_core::{Component, Cti, FamilyId, Fingerprint, KeyId, ProductId, Span, Text, Timestamp};

use super::strict::Reader;
use crate::cbor::{Encoder, Wrote};
use crate::document::{Lease, Method, RefusalReason, SealedRefusal};
use crate::reason::Malformed;

/// What many leases or refusals say alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Terms {
    Lease(LeaseTerms),
    Refusal(RefusalTerms),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LeaseTerms {
    family: FamilyId,
    product: ProductId,
    renewal: Span,
    retry: Span,
    grace: Span,
    method: Method,
    features: Vec<Text>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RefusalTerms {
    family: FamilyId,
    product: ProductId,
    reason: RefusalReason,
    retry: Span,
}

/// A document that is written into a journal.
pub(super) trait Journalled {
    /// Its terms.
    fn terms(&self) -> Terms;

    /// Writes what is its own; `terms` is the number of its terms.
    fn write(&self, e: &mut Encoder, terms: u64) -> Wrote;
}

impl Journalled for Lease {
    fn terms(&self) -> Terms {
        Terms::Lease(LeaseTerms {
            family: self.family,
            product: self.product,
            renewal: self.renewal,
            retry: self.retry,
            grace: self.grace,
            method: self.method,
            features: self.features.clone(),
        })
    }

    fn write(&self, e: &mut Encoder, terms: u64) -> Wrote {
        e.array(6 + u64::from(self.count.is_some()))?.u64(terms)?;
        e.bytes(&self.client.0)?.bytes(&self.cti.0)?.bytes(&self.request.0)?;
        e.u64(self.expires.map_or(0, Timestamp::unix))?;
        write_fingerprint(e, &self.fingerprint)?;
        self.count.map_or(Ok(()), |count| e.u64(count).map(drop))
    }
}

impl Journalled for SealedRefusal {
    fn terms(&self) -> Terms {
        let Self { family, product, reason, retry, .. } = *self;
        Terms::Refusal(RefusalTerms { family, product, reason, retry })
    }

    fn write(&self, e: &mut Encoder, terms: u64) -> Wrote {
        let more = [self.count, self.limit];
        e.array(4 + more.iter().flatten().count() as u64)?.u64(terms)?;
        e.bytes(&self.client.0)?.bytes(&self.cti.0)?.bytes(&self.request.0)?;
        more.into_iter().flatten().try_for_each(|number| e.u64(number).map(drop))
    }
}

impl Terms {
    /// Writes the members of their item.
    pub(super) fn write(&self, e: &mut Encoder) -> Wrote {
        match self {
            Self::Lease(LeaseTerms { family, product, renewal, retry, grace, method, features }) => {
                e.array(8)?.u8(LEASE_TERMS)?.str(family.as_str())?.str(product.as_str())?;
                e.u64(renewal.as_seconds())?.u64(retry.as_seconds())?.u64(grace.as_seconds())?.u8(*method as u8)?;
                e.array(features.len() as u64)?;
                features.iter().try_for_each(|feature| e.str(feature.as_str()).map(drop))
            }
            Self::Refusal(RefusalTerms { family, product, reason, retry }) => {
                e.array(5)?.u8(REFUSAL_TERMS)?.str(family.as_str())?.str(product.as_str())?;
                e.u8(*reason as u8)?.u64(retry.as_seconds()).map(drop)
            }
        }
    }

    pub(super) fn read_lease(d: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (family, product) = (d.parsed()?, d.parsed()?);
        let (renewal, retry, grace) = (Span::seconds(d.uint()?), Span::seconds(d.uint()?), Span::seconds(d.uint()?));
        let method = match d.uint()? {
            0 => Method::Host,
            3 => Method::Subscription,
            _ => return Err(Malformed("a method that no host grants by")),
        };
        let mut features = Vec::new();
        for _ in 0..d.array()? {
            features.push(d.parsed()?);
        }
        Ok(Self::Lease(LeaseTerms { family, product, renewal, retry, grace, method, features }))
    }

    pub(super) fn read_refusal(d: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (family, product) = (d.parsed()?, d.parsed()?);
        let reason = RefusalReason::from_number(d.uint()?)?;
        Ok(Self::Refusal(RefusalTerms { family, product, reason, retry: Span::seconds(d.uint()?) }))
    }
}

/// Which terms a document has, among those given so far; noted as used.
pub(super) fn terms_of<'t>(d: &mut Reader<'_>, terms: &'t [Terms], used: &mut [bool]) -> Result<&'t Terms, Malformed> {
    let at = usize::try_from(d.uint()?).unwrap_or(usize::MAX);
    let found = terms.get(at).ok_or(Malformed("terms that were not given before"))?;
    if let Some(used) = used.get_mut(at) {
        *used = true;
    }
    Ok(found)
}

/// A lease of a seal of `issued`, after the head of its array.
pub(super) fn lease(d: &mut Reader<'_>, members: u64, issued: Timestamp, terms: &Terms) -> Result<Lease, Malformed> {
    let Terms::Lease(terms) = terms else { return Err(Malformed("a lease with the terms of a refusal")) };
    let (client, cti, request) = (KeyId(d.fixed()?), Cti(d.fixed()?), Cti(d.fixed()?));
    let (expires, fingerprint) = (Timestamp::from_unix(d.uint()?), fingerprint(d)?);
    let count = match members {
        6 => None,
        7 => Some(d.uint()?),
        _ => return Err(Malformed("a lease that does not have six or seven members")),
    };
    Ok(Lease {
        issued,
        expires: Some(expires),
        cti,
        client,
        product: terms.product,
        family: terms.family,
        renewal: terms.renewal,
        retry: terms.retry,
        grace: terms.grace,
        fingerprint,
        request,
        count,
        method: terms.method,
        features: terms.features.clone(),
    })
}

/// A refusal of a seal of `issued`, after the head of its array.
pub(super) fn refusal(
    d: &mut Reader<'_>,
    members: u64,
    issued: Timestamp,
    terms: &Terms,
) -> Result<SealedRefusal, Malformed> {
    let Terms::Refusal(terms) = terms else { return Err(Malformed("a refusal with the terms of a lease")) };
    let (client, cti, request) = (KeyId(d.fixed()?), Cti(d.fixed()?), Cti(d.fixed()?));
    let (count, limit) = match (terms.reason, members) {
        (RefusalReason::CloneSuspected, 4) => (None, None),
        (RefusalReason::ThresholdNotMet, 6) => (Some(d.uint()?), Some(d.uint()?)),
        (RefusalReason::CapacityReached | RefusalReason::DevicesReached, 5) => (None, Some(d.uint()?)),
        (_, _) => return Err(Malformed("a refusal with other members than its reason has")),
    };
    let RefusalTerms { family, product, reason, retry } = *terms;
    Ok(SealedRefusal { issued, cti, client, product, family, request, reason, retry, count, limit })
}

/// A byte with a bit for each component, the first lowest, then eight bytes of each.
fn write_fingerprint(e: &mut Encoder, fingerprint: &Fingerprint) -> Wrote {
    let mut bytes = [0; 49];
    let mut length = 1;
    for (component, hash) in fingerprint.iter() {
        bytes[0] |= 1 << (component.number() - 1);
        bytes[length..length + 8].copy_from_slice(hash);
        length += 8;
    }
    e.bytes(&bytes[..length]).map(drop)
}

fn fingerprint(d: &mut Reader<'_>) -> Result<Fingerprint, Malformed> {
    const WRONG: Malformed = Malformed("not a fingerprint");
    let (present, hashes) = d.bytes()?.split_first().ok_or(WRONG)?;
    let (hashes, rest) = hashes.as_chunks::<8>();
    if present >> Component::ALL.len() != 0 || present.count_ones() as usize != hashes.len() || !rest.is_empty() {
        return Err(WRONG);
    }
    let components = Component::ALL.into_iter().filter(|component| present >> (component.number() - 1) & 1 == 1);
    Fingerprint::new(components.zip(hashes.iter().copied())).map_err(|_| WRONG)
}

/// The kinds of the items that terms are in.
pub(super) const LEASE_TERMS: u8 = 2;
pub(super) const REFUSAL_TERMS: u8 = 3;
