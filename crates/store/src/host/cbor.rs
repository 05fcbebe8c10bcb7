//! What the bytes of journals and records are made of (CBOR, RFC 8949): each value in one form, others are damage.

use std::net::IpAddr;

use minicbor::decode::Error;
use minicbor::{Decoder, Encoder};

pub(super) type Wrote = Result<(), minicbor::encode::Error<std::convert::Infallible>>;

pub(super) fn write_address(e: &mut Encoder<Vec<u8>>, address: Option<IpAddr>) -> Wrote {
    match address {
        Some(IpAddr::V4(address)) => e.bytes(&address.octets())?,
        Some(IpAddr::V6(address)) => e.bytes(&address.octets())?,
        None => e.null()?,
    };
    Ok(())
}

/// A value, or null where there is none.
pub(super) fn optional<T>(
    d: &mut Decoder<'_>,
    read: impl Fn(&mut Decoder<'_>) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    if present(d)? { read(d).map(Some) } else { Ok(None) }
}

pub(super) fn text<T: std::str::FromStr>(d: &mut Decoder<'_>) -> Result<T, Error> {
    d.str()?.parse().map_err(|_| damaged())
}

pub(super) fn present(d: &mut Decoder<'_>) -> Result<bool, Error> {
    let absent = d.datatype()? == minicbor::data::Type::Null;
    if absent {
        d.null()?;
    }
    Ok(!absent)
}

pub(super) fn address(d: &mut Decoder<'_>) -> Result<IpAddr, Error> {
    let octets = d.bytes()?;
    let v4 = <[u8; 4]>::try_from(octets).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(octets).map(IpAddr::from)).map_err(|_| damaged())
}

pub(super) fn texts<T: std::str::FromStr>(d: &mut Decoder<'_>) -> Result<Vec<T>, Error> {
    let count = d.array()?.ok_or_else(damaged)?;
    (0..count).map(|_| text(d)).collect()
}

pub(super) fn array(d: &mut Decoder<'_>, length: u64) -> Result<(), Error> {
    if d.array()? == Some(length) { Ok(()) } else { Err(damaged()) }
}

pub(super) fn fixed<const N: usize>(d: &mut Decoder<'_>) -> Result<[u8; N], Error> {
    d.bytes()?.try_into().map_err(|_| damaged())
}

pub(super) fn damaged() -> Error {
    Error::message("not a journal entry")
}
