//! Rows by columns, as statements over `unnest` take them.

use std::net::IpAddr;

use leasehold_core::{Counting, KeyId};
use leasehold_store::host::{LeaseRow, Sighting, encode_fingerprint, encode_requests};
use tokio_postgres::types::ToSql;

use super::rows::integer;

/// A parameter of a statement.
pub(super) type Column<'c> = &'c (dyn ToSql + Sync);

/// Clients.
#[derive(Debug, Default)]
pub(super) struct Clients {
    client: Vec<Vec<u8>>,
    family: Vec<i32>,
    first: Vec<i64>,
    last: Vec<i64>,
    fingerprint: Vec<Vec<u8>>,
    name: Vec<Option<String>>,
    address: Vec<Option<IpAddr>>,
    counts: Vec<bool>,
    requests: Vec<Vec<u8>>,
}

/// Leases.
#[derive(Debug, Default)]
pub(super) struct Leases {
    client: Vec<Vec<u8>>,
    family: Vec<i32>,
    product: Vec<i32>,
    lease: Vec<Vec<u8>>,
    request: Vec<Vec<u8>>,
    issued: Vec<i64>,
    expires: Vec<i64>,
    seal: Vec<i64>,
    forks: Vec<i64>,
    released: Vec<Option<Vec<u8>>>,
    early: Vec<bool>,
    user: Vec<Option<Vec<u8>>>,
}

impl Clients {
    pub(super) fn push(&mut self, (client, family): (KeyId, i32), row: &Sighting) {
        self.client.push(client.0.to_vec());
        self.family.push(family);
        self.first.push(integer(row.first.unix()));
        self.last.push(integer(row.last.unix()));
        self.fingerprint.push(encode_fingerprint(&row.fingerprint));
        self.name.push(row.name.as_ref().map(|name| name.as_str().to_owned()));
        self.address.push(row.address);
        self.counts.push(row.counting == Counting::Counts);
        self.requests.push(encode_requests(&row.requests));
    }

    pub(super) fn columns(&self) -> [Column<'_>; 9] {
        [
            &self.client,
            &self.family,
            &self.first,
            &self.last,
            &self.fingerprint,
            &self.name,
            &self.address,
            &self.counts,
            &self.requests,
        ]
    }
}

impl Leases {
    pub(super) fn push(&mut self, (client, family, product): (KeyId, i32, i32), row: &LeaseRow) {
        self.client.push(client.0.to_vec());
        self.family.push(family);
        self.product.push(product);
        self.lease.push(row.held.lease.0.to_vec());
        self.request.push(row.held.request.0.to_vec());
        self.issued.push(integer(row.issued.unix()));
        self.expires.push(integer(row.held.expires.unix()));
        self.seal.push(integer(row.seal));
        self.forks.push(integer(row.forks));
        self.released.push(row.released.map(|release| release.0.to_vec()));
        self.early.push(row.held.end.is_early());
        self.user.push(row.held.user.map(|user| user.0.to_vec()));
    }

    pub(super) fn columns(&self) -> [Column<'_>; 12] {
        [
            &self.client,
            &self.family,
            &self.product,
            &self.lease,
            &self.request,
            &self.issued,
            &self.expires,
            &self.seal,
            &self.forks,
            &self.released,
            &self.early,
            &self.user,
        ]
    }
}
