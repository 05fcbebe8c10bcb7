//! Activations.

use leasehold_core::activation::{KeyUsage, Ordinals, PlaceId};
use leasehold_core::{DirectoryId, KeyId, PublicKey, Text};
use leasehold_store::StoreError;
use leasehold_store::authority::{Activation, ActivationRows, Change, NewActivation, Stamp};
use tokio_postgres::Row;

use super::row::{at, bytes, hashes, integer, key_id, optional, optional_text, optional_time, time, whole};
use super::similar;
use super::transaction::PostgresTransaction;
use crate::failure::Fault;

impl ActivationRows for PostgresTransaction<'_> {
    fn key_usage(&mut self, key: KeyId, subject: &PublicKey, id: &PlaceId, drift: u64) -> Result<KeyUsage, StoreError> {
        Ok(KeyUsage {
            places: self.places_taken(key)?,
            own: self.first(sql!("own"), &[&&key.0[..], &&subject.0[..]], ordinals)?,
            similar: similar::find(self, key, id, drift)?,
        })
    }

    fn record_activation(&mut self, activation: &NewActivation, by: Stamp) -> Result<(), StoreError> {
        let ordinals = activation.placement.ordinals();
        let [machine, uuid, disk, network, processor, board] = hashes(activation.id.fingerprint());
        self.change(
            sql!("activation_record"),
            &[
                &&activation.key.0[..],
                &&activation.subject.0[..],
                &integer(ordinals.place),
                &integer(ordinals.activation),
                &machine,
                &uuid,
                &disk,
                &network,
                &processor,
                &board,
                &activation.name.as_ref().map(Text::as_str),
                &at(by.at),
                &&activation.cti.0[..],
                &activation.expires.map(at),
                &activation.document,
                &&activation.subject.id().0[..],
                &activation.id.directory().map(|id| &id.0[..]),
            ],
        )?;
        let NewActivation { key, subject, placement, cti, .. } = *activation;
        self.note(&Change::Activated { key, subject: subject.id(), placement, cti }, by)
    }

    fn places_taken(&mut self, key: KeyId) -> Result<u64, StoreError> {
        Ok(self.first(sql!("places_taken"), &[&&key.0[..]], |row| whole(row, 0))?.unwrap_or_default())
    }

    fn activations_taken(&mut self, key: KeyId) -> Result<u64, StoreError> {
        Ok(self.first(sql!("activations_taken"), &[&&key.0[..]], |row| whole(row, 0))?.unwrap_or_default())
    }

    fn places(&mut self, key: KeyId, after: u64, max: u64) -> Result<Vec<Activation>, StoreError> {
        self.all(sql!("places"), &[&&key.0[..], &integer(after), &integer(max)], place)
    }

    fn directories(&mut self) -> Result<Vec<(KeyId, Activation)>, StoreError> {
        self.all(sql!("directories"), &[], activation)
    }

    fn hosts(&mut self, after: u64, max: u64) -> Result<Vec<(u64, KeyId, Activation)>, StoreError> {
        let host = |row: &Row| Ok((whole(row, 10)?, KeyId(bytes(row, 9)?), place(row)?));
        self.all(sql!("hosts"), &[&integer(after), &integer(max)], host)
    }

    fn all_places_taken(&mut self) -> Result<Vec<(KeyId, u64)>, StoreError> {
        self.all(sql!("all_places_taken"), &[], |row| Ok((KeyId(bytes(row, 0)?), whole(row, 1)?)))
    }

    fn activations_of(&mut self, subject: KeyId) -> Result<Vec<(KeyId, Activation)>, StoreError> {
        self.all(sql!("activations_of"), &[&&subject.0[..]], activation)
    }

    fn activated(&mut self, key: KeyId) -> Result<Vec<KeyId>, StoreError> {
        self.all(sql!("activated"), &[&&key.0[..]], key_id)
    }
}

fn ordinals(row: &Row) -> Result<Ordinals, Fault> {
    Ok(Ordinals { place: whole(row, 0)?, activation: whole(row, 1)? })
}

fn place(row: &Row) -> Result<Activation, Fault> {
    Ok(Activation {
        ordinals: ordinals(row)?,
        subject: PublicKey(bytes(row, 2)?),
        name: optional_text(row, 3)?,
        first: time(row, 4)?,
        last: time(row, 5)?,
        expires: optional_time(row, 6)?,
        document: row.try_get(7)?,
        directory: optional(row, 8, bytes)?.map(DirectoryId),
    })
}

/// As `place`, with the product key after it.
fn activation(row: &Row) -> Result<(KeyId, Activation), Fault> {
    Ok((KeyId(bytes(row, 9)?), place(row)?))
}
