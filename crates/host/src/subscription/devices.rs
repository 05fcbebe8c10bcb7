//! The devices of a user: told to that user alone.

use std::collections::HashMap;

use leasehold_core::{Cti, FamilyId, KeyId, ProductId, Text, Timestamp, UserId};
use leasehold_store::StoreError;
use leasehold_store::host::HostStore;
use serde_json::{Value, json};

/// A device on which a user holds live leases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Device {
    client: KeyId,
    name: Option<Text>,
    leases: Vec<UserLease>,
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct UserLease {
    family: FamilyId,
    product: ProductId,
    lease: Cti,
    issued: Timestamp,
    expires: Timestamp,
}

/// The devices of those users who are told of them, by the place of their request. A store that fails now keeps no answer back.
pub(crate) fn of_users(
    store: &mut dyn HostStore,
    told: impl Iterator<Item = Option<UserId>>,
    now: Timestamp,
) -> HashMap<usize, Vec<Device>> {
    let told = told.enumerate().filter_map(|(at, user)| Some((at, user?)));
    told.map(|(at, user)| (at, of_user(store, user, now).unwrap_or_default())).collect()
}

/// The devices of `user`, in the order of their keys.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn of_user(store: &mut dyn HostStore, user: UserId, now: Timestamp) -> Result<Vec<Device>, StoreError> {
    store.devices(user, now)?.into_iter().map(|client| device(store, client, user, now)).collect()
}

pub(crate) fn device(
    store: &mut dyn HostStore,
    client: KeyId,
    user: UserId,
    now: Timestamp,
) -> Result<Device, StoreError> {
    let (mut name, mut leases) = (None, Vec::new());
    for row in store.rows_of(client)? {
        for (product, lease) in &row.leases {
            let held = lease.held;
            if held.user == Some(user) && held.runs_at(now) {
                let (family, product, issued) = (row.family, *product, lease.issued);
                leases.push(UserLease { family, product, lease: held.lease, issued, expires: held.expires });
                name = row.sighting.name.clone().or(name);
            }
        }
    }
    Ok(Device { client, name, leases })
}

impl Device {
    /// Its key.
    pub(crate) fn client(&self) -> KeyId {
        self.client
    }

    /// The leases that the user holds there.
    pub(crate) fn leases(&self) -> impl Iterator<Item = (FamilyId, ProductId, Cti)> {
        self.leases.iter().map(|held| (held.family, held.product, held.lease))
    }

    /// As users are told.
    pub(crate) fn to_json(&self) -> Value {
        let Self { client, name, leases } = self;
        json!({
            "client": client.to_string(),
            "name": name.as_ref().map(Text::as_str),
            "products": leases.iter().map(|lease| lease.product.as_str()).collect::<Vec<_>>(),
            "since": leases.iter().map(|lease| lease.issued.unix()).max(),
            "until": leases.iter().map(|lease| lease.expires.unix()).max(),
        })
    }
}
