//! One transaction of the authority's on SQLite.

use leasehold_core::activation::{Known, Taken};
use leasehold_core::{FamilyId, Fingerprint, KeyId, Policy, ProductId, PublicKey, Text};
use leasehold_store::StoreError;
use leasehold_store::authority::{
    Activation, AuditRow, AuthorityCertificate, Change, Family, IssuedKey, Place, Product, Stamp, Transaction, Vendor,
};
use rusqlite::{Params, Row, params};

use super::row::{self, at, hashes, integer, length, lines, whole};
use crate::open::failed;

/// A transaction that has the lock for writing.
pub(super) struct SqliteTransaction<'c> {
    tx: rusqlite::Transaction<'c>,
}

macro_rules! sql {
    ($name:literal) => {
        include_str!(concat!("../../sql/authority/", $name, ".sql"))
    };
}

impl<'c> SqliteTransaction<'c> {
    pub(super) fn new(tx: rusqlite::Transaction<'c>) -> Self {
        Self { tx }
    }

    pub(super) fn commit(self) -> Result<(), StoreError> {
        self.tx.commit().map_err(failed)
    }

    fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.tx.prepare_cached(sql).and_then(|mut statement| statement.query_map(params, read)?.collect());
        rows.map_err(failed)
    }

    fn first<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.all(sql, params, read)?.into_iter().next())
    }

    /// Carries out a change; how many rows it touched.
    fn change(&self, sql: &str, params: impl Params) -> Result<usize, StoreError> {
        let changed = self.tx.prepare_cached(sql).and_then(|mut statement| statement.execute(params));
        changed.map_err(failed)
    }

    fn note(&self, change: &Change, by: Stamp) -> Result<(), StoreError> {
        let words = (by.actor.name(), change.action(), change.subject(), change.detail());
        self.change(sql!("audit_add"), params![at(by.at), words.0, words.1, words.2, words.3]).map(drop)
    }

    /// Adds a policy; its number.
    fn add_policy(&self, policy: &Policy) -> Result<i64, StoreError> {
        self.change(
            sql!("policy_add"),
            params![
                integer(policy.threshold),
                length(policy.window),
                length(policy.validity),
                length(policy.renewal),
                length(policy.retry),
                length(policy.grace),
                policy.capacity.map(integer),
                integer(policy.drift),
                policy.end.map(at),
                lines(&policy.features),
            ],
        )?;
        Ok(self.tx.last_insert_rowid())
    }

    fn alike(&self, key: KeyId, fingerprint: &Fingerprint) -> Result<Vec<Known>, StoreError> {
        let [id, uuid, disk, network, processor, board] = hashes(fingerprint);
        self.all(sql!("alike"), params![key.0, id, uuid, disk, network, processor, board], row::known)
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
        self.change(sql!("family_add"), params![family.id.as_str(), family.number.value(), policy])?;
        self.note(&Change::FamilyAdded(family.id), by)
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
            ],
        )?;
        self.note(&Change::ProductAdded(product.id), by)
    }

    fn keys(&mut self) -> Result<Vec<IssuedKey>, StoreError> {
        self.all(sql!("keys"), [], row::key)
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

    fn revoke_key(&mut self, id: KeyId, by: Stamp) -> Result<(), StoreError> {
        match self.change(sql!("key_revoke"), params![id.0, at(by.at)])? {
            0 => Ok(()),
            _ => self.note(&Change::KeyRevoked(id), by),
        }
    }

    fn taken(&mut self, key: KeyId, subject: &PublicKey, fingerprint: &Fingerprint) -> Result<Taken, StoreError> {
        Ok(Taken {
            places: self.places_taken(key)?,
            own: self.first(sql!("own"), params![key.0, subject.0], row::ordinals)?,
            alike: self.alike(key, fingerprint)?,
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
            ],
        )?;
        let Activation { key, subject, placement, cti, .. } = *activation;
        self.note(&Change::Activated { key, subject: subject.id(), placement, cti }, by)
    }

    fn places_taken(&mut self, key: KeyId) -> Result<u64, StoreError> {
        Ok(self.first(sql!("places_taken"), [key.0], |row| whole(row, 0))?.unwrap_or_default())
    }

    fn places(&mut self, key: KeyId) -> Result<Vec<Place>, StoreError> {
        self.all(sql!("places"), [key.0], row::place)
    }

    fn audit(&mut self, most: u64) -> Result<Vec<AuditRow>, StoreError> {
        self.all(sql!("audit"), [integer(most)], row::audit)
    }
}
