//! One transaction of the authority's on SQLite.

use leasehold_core::activation::Taken;
use leasehold_core::{FamilyId, Fingerprint, KeyId, Policy, ProductId, PublicKey, Text, Timestamp, TokenName};
use leasehold_store::StoreError;
use leasehold_store::authority::copy::{Activated, Record};
use leasehold_store::authority::{
    Activation, AuditRow, AuthorityCertificate, Change, Differences, Family, IssuedKey, Place, Product, Revocation,
    RevocationList, Revoked, Stamp, Token, Transaction, Vendor,
};
use rusqlite::types::ToSql;
use rusqlite::{Params, Row, params, params_from_iter};

use super::alike;
use super::row::{self, at, hashes, integer, length, lines, named, whole};
use crate::open::failed;

/// A transaction that has the lock for writing.
pub(super) struct SqliteTransaction<'c> {
    tx: rusqlite::Transaction<'c>,
    notes: Notes,
}

/// Whether changes are noted in the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Notes {
    Kept,
    None,
}

impl<'c> SqliteTransaction<'c> {
    pub(super) fn new(tx: rusqlite::Transaction<'c>) -> Self {
        Self { tx, notes: Notes::Kept }
    }

    pub(super) fn commit(self) -> Result<(), StoreError> {
        self.tx.commit().map_err(failed)
    }

    pub(super) fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.tx.prepare_cached(sql).and_then(|mut statement| statement.query_map(params, read)?.collect());
        rows.map_err(failed)
    }

    pub(super) fn first<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.all(sql, params, read)?.into_iter().next())
    }

    /// Carries out a change; how many rows it touched.
    pub(super) fn change(&self, sql: &str, params: impl Params) -> Result<usize, StoreError> {
        let changed = self.tx.prepare_cached(sql).and_then(|mut statement| statement.execute(params));
        changed.map_err(failed)
    }

    fn note(&self, change: &Change, by: Stamp) -> Result<(), StoreError> {
        if self.notes == Notes::None {
            return Ok(());
        }
        let words = (by.actor.name(), change.action(), change.subject(), change.detail());
        self.change(sql!("audit_add"), params![at(by.at), words.0, words.1, words.2, words.3]).map(drop)
    }

    /// Adds a policy; its number.
    fn add_policy(&self, policy: &Policy) -> Result<i64, StoreError> {
        self.change(sql!("policy_add"), params_from_iter(columns(policy)))?;
        Ok(self.tx.last_insert_rowid())
    }

    /// Changes the policy of whatever row `sql` finds by `id`.
    fn change_policy(&self, sql: &str, id: impl ToSql, policy: &Policy) -> Result<(), StoreError> {
        let columns = columns(policy);
        let columns = columns.iter().map(AsRef::as_ref);
        self.change(sql, params_from_iter([&id as &dyn ToSql].into_iter().chain(columns))).map(drop)
    }
}

impl Transaction for SqliteTransaction<'_> {
    fn vendor(&mut self) -> Result<Option<Vendor>, StoreError> {
        self.first(sql!("vendor"), [], row::vendor)
    }

    fn add_vendor(&mut self, vendor: &Vendor, by: Stamp) -> Result<(), StoreError> {
        self.change(sql!("vendor_add"), params![vendor.name.as_str(), vendor.root.0, at(vendor.made)])?;
        self.note(&Change::VendorAdded(vendor.root.id()), by)
    }

    fn authority_certificates(&mut self) -> Result<Vec<AuthorityCertificate>, StoreError> {
        self.all(sql!("authority_certificates"), [], row::authority_certificate)
    }

    fn add_authority_certificate(&mut self, certificate: &AuthorityCertificate, by: Stamp) -> Result<(), StoreError> {
        let AuthorityCertificate { authority, not_before, expires, document } = certificate;
        let row = params![authority.0, at(*not_before), at(*expires), document];
        self.change(sql!("authority_certificate_add"), row)?;
        self.note(&Change::AuthorityCertified(*authority), by)
    }

    fn families(&mut self) -> Result<Vec<Family>, StoreError> {
        self.all(sql!("families"), [], row::family)
    }

    fn family(&mut self, id: &FamilyId) -> Result<Option<Family>, StoreError> {
        self.first(sql!("family"), [id.as_str()], row::family)
    }

    fn add_family(&mut self, family: &Family, by: Stamp) -> Result<(), StoreError> {
        let policy = self.add_policy(&family.policy)?;
        let row = params![family.id.as_str(), family.number.value(), policy, family.withdrawn.map(at)];
        self.change(sql!("family_add"), row)?;
        self.note(&Change::FamilyAdded(family.id), by)
    }

    fn change_family(&mut self, before: &Family, after: &Family, by: Stamp) -> Result<(), StoreError> {
        let differences = Differences::of_family(before, after);
        if differences.is_empty() {
            return Ok(());
        }
        self.change(sql!("family_change"), params![after.id.as_str(), after.withdrawn.map(at)])?;
        self.change_policy(sql!("family_policy_change"), after.id.as_str(), &after.policy)?;
        self.note(&Change::FamilyChanged(after.id, differences), by)
    }

    fn products(&mut self) -> Result<Vec<Product>, StoreError> {
        self.all(sql!("products"), [], row::product)
    }

    fn product(&mut self, id: &ProductId) -> Result<Option<Product>, StoreError> {
        self.first(sql!("product"), [id.as_str()], row::product)
    }

    fn add_product(&mut self, product: &Product, by: Stamp) -> Result<(), StoreError> {
        self.change(
            sql!("product_add"),
            params![
                product.id.as_str(),
                product.number.value(),
                product.family.as_str(),
                product.title.as_str(),
                length(product.initial_grace),
                integer(product.drift),
                product.service.as_ref().map(Text::as_str),
                integer(product.mode.number()),
                product.withdrawn.map(at),
            ],
        )?;
        self.note(&Change::ProductAdded(product.id), by)
    }

    fn change_product(&mut self, before: &Product, after: &Product, by: Stamp) -> Result<(), StoreError> {
        let differences = Differences::of_product(before, after);
        if differences.is_empty() {
            return Ok(());
        }
        self.change(
            sql!("product_change"),
            params![
                after.id.as_str(),
                after.title.as_str(),
                length(after.initial_grace),
                integer(after.drift),
                after.service.as_ref().map(Text::as_str),
                integer(after.mode.number()),
                after.withdrawn.map(at),
            ],
        )?;
        self.note(&Change::ProductChanged(after.id, differences), by)
    }

    fn keys(&mut self) -> Result<Vec<IssuedKey>, StoreError> {
        self.all(sql!("keys"), [], row::key)
    }

    fn key_ids(&mut self) -> Result<Vec<KeyId>, StoreError> {
        self.all(sql!("key_ids"), [], row::key_id)
    }

    fn keys_ending(&mut self, last_five: &str) -> Result<Vec<IssuedKey>, StoreError> {
        self.all(sql!("keys_ending"), [last_five], row::key)
    }

    fn key(&mut self, id: KeyId) -> Result<Option<IssuedKey>, StoreError> {
        self.first(sql!("key"), [id.0], row::key)
    }

    fn add_key(&mut self, key: &IssuedKey, by: Stamp) -> Result<(), StoreError> {
        let policy = self.add_policy(&key.policy)?;
        let id = key.public.id();
        self.change(
            sql!("key_add"),
            params![
                id.0,
                key.public.0,
                key.allowance.kind().number(),
                integer(key.allowance.places()),
                integer(key.allowance.activations()),
                key.family.as_str(),
                key.last_five.as_str(),
                key.customer.as_ref().map(Text::as_str),
                at(key.issued),
                key.revoked.map(at),
                policy,
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
        let row = params![id.0, after.customer.as_ref().map(Text::as_str), places, activations];
        self.change(sql!("key_change"), row)?;
        self.change_policy(sql!("key_policy_change"), id.0, &after.policy)?;
        self.note(&Change::KeyChanged(id, differences), by)
    }

    fn revoke_key(&mut self, id: KeyId, by: Stamp) -> Result<(), StoreError> {
        match self.change(sql!("key_revoke"), params![id.0, at(by.at)])? {
            0 => Ok(()),
            _ => self.note(&Change::KeyRevoked(id), by),
        }
    }

    fn taken(
        &mut self,
        key: KeyId,
        subject: &PublicKey,
        fingerprint: &Fingerprint,
        drift: u64,
    ) -> Result<Taken, StoreError> {
        Ok(Taken {
            places: self.places_taken(key)?,
            own: self.first(sql!("own"), params![key.0, subject.0], row::ordinals)?,
            alike: alike::find(self, key, fingerprint, drift)?,
        })
    }

    fn record(&mut self, activation: &Activation, by: Stamp) -> Result<(), StoreError> {
        let ordinals = activation.placement.ordinals();
        let [id, uuid, disk, network, processor, board] = hashes(&activation.fingerprint);
        self.change(
            sql!("activation_record"),
            params![
                activation.key.0,
                activation.subject.0,
                integer(ordinals.place),
                integer(ordinals.activation),
                id,
                uuid,
                disk,
                network,
                processor,
                board,
                activation.name.as_ref().map(Text::as_str),
                at(by.at),
                activation.cti.0,
                activation.expires.map(at),
                activation.document,
                activation.subject.id().0,
            ],
        )?;
        let Activation { key, subject, placement, cti, .. } = *activation;
        self.note(&Change::Activated { key, subject: subject.id(), placement, cti }, by)
    }

    fn places_taken(&mut self, key: KeyId) -> Result<u64, StoreError> {
        Ok(self.first(sql!("places_taken"), [key.0], |row| whole(row, 0))?.unwrap_or_default())
    }

    fn activations_taken(&mut self, key: KeyId) -> Result<u64, StoreError> {
        Ok(self.first(sql!("activations_taken"), [key.0], |row| whole(row, 0))?.unwrap_or_default())
    }

    fn places(&mut self, key: KeyId, after: u64, most: u64) -> Result<Vec<Place>, StoreError> {
        self.all(sql!("places"), params![key.0, integer(after), integer(most)], row::place)
    }

    fn activations_of(&mut self, subject: KeyId) -> Result<Vec<(KeyId, Place)>, StoreError> {
        self.all(sql!("activations_of"), [subject.0], row::activation)
    }

    fn activated(&mut self, key: KeyId) -> Result<Vec<KeyId>, StoreError> {
        self.all(sql!("activated"), [key.0], row::key_id)
    }

    fn all_activated(&mut self, after: u64, most: u64) -> Result<Vec<(u64, Activated)>, StoreError> {
        self.all(sql!("all_activated"), params![integer(after), integer(most)], row::activated)
    }

    fn put(&mut self, record: &Record) -> Result<(), StoreError> {
        self.notes = Notes::None;
        let put = self.put_quietly(record);
        self.notes = Notes::Kept;
        put
    }

    fn is_revoked(&mut self, what: Revoked) -> Result<bool, StoreError> {
        let (kind, name) = named(&what);
        Ok(self.first(sql!("is_revoked"), params![kind, name], |_| Ok(()))?.is_some())
    }

    fn revocations(&mut self) -> Result<Vec<Revocation>, StoreError> {
        self.all(sql!("revocations"), [], row::revocation)
    }

    fn revocation_list(&mut self) -> Result<Option<RevocationList>, StoreError> {
        self.first(sql!("revocation_list"), [], row::revocation_list)
    }

    fn revoke(&mut self, added: &[Revoked], list: &RevocationList, by: Stamp) -> Result<(), StoreError> {
        for what in added {
            let (kind, name) = named(what);
            let row = params![kind, name, at(by.at), integer(list.number)];
            if self.change(sql!("revocation_add"), row)? > 0 {
                self.note(&Change::Revoked { what: *what, list: list.number }, by)?;
            }
        }
        let row = params![integer(list.number), at(list.issued), list.document];
        self.change(sql!("revocation_list_replace"), row)?;
        let entries = self.first(sql!("revocation_count"), [], |row| whole(row, 0))?.unwrap_or_default();
        self.note(&Change::ListSigned { number: list.number, entries }, by)
    }

    fn add_token(&mut self, token: &Token, by: Stamp) -> Result<(), StoreError> {
        let Token { ref name, hash, roles, made, expires, used, revoked } = *token;
        let (expires, used, revoked) = (expires.map(at), used.map(at), revoked.map(at));
        let row = params![name.as_str(), hash, integer(roles.number()), at(made), expires, used, revoked];
        self.change(sql!("token_add"), row)?;
        self.note(&Change::TokenAdded(*name, roles), by)
    }

    fn token(&mut self, hash: &[u8; 32]) -> Result<Option<Token>, StoreError> {
        self.first(sql!("token"), [hash], row::token)
    }

    fn tokens(&mut self) -> Result<Vec<Token>, StoreError> {
        self.all(sql!("tokens"), [], row::token)
    }

    fn token_used(&mut self, name: &TokenName, used: Timestamp) -> Result<(), StoreError> {
        self.change(sql!("token_used"), params![name.as_str(), at(used)]).map(drop)
    }

    fn revoke_token(&mut self, name: &TokenName, by: Stamp) -> Result<(), StoreError> {
        match self.change(sql!("token_revoke"), params![name.as_str(), at(by.at)])? {
            0 => Ok(()),
            _ => self.note(&Change::TokenRevoked(*name), by),
        }
    }

    fn audit(&mut self, before: Option<u64>, most: u64) -> Result<Vec<AuditRow>, StoreError> {
        let before = before.map_or(i64::MAX, integer);
        self.all(sql!("audit"), params![before, integer(most)], row::audit)
    }
}

/// A policy as columns, in the order of the statements that write it.
fn columns(policy: &Policy) -> [Box<dyn ToSql>; 10] {
    [
        Box::new(integer(policy.threshold)),
        Box::new(length(policy.window)),
        Box::new(length(policy.validity)),
        Box::new(length(policy.renewal)),
        Box::new(length(policy.retry)),
        Box::new(length(policy.grace)),
        Box::new(policy.capacity.map(integer)),
        Box::new(integer(policy.drift)),
        Box::new(policy.end.map(at)),
        Box::new(lines(&policy.features)),
    ]
}
