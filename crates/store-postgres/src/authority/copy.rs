//! Records of another store, taken over as they are.

use leasehold_core::activation::Ordinals;
use leasehold_core::{Cti, KeyId, PublicKey, Timestamp};
use leasehold_store::StoreError;
use leasehold_store::authority::copy::{ActivationRow, CopyRows, Record};
use leasehold_store::authority::{
    ActivationRows, Actor, AuditRow, FamilyRows, HostReport, KeyRows, ProductRows, ReportRows, Revocation, Stamp,
    TokenRows, VendorRows,
};
use tokio_postgres::Row;

use super::row::{Parameter, at, bytes, fingerprint, integer, named, optional_text, optional_time, time, whole};
use super::transaction::PostgresTransaction;
use crate::failure::Fault;

impl CopyRows for PostgresTransaction<'_> {
    fn all_activations(&mut self, after: u64, max: u64) -> Result<Vec<(u64, ActivationRow)>, StoreError> {
        self.all(sql!("all_activations"), &[&integer(after), &integer(max)], activated)
    }

    fn put(&mut self, record: &Record) -> Result<(), StoreError> {
        self.unaudited(|tx| tx.put_record(record))
    }
}

fn activated(row: &Row) -> Result<(u64, ActivationRow), Fault> {
    let activated = ActivationRow {
        key: KeyId(bytes(row, 1)?),
        subject: PublicKey(bytes(row, 2)?),
        ordinals: Ordinals { place: whole(row, 3)?, activation: whole(row, 4)? },
        name: optional_text(row, 5)?,
        first: time(row, 6)?,
        last: time(row, 7)?,
        cti: Cti(bytes(row, 8)?),
        expires: optional_time(row, 9)?,
        document: row.try_get(10)?,
        fingerprint: fingerprint(row, 11)?,
    };
    Ok((whole(row, 0)?, activated))
}

impl PostgresTransaction<'_> {
    /// Adds a record as it is. What an audit would say of it is among the records.
    fn put_record(&mut self, record: &Record) -> Result<(), StoreError> {
        // What is kept has its own times.
        let by = |at: Timestamp| Stamp { at, actor: Actor::Cli };
        match record {
            Record::Vendor(vendor) => self.add_vendor(vendor, by(vendor.made)),
            Record::Certificate(certificate) => self.add_authority_certificate(certificate, by(certificate.not_before)),
            Record::Family(family) => self.add_family(family, by(Timestamp::default())),
            Record::Product(product) => self.add_product(product, by(Timestamp::default())),
            Record::Key(key) => self.add_key(key, by(key.issued)),
            Record::Activation(activated) => {
                self.record_activation(&activated.activation(), by(activated.last))?;
                let row = [&&activated.key.0[..] as Parameter<'_>, &&activated.subject.0[..], &at(activated.first)];
                self.change(sql!("activation_date"), &row).map(drop)
            }
            Record::Report(key, subject, HostReport { tip, former, fork }) => {
                self.record_tip(*key, *subject, *tip, *former)?;
                fork.map_or(Ok(()), |fork| self.record_fork(*key, *subject, &fork, by(fork.at)))
            }
            Record::Usage(usage) => self.record_usage(usage),
            Record::Revocation(Revocation { what, at: revoked, list }) => {
                let (kind, name) = named(what);
                self.change(sql!("revocation_add"), &[&kind, &name, &at(*revoked), &integer(*list)]).map(drop)
            }
            Record::List(list) => {
                let row = [&integer(list.number) as Parameter<'_>, &at(list.issued), &list.document];
                self.change(sql!("revocation_list_replace"), &row).map(drop)
            }
            Record::Token(token) => self.add_token(token, by(token.made)),
            Record::Audit(AuditRow { number, at: noted, actor, action, subject, detail }) => {
                let row = [&integer(*number) as Parameter<'_>, &at(*noted), actor, action, subject, detail];
                self.first(sql!("audit_put"), &row, |_| Ok(())).map(drop)
            }
        }
    }
}
