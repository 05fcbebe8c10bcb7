//! Records of another store, taken over as they are.

use leasehold_core::Timestamp;
use leasehold_store::StoreError;
use leasehold_store::authority::copy::Record;
use leasehold_store::authority::{Actor, AuditRow, Revocation, Stamp, Transaction};
use rusqlite::params;

use super::row::{at, integer, named};
use super::transaction::SqliteTransaction;

impl SqliteTransaction<'_> {
    /// Adds a record as it is. What an audit would say of it is among the records.
    pub(super) fn put_quietly(&mut self, record: &Record) -> Result<(), StoreError> {
        // What is kept has its own times.
        let by = |at: Timestamp| Stamp { at, actor: Actor::Cli };
        match record {
            Record::Vendor(vendor) => self.add_vendor(vendor, by(vendor.made)),
            Record::Certificate(certificate) => self.add_authority_certificate(certificate, by(certificate.not_before)),
            Record::Family(family) => self.add_family(family, by(Timestamp::default())),
            Record::Product(product) => self.add_product(product, by(Timestamp::default())),
            Record::Key(key) => self.add_key(key, by(key.issued)),
            Record::Activated(activated) => {
                self.record(&activated.activation(), by(activated.last))?;
                let row = params![activated.key.0, activated.subject.0, at(activated.first)];
                self.change(sql!("activation_date"), row).map(drop)
            }
            Record::Revocation(Revocation { what, at: revoked, list }) => {
                let (kind, name) = named(what);
                self.change(sql!("revocation_add"), params![kind, name, at(*revoked), integer(*list)]).map(drop)
            }
            Record::List(list) => {
                let row = params![integer(list.number), at(list.issued), list.document];
                self.change(sql!("revocation_list_replace"), row).map(drop)
            }
            Record::Token(token) => self.add_token(token, by(token.made)),
            Record::Audit(AuditRow { number, at: noted, actor, action, subject, detail }) => {
                let row = params![integer(*number), at(*noted), actor, action, subject, detail];
                self.change(sql!("audit_put"), row).map(drop)
            }
        }
    }
}
