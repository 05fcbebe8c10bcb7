//! Rows as values.

use std::collections::{BTreeSet, HashMap};
use std::str::FromStr;

use leasehold_core::{Counting, Cti, Fingerprint, Held, KeyId, LeaseEnd, Timestamp, UserId};
use leasehold_store::StoreError;
use leasehold_store::host::{
    ClientRow, LeaseRow, Sighting, decode_fingerprint, decode_requests, encode_fingerprint, encode_requests,
};
use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, Row, Transaction};

use super::overlay::{ClientKey, LeaseKey, Overlay};
use super::sql::{blob_of, get, integer, key_id, parsed, run, time, unsigned};
use crate::open::{damaged, failed};

/// Ids of families and products with their numbers in the tables.
#[derive(Debug, Default)]
pub(super) struct Names {
    by_text: HashMap<String, i64>,
}

impl Names {
    pub(super) fn load(connection: &Connection) -> Result<Self, StoreError> {
        let mut statement = connection.prepare(include_str!("../../sql/host/names.sql")).map_err(failed)?;
        let rows = statement.query_map((), |row| Ok((row.get(1)?, row.get(0)?))).map_err(failed)?;
        Ok(Self { by_text: rows.collect::<Result<_, _>>().map_err(failed)? })
    }

    pub(super) fn find(&self, text: &str) -> Option<i64> {
        self.by_text.get(text).copied()
    }

    pub(super) fn extend(&mut self, added: Vec<(i64, String)>) {
        self.by_text.extend(added.into_iter().map(|(id, text)| (text, id)));
    }

    pub(super) fn text<T: FromStr>(&self, id: i64) -> Result<T, StoreError> {
        let found = self.by_text.iter().find(|(_, other)| **other == id);
        found.and_then(|(text, _)| text.parse().ok()).ok_or_else(|| damaged("a name"))
    }
}

pub(super) fn add_name(transaction: &Transaction<'_>, text: &str) -> Result<i64, StoreError> {
    transaction.query_row(include_str!("../../sql/host/add_name.sql"), (text,), |row| row.get(0)).map_err(failed)
}

/// A client of a family: the overlay's row, or the table's.
pub(super) fn sighting(
    connection: &Connection,
    overlay: &Overlay,
    key: ClientKey,
) -> Result<Option<Sighting>, StoreError> {
    if let Some(sighting) = overlay.sighting(&key) {
        return Ok(Some(sighting.clone()));
    }
    let mut statement = connection.prepare_cached(include_str!("../../sql/host/client.sql")).map_err(failed)?;
    let mut found = statement.query((key.0.0.as_slice(), key.1)).map_err(failed)?;
    found.next().map_err(failed)?.map(sighting_of).transpose()
}

/// The clients of a family that count and have `fingerprint`, by the overlay and the table, with when they last asked.
pub(super) fn counting(
    connection: &Connection,
    overlay: &Overlay,
    family: i64,
    fingerprint: &Fingerprint,
) -> Result<Vec<(KeyId, Timestamp)>, StoreError> {
    let mut clients: BTreeSet<KeyId> = overlay.counting(family, fingerprint).collect();
    let mut statement = connection.prepare_cached(include_str!("../../sql/host/counting.sql")).map_err(failed)?;
    let mut found = statement.query((family, encode_fingerprint(fingerprint))).map_err(failed)?;
    while let Some(row) = found.next().map_err(failed)? {
        clients.insert(key_id(row, 0)?);
    }
    let mut counting = Vec::new();
    for client in clients {
        // The table may be behind the overlay.
        let row = sighting(connection, overlay, (client, family))?;
        let counts = |row: &Sighting| row.may_count() && row.fingerprint == *fingerprint;
        counting.extend(row.filter(counts).map(|row| (client, row.last)));
    }
    Ok(counting)
}

/// A client's last lease for a product: the overlay's row, or the table's.
pub(super) fn lease(connection: &Connection, overlay: &Overlay, key: LeaseKey) -> Result<Option<LeaseRow>, StoreError> {
    if let Some(lease) = overlay.lease_of(&key) {
        return Ok(Some(*lease));
    }
    let mut statement = connection.prepare_cached(include_str!("../../sql/host/lease.sql")).map_err(failed)?;
    let mut found = statement.query((key.0.0.as_slice(), key.1, key.2)).map_err(failed)?;
    found.next().map_err(failed)?.map(|row| lease_of(row, 0)).transpose()
}

/// The leases of a user that are live at `now`: the overlay's, and the table's that the overlay does not have.
pub(super) fn leases_of_user(
    connection: &Connection,
    overlay: &Overlay,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<(LeaseKey, LeaseRow)>, StoreError> {
    let mut keys: BTreeSet<LeaseKey> = overlay.leases_of_user(user).collect();
    let mut statement = connection.prepare_cached(include_str!("../../sql/host/leases_of_user.sql")).map_err(failed)?;
    let mut found = statement.query((user.0.as_slice(), integer(now.unix()))).map_err(failed)?;
    while let Some(row) = found.next().map_err(failed)? {
        keys.insert((key_id(row, 0)?, get(row, 1)?, get(row, 2)?));
    }
    let mut leases = Vec::new();
    for key in keys {
        // The table may be behind the overlay.
        let row = lease(connection, overlay, key)?;
        leases.extend(row.filter(|row| row.held.user == Some(user) && row.held.runs_at(now)).map(|row| (key, row)));
    }
    Ok(leases)
}

/// Reads clients with a lease each: one statement for all of them, as what is decided waits for it.
pub(super) struct ClientReader<'s> {
    statement: CachedStatement<'s>,
    overlay: &'s Overlay,
}

impl<'s> ClientReader<'s> {
    pub(super) fn new(connection: &'s Connection, overlay: &'s Overlay) -> Result<Self, StoreError> {
        let sql = include_str!("../../sql/host/client_and_lease.sql");
        Ok(Self { statement: connection.prepare_cached(sql).map_err(failed)?, overlay })
    }

    /// A client of a family and its last lease for a product: the overlay's rows, or the tables'.
    pub(super) fn read(
        &mut self,
        (client, family): ClientKey,
        product: Option<i64>,
    ) -> Result<(Option<Sighting>, Option<LeaseRow>), StoreError> {
        let sighting = self.overlay.sighting(&(client, family)).cloned();
        let lease = product.and_then(|product| self.overlay.lease_of(&(client, family, product)).copied());
        if sighting.is_some() && (lease.is_some() || product.is_none()) {
            return Ok((sighting, lease));
        }
        let mut found = self.statement.query((client.0.as_slice(), family, product)).map_err(failed)?;
        let Some(row) = found.next().map_err(failed)? else { return Ok((sighting, lease)) };
        let has_lease = row.get_ref(LEASE).map_err(failed)? != ValueRef::Null;
        Ok((
            Some(sighting.map_or_else(|| sighting_of(row), Ok)?),
            match lease {
                None if has_lease => Some(lease_of(row, LEASE)?),
                lease => lease,
            },
        ))
    }
}

/// The column of `client_and_lease` that the lease begins with.
const LEASE: usize = 7;

pub(super) fn put_client(transaction: &Transaction<'_>, key: ClientKey, sighting: &Sighting) -> Result<(), StoreError> {
    let params = (
        key.0.0.as_slice(),
        key.1,
        integer(sighting.first.unix()),
        integer(sighting.last.unix()),
        encode_fingerprint(&sighting.fingerprint),
        sighting.name.as_ref().map(leasehold_core::Text::as_str),
        sighting.address.map(|address| address.to_string()),
        sighting.counting == Counting::Counts,
        encode_requests(&sighting.requests),
    );
    run(transaction, include_str!("../../sql/host/put_client.sql"), params)
}

pub(super) fn put_lease(transaction: &Transaction<'_>, key: LeaseKey, lease: &LeaseRow) -> Result<(), StoreError> {
    let params = (
        key.0.0.as_slice(),
        key.1,
        key.2,
        lease.held.lease.0.as_slice(),
        lease.held.request.0.as_slice(),
        integer(lease.issued.unix()),
        integer(lease.held.expires.unix()),
        integer(lease.seal),
        integer(lease.forks),
        lease.released.as_ref().map(|cti| cti.0.as_slice()),
        lease.held.end.is_early(),
        lease.held.user.as_ref().map(|user| user.0.as_slice()),
    );
    run(transaction, include_str!("../../sql/host/put_lease.sql"), params)
}

/// All rows of up to `max` clients after `after`, from tables and overlay together.
pub(super) fn clients(
    connection: &Connection,
    overlay: &Overlay,
    names: &Names,
    after: Option<KeyId>,
    max: usize,
) -> Result<Vec<ClientRow>, StoreError> {
    let from = after.map_or((KeyId([0; 16]), i64::MIN), |client| (client, i64::MAX));
    let waiting = overlay.sightings().range(from..).map(|(key, _)| *key);
    let mut keys: BTreeSet<ClientKey> = of_clients(max, waiting).collect();
    let mut statement = connection.prepare_cached(include_str!("../../sql/host/clients_from.sql")).map_err(failed)?;
    let after = after.map_or(Vec::new(), |client| client.0.to_vec());
    let mut found = statement.query((after, i64::try_from(max).unwrap_or(i64::MAX))).map_err(failed)?;
    while let Some(row) = found.next().map_err(failed)? {
        keys.insert((key_id(row, 0)?, get(row, 1)?));
    }
    of_clients(max, keys.into_iter()).map(|key| client_row(connection, overlay, names, key)).collect()
}

/// Those of `keys`, which come in their order, that are of the first `max` clients.
fn of_clients(max: usize, keys: impl Iterator<Item = ClientKey>) -> impl Iterator<Item = ClientKey> {
    let (mut clients, mut last) = (0, None);
    keys.take_while(move |(client, _)| {
        if last.replace(*client) != Some(*client) {
            clients += 1;
        }
        clients <= max
    })
}

pub(super) fn client_row(
    connection: &Connection,
    overlay: &Overlay,
    names: &Names,
    key: ClientKey,
) -> Result<ClientRow, StoreError> {
    let (client, family) = key;
    let sighting = sighting(connection, overlay, key)?.ok_or_else(|| damaged("a client"))?;
    let mut products: BTreeSet<i64> = overlay
        .leases()
        .range((client, family, i64::MIN)..=(client, family, i64::MAX))
        .map(|((_, _, product), _)| *product)
        .collect();
    let mut statement = connection.prepare_cached(include_str!("../../sql/host/leases_of.sql")).map_err(failed)?;
    let mut found = statement.query((client.0.as_slice(), family)).map_err(failed)?;
    while let Some(row) = found.next().map_err(failed)? {
        products.insert(get(row, 0)?);
    }
    let mut leases = Vec::new();
    for product in products {
        if let Some(row) = lease(connection, overlay, (client, family, product))? {
            leases.push((names.text(product)?, row));
        }
    }
    leases.sort_by_key(|(product, _)| *product);
    Ok(ClientRow { client, family: names.text(family)?, sighting, leases })
}

fn sighting_of(row: &Row<'_>) -> Result<Sighting, StoreError> {
    let fingerprint = blob_of(row, 2)?;
    Ok(Sighting {
        first: time(get(row, 0)?),
        last: time(get(row, 1)?),
        fingerprint: decode_fingerprint(fingerprint).ok_or_else(|| damaged("a fingerprint"))?,
        name: parsed(row, 3, "a host name")?,
        address: parsed(row, 4, "an address")?,
        counting: if get(row, 5)? { Counting::Counts } else { Counting::Twin },
        requests: decode_requests(blob_of(row, 6)?).ok_or_else(|| damaged("the times of requests"))?,
    })
}

/// A lease, from the column `from` on.
fn lease_of(row: &Row<'_>, from: usize) -> Result<LeaseRow, StoreError> {
    let released: Option<[u8; 16]> = get(row, from + 6)?;
    let user: Option<[u8; 32]> = get(row, from + 8)?;
    let (expires, end) = (time(get(row, from + 3)?), LeaseEnd::of(get(row, from + 7)?));
    let (lease, request) = (Cti(get(row, from)?), Cti(get(row, from + 1)?));
    let held = Held { lease, request, expires, end, user: user.map(UserId) };
    let (seal, forks) = (unsigned(row, from + 4)?, unsigned(row, from + 5)?);
    Ok(LeaseRow { held, issued: time(get(row, from + 2)?), seal, forks, released: released.map(Cti) })
}
