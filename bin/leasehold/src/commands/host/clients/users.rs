//! Users and their devices. A host knows no names: users are shown by the hash that the store keeps.

use std::collections::{BTreeMap, BTreeSet};

use leasehold_core::{KeyId, Timestamp, UserId};
use leasehold_store::StoreError;
use leasehold_store::host::HostStore;
use serde_json::{Value, json};

use crate::output::{self, Column, Table};

/// A user with live leases.
#[derive(Default)]
pub(super) struct UserRow {
    devices: BTreeSet<KeyId>,
    products: BTreeSet<String>,
    last_seen: Timestamp,
    until: Timestamp,
}

/// All users who hold leases that run at `now`.
pub(super) fn read(store: &mut dyn HostStore, now: Timestamp) -> Result<BTreeMap<UserId, UserRow>, StoreError> {
    let (mut users, mut after): (BTreeMap<UserId, UserRow>, _) = (BTreeMap::new(), None);
    loop {
        let page = store.clients(after, PAGE)?;
        let Some(last) = page.last() else { return Ok(users) };
        after = Some(last.client);
        for row in &page {
            for (product, lease) in row.leases.iter().filter(|(_, lease)| lease.held.runs_at(now)) {
                let Some(user) = lease.held.user else { continue };
                let entry = users.entry(user).or_default();
                entry.devices.insert(row.client);
                entry.products.insert(product.to_string());
                entry.last_seen = entry.last_seen.max(row.sighting.last);
                entry.until = entry.until.max(lease.held.expires);
            }
        }
    }
}

/// Prints a row for each user.
pub(super) fn print(users: &BTreeMap<UserId, UserRow>) {
    if users.is_empty() {
        return errln!("no user holds a lease");
    }
    let mut table = Table::new([
        Column::id("USER"),
        Column::new("DEVICES"),
        Column::new("PRODUCTS"),
        Column::new("LAST SEEN").rank(1),
        Column::new("UNTIL"),
    ]);
    for (user, row) in users {
        let products: Vec<&str> = row.products.iter().map(String::as_str).collect();
        let (seen, until) = (output::time(row.last_seen), output::time(row.until));
        table.row([user.to_string(), row.devices.len().to_string(), products.join(", "), seen, until]);
    }
    table.print();
}

/// A user in JSON.
pub(super) fn value((user, row): (&UserId, &UserRow)) -> Value {
    json!({
        "user": user.to_string(),
        "devices": row.devices.len(),
        "products": row.products,
        "last_seen": row.last_seen.unix(),
        "until": row.until.unix(),
    })
}

const PAGE: usize = 1_000;
