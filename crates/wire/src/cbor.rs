//! The pieces of CBOR that documents are made of.
//!
//! Readers take any well-formed encoding of the value they expect; that an input is the *deterministic* encoding of
//! its value is decided in one place, by writing the value again and comparing ([`crate::envelope`]).

use alloc::vec::Vec;
use core::convert::Infallible;
use core::str::FromStr;

use leasehold_core::{Component, Fingerprint, Grant, Policy, ProductId, ProductNumber, Span, Text, Timestamp};

use crate::reason::Malformed;

pub(crate) type Encoder = minicbor::Encoder<Vec<u8>>;
pub(crate) type Decoder<'b> = minicbor::Decoder<'b>;
pub(crate) type Wrote = Result<(), minicbor::encode::Error<Infallible>>;

/// What `write` writes; memory takes everything.
pub(crate) fn to_vec(write: impl FnOnce(&mut Encoder) -> Wrote) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::with_capacity(512));
    write(&mut encoder).expect("writing to memory cannot fail");
    encoder.into_writer()
}

/// The number of entries of a map; indefinite ones are refused.
pub(crate) fn map(d: &mut Decoder<'_>) -> Result<u64, Malformed> {
    d.map()?.ok_or(Malformed("a map of indefinite length"))
}

/// The number of items of an array; indefinite ones are refused.
pub(crate) fn array(d: &mut Decoder<'_>) -> Result<u64, Malformed> {
    d.array()?.ok_or(Malformed("an array of indefinite length"))
}

pub(crate) fn fixed<const N: usize>(d: &mut Decoder<'_>) -> Result<[u8; N], Malformed> {
    d.bytes()?.try_into().map_err(|_| Malformed("a byte string of the wrong length"))
}

pub(crate) fn time(d: &mut Decoder<'_>) -> Result<Timestamp, Malformed> {
    Ok(Timestamp::from_unix(d.u64()?))
}

pub(crate) fn span(d: &mut Decoder<'_>) -> Result<Span, Malformed> {
    Ok(Span::seconds(d.u64()?))
}

pub(crate) fn product_number(d: &mut Decoder<'_>) -> Result<ProductNumber, Malformed> {
    d.u64()?.try_into().map_err(|_| Malformed("a product number of more than 20 bits"))
}

/// A text with rules of its own: an id, a name, a product key.
pub(crate) fn parsed<T: FromStr>(d: &mut Decoder<'_>) -> Result<T, Malformed> {
    d.str()?.parse().map_err(|_| Malformed("a text that is not of the form its place asks for"))
}

pub(crate) fn need<T>(member: Option<T>) -> Result<T, Malformed> {
    member.ok_or(Malformed("a member is missing"))
}

/// A number that counts from 1.
pub(crate) fn from_one(d: &mut Decoder<'_>) -> Result<u64, Malformed> {
    match d.u64()? {
        0 => Err(Malformed("a zero where numbers count from 1")),
        number => Ok(number),
    }
}

pub(crate) const NOT_SORTED: Malformed = Malformed("a map whose keys are not sorted, or one that stands twice");
pub(crate) const UNKNOWN_MEMBER: Malformed = Malformed("a member that this document does not have");

/// Reads `[+ item]`, allocating for what is there, not for what the head announces.
pub(crate) fn list<'b, T>(
    d: &mut Decoder<'b>,
    mut item: impl FnMut(&mut Decoder<'b>) -> Result<T, Malformed>,
) -> Result<Vec<T>, Malformed> {
    let mut items = Vec::new();
    for _ in 0..array(d)? {
        items.push(item(d)?);
    }
    Ok(items)
}

pub(crate) fn some<T>(items: Vec<T>) -> Result<Vec<T>, Malformed> {
    if items.is_empty() { Err(Malformed("a list that may not be empty is")) } else { Ok(items) }
}

pub(crate) fn fingerprint(d: &mut Decoder<'_>) -> Result<Fingerprint, Malformed> {
    let mut hashes = [(Component::MachineId, [0; 8]); 6];
    let count = usize::try_from(map(d)?).unwrap_or(usize::MAX);
    let present = hashes.get_mut(..count).ok_or(Malformed("a fingerprint of more than six components"))?;
    for (component, hash) in present.iter_mut() {
        *component = Component::from_number(d.u64()?).ok_or(UNKNOWN_MEMBER)?;
        *hash = fixed(d)?;
    }
    Fingerprint::new(present.iter().copied()).map_err(|_| Malformed("a fingerprint without components"))
}

pub(crate) fn write_fingerprint(e: &mut Encoder, fingerprint: &Fingerprint) -> Wrote {
    e.map(fingerprint.iter().count() as u64)?;
    for (component, hash) in fingerprint.iter() {
        e.u8(component.number())?.bytes(hash)?;
    }
    Ok(())
}

pub(crate) fn texts(d: &mut Decoder<'_>) -> Result<Vec<Text>, Malformed> {
    some(list(d, parsed)?)
}

pub(crate) fn write_texts(e: &mut Encoder, texts: &[Text]) -> Wrote {
    e.array(texts.len() as u64)?;
    texts.iter().try_for_each(|text| e.str(text.as_str()).map(drop))
}

pub(crate) fn grants(d: &mut Decoder<'_>) -> Result<Vec<Grant>, Malformed> {
    some(list(d, grant)?)
}

pub(crate) fn write_grants(e: &mut Encoder, grants: &[Grant]) -> Wrote {
    e.array(grants.len() as u64)?;
    grants.iter().try_for_each(|grant| write_grant(e, grant))
}

fn grant(d: &mut Decoder<'_>) -> Result<Grant, Malformed> {
    let (mut family, mut products, mut drift) = (None, None, None);
    let (mut threshold, [mut window, mut validity, mut renewal, mut retry, mut grace]) = (None, [None; 5]);
    let mut policy = Policy { features: Vec::new(), ..Policy::default() };
    for _ in 0..map(d)? {
        match d.u64()? {
            1 => family = Some(parsed(d)?),
            2 => products = Some(products_of(d)?),
            3 => threshold = Some(d.u64()?),
            4 => window = Some(span(d)?),
            5 => validity = Some(span(d)?),
            6 => renewal = Some(span(d)?),
            7 => retry = Some(span(d)?),
            8 => grace = Some(span(d)?),
            9 => policy.capacity = Some(d.u64()?),
            10 => drift = Some(d.u64()?),
            11 => policy.end = Some(time(d)?),
            12 => policy.features = texts(d)?,
            13 => policy.devices = Some(from_one(d)?),
            _ => return Err(UNKNOWN_MEMBER),
        }
    }
    (policy.threshold, policy.drift) = (need(threshold)?, need(drift)?);
    (policy.window, policy.validity) = (need(window)?, need(validity)?);
    (policy.renewal, policy.retry, policy.grace) = (need(renewal)?, need(retry)?, need(grace)?);
    Ok(Grant { family: need(family)?, products: need(products)?, policy })
}

fn products_of(d: &mut Decoder<'_>) -> Result<Vec<(ProductId, ProductNumber)>, Malformed> {
    let mut products = Vec::new();
    for _ in 0..map(d)? {
        if products.len() == 256 {
            return Err(Malformed("a grant of more than 256 products"));
        }
        let id: ProductId = parsed(d)?;
        if products.last().is_some_and(|(before, _)| *before >= id) {
            return Err(NOT_SORTED);
        }
        let number = product_number(d)?;
        products.push((id, number));
    }
    some(products)
}

fn write_grant(e: &mut Encoder, grant: &Grant) -> Wrote {
    let policy = &grant.policy;
    let optional =
        [policy.capacity.is_some(), policy.end.is_some(), !policy.features.is_empty(), policy.devices.is_some()];
    e.map(9 + optional.into_iter().map(u64::from).sum::<u64>())?;
    e.u8(1)?.str(grant.family.as_str())?;
    e.u8(2)?.map(grant.products.len() as u64)?;
    for (id, number) in &grant.products {
        e.str(id.as_str())?.u32(number.value())?;
    }
    e.u8(3)?.u64(policy.threshold)?.u8(4)?.u64(policy.window.as_seconds())?;
    e.u8(5)?.u64(policy.validity.as_seconds())?.u8(6)?.u64(policy.renewal.as_seconds())?;
    e.u8(7)?.u64(policy.retry.as_seconds())?.u8(8)?.u64(policy.grace.as_seconds())?;
    if let Some(capacity) = policy.capacity {
        e.u8(9)?.u64(capacity)?;
    }
    e.u8(10)?.u64(policy.drift)?;
    if let Some(end) = policy.end {
        e.u8(11)?.u64(end.unix())?;
    }
    if !policy.features.is_empty() {
        e.u8(12)?;
        write_texts(e, &policy.features)?;
    }
    if let Some(devices) = policy.devices {
        e.u8(13)?.u64(devices)?;
    }
    Ok(())
}
