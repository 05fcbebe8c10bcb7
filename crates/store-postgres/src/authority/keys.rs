//! Product keys.

use leasehold_core::activation::Allowance;
use leasehold_core::{KeyId, KeyKind, PublicKey, Text};
use leasehold_store::StoreError;
use leasehold_store::authority::{Change, Differences, IssuedKey, KeyRows, Stamp};
use tokio_postgres::Row;

use super::row::{
    Parameter, at, bytes, integer, key_id, length, optional, optional_text, optional_time, parsed, policy, span, time,
    whole,
};
use super::transaction::PostgresTransaction;
use crate::failure::Fault;

impl KeyRows for PostgresTransaction<'_> {
    fn keys(&mut self) -> Result<Vec<IssuedKey>, StoreError> {
        self.all(sql!("keys"), &[], key)
    }

    fn key_ids(&mut self) -> Result<Vec<KeyId>, StoreError> {
        self.all(sql!("key_ids"), &[], key_id)
    }

    fn keys_ending(&mut self, last_five: &str) -> Result<Vec<IssuedKey>, StoreError> {
        self.all(sql!("keys_ending"), &[&last_five], key)
    }

    fn key(&mut self, id: KeyId) -> Result<Option<IssuedKey>, StoreError> {
        self.first(sql!("key"), &[&&id.0[..]], key)
    }

    fn add_key(&mut self, key: &IssuedKey, by: Stamp) -> Result<(), StoreError> {
        let policy = self.add_policy(&key.policy)?;
        let id = key.public.id();
        self.change(
            sql!("key_add"),
            &[
                &&id.0[..],
                &&key.public.0[..],
                &i64::from(key.allowance.kind().number()),
                &integer(key.allowance.places()),
                &integer(key.allowance.activations()),
                &key.family.as_str(),
                &key.last_five.as_str(),
                &key.customer.as_ref().map(Text::as_str),
                &at(key.issued),
                &key.withdrawn.map(at),
                &policy,
                &key.certificate_validity.map(length),
            ],
        )?;
        self.note(&Change::KeyIssued(id), by)
    }

    fn change_key(&mut self, before: &IssuedKey, after: &IssuedKey, by: Stamp) -> Result<(), StoreError> {
        let differences = Differences::of_key(before, after);
        if differences.is_empty() {
            return Ok(());
        }
        let (id, allowance) = (after.public.id(), after.allowance);
        let (places, activations) = (integer(allowance.places()), integer(allowance.activations()));
        let validity = after.certificate_validity.map(length);
        let row: &[Parameter<'_>] =
            &[&&id.0[..], &after.customer.as_ref().map(Text::as_str), &places, &activations, &validity];
        self.change(sql!("key_change"), row)?;
        self.change_policy(sql!("key_policy_change"), &&id.0[..], &after.policy)?;
        self.note(&Change::KeyChanged(id, differences), by)
    }

    fn withdraw_key(&mut self, id: KeyId, by: Stamp) -> Result<(), StoreError> {
        match self.change(sql!("key_revoke"), &[&&id.0[..], &at(by.at)])? {
            0 => Ok(()),
            _ => self.note(&Change::KeyWithdrawn(id), by),
        }
    }
}

fn key(row: &Row) -> Result<IssuedKey, Fault> {
    let (places, activations) = (whole(row, 2)?, whole(row, 3)?);
    let host = whole(row, 1)? == u64::from(KeyKind::Host.number());
    Ok(IssuedKey {
        public: PublicKey(bytes(row, 0)?),
        allowance: if host {
            Allowance::Hosts { hosts: places, activations }
        } else {
            Allowance::Machines { machines: places, activations }
        },
        family: parsed(row, 4)?,
        last_five: parsed(row, 5)?,
        customer: optional_text(row, 6)?,
        issued: time(row, 7)?,
        withdrawn: optional_time(row, 8)?,
        policy: policy(row, 9)?,
        certificate_validity: optional(row, 20, span)?,
    })
}
