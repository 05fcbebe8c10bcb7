//! Earlier key pairs on what may be the machine that asks, by index: a product key may have very many.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use leasehold_core::activation::{Known, PlaceId};
use leasehold_core::{Component, DirectoryId, KeyId};
use leasehold_store::StoreError;
use leasehold_store::authority::activations::similar::lookups;
use tokio_postgres::Row;

use super::row::{bytes, fingerprint, whole};
use super::transaction::PostgresTransaction;
use crate::failure::Fault;

/// By the ordinals of their places, the latest activation of each first.
pub(super) fn find(
    tx: &mut PostgresTransaction<'_>,
    key: KeyId,
    id: &PlaceId,
    drift: u64,
) -> Result<Vec<Known>, StoreError> {
    let fingerprint = match id {
        PlaceId::Machine(fingerprint) => fingerprint,
        PlaceId::Directory(directory) => {
            return tx.all(sql!("similar_by_directory"), &[&&key.0[..], &&directory.0[..]], known_directory);
        }
    };
    let mut found = BTreeMap::new();
    for lookup in lookups(fingerprint, drift) {
        let masks: Vec<i64> = lookup.masks.iter().copied().map(i64::from).collect();
        found.extend(tx.all(statement(lookup.component), &[&&key.0[..], &&lookup.hash[..], &masks], similar)?);
    }
    Ok(found.into_values().filter(|known| known.id.is_same(id, drift)).collect())
}

type Order = (u64, Reverse<u64>);

fn similar(row: &Row) -> Result<(Order, Known), Fault> {
    let found = known(row)?;
    Ok(((found.place, Reverse(whole(row, 8)?)), found))
}

fn known(row: &Row) -> Result<Known, Fault> {
    Ok(Known { place: whole(row, 0)?, activations: whole(row, 1)?, id: PlaceId::Machine(fingerprint(row, 2)?) })
}

fn known_directory(row: &Row) -> Result<Known, Fault> {
    let id = PlaceId::Directory(DirectoryId(bytes(row, 2)?));
    Ok(Known { place: whole(row, 0)?, activations: whole(row, 1)?, id })
}

const fn statement(component: Component) -> &'static str {
    match component {
        Component::MachineId => sql!("similar_by_machine_id"),
        Component::SystemUuid => sql!("similar_by_system_uuid"),
        Component::SystemDisk => sql!("similar_by_system_disk"),
        Component::NetworkAddress => sql!("similar_by_network_address"),
        Component::Processor => sql!("similar_by_processor"),
        Component::BoardSerial => sql!("similar_by_board_serial"),
    }
}
