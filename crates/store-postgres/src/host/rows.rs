//! Rows as values.

use std::net::IpAddr;

use leasehold_core::{Counting, Cti, Held, LeaseEnd, Timestamp, UserId};
use leasehold_store::host::{LeaseRow, SealKind, SealRow, Sighting, decode_fingerprint, decode_requests};
use tokio_postgres::Row;

use crate::failure::Fault;

/// A client, from the column `from` on.
pub(super) fn sighting(row: &Row, from: usize) -> Result<Sighting, Fault> {
    let fingerprint: &[u8] = row.try_get(from + 2)?;
    let name: Option<&str> = row.try_get(from + 3)?;
    let address: Option<IpAddr> = row.try_get(from + 4)?;
    Ok(Sighting {
        first: time(row, from)?,
        last: time(row, from + 1)?,
        fingerprint: decode_fingerprint(fingerprint).ok_or_else(|| Fault::damaged("a fingerprint"))?,
        name: name.map(str::parse).transpose().map_err(|_| Fault::damaged("a host name"))?,
        address,
        counting: if row.try_get(from + 5)? { Counting::Counts } else { Counting::Twin },
        requests: decode_requests(row.try_get(from + 6)?).ok_or_else(|| Fault::damaged("the times of requests"))?,
    })
}

/// A lease, from the column `from` on.
pub(super) fn lease(row: &Row, from: usize) -> Result<LeaseRow, Fault> {
    let released: Option<&[u8]> = row.try_get(from + 6)?;
    let released = released.map(|release| release.try_into().map(Cti)).transpose();
    let (expires, end) = (time(row, from + 3)?, LeaseEnd::of(row.try_get(from + 7)?));
    let user: Option<&[u8]> = row.try_get(from + 8)?;
    let user = user.map(|user| user.try_into().map(UserId)).transpose().map_err(|_| Fault::damaged("a user"))?;
    let held = Held { lease: Cti(bytes(row, from)?), request: Cti(bytes(row, from + 1)?), expires, end, user };
    Ok(LeaseRow {
        held,
        issued: time(row, from + 2)?,
        seal: unsigned(row, from + 4)?,
        forks: unsigned(row, from + 5)?,
        released: released.map_err(|_| Fault::damaged("a release"))?,
    })
}

/// A seal, from the column `from` on.
pub(super) fn seal(row: &Row, from: usize) -> Result<SealRow, Fault> {
    let leaves: &[u8] = row.try_get(from + 6)?;
    let (leaves, rest) = leaves.as_chunks::<32>();
    if !rest.is_empty() {
        return Err(Fault::damaged("a seal's leaves"));
    }
    let kind = u8::try_from(row.try_get::<_, i32>(from + 7)?).ok().and_then(SealKind::from_number);
    Ok(SealRow {
        kind: kind.ok_or_else(|| Fault::damaged("what a seal covers"))?,
        number: unsigned(row, from)?,
        previous: bytes(row, from + 1)?,
        root: bytes(row, from + 2)?,
        seal: bytes(row, from + 3)?,
        signature: bytes(row, from + 4)?,
        at: time(row, from + 5)?,
        size: unsigned(row, from + 8)?,
        leaves: leaves.to_vec(),
    })
}

pub(super) fn bytes<const N: usize>(row: &Row, at: usize) -> Result<[u8; N], Fault> {
    let bytes: &[u8] = row.try_get(at)?;
    bytes.try_into().map_err(|_| Fault::damaged("the length of a value"))
}

pub(super) fn unsigned(row: &Row, at: usize) -> Result<u64, Fault> {
    let value: i64 = row.try_get(at)?;
    u64::try_from(value).map_err(|_| Fault::damaged("a negative number"))
}

pub(super) fn time(row: &Row, at: usize) -> Result<Timestamp, Fault> {
    unsigned(row, at).map(Timestamp::from_unix)
}

/// A number as the database keeps it; what does not fit is as good as never.
pub(super) fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
