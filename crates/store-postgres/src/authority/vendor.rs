//! The vendor and its authorities.

use leasehold_core::PublicKey;
use leasehold_store::StoreError;
use leasehold_store::authority::{AuthorityCertificate, Change, Stamp, Vendor, VendorRows};
use tokio_postgres::Row;

use super::row::{Parameter, at, bytes, key_id, parsed, time};
use super::transaction::PostgresTransaction;
use crate::failure::Fault;

impl VendorRows for PostgresTransaction<'_> {
    fn vendor(&mut self) -> Result<Option<Vendor>, StoreError> {
        self.first(sql!("vendor"), &[], vendor)
    }

    fn add_vendor(&mut self, vendor: &Vendor, by: Stamp) -> Result<(), StoreError> {
        self.change(sql!("vendor_add"), &[&vendor.name.as_str(), &&vendor.root.0[..], &at(vendor.made)])?;
        self.note(&Change::VendorAdded(vendor.root.id()), by)
    }

    fn authority_certificates(&mut self) -> Result<Vec<AuthorityCertificate>, StoreError> {
        self.all(sql!("authority_certificates"), &[], authority_certificate)
    }

    fn add_authority_certificate(&mut self, certificate: &AuthorityCertificate, by: Stamp) -> Result<(), StoreError> {
        let AuthorityCertificate { authority, not_before, expires, document } = certificate;
        let row: &[Parameter<'_>] = &[&&authority.0[..], &at(*not_before), &at(*expires), &document];
        self.change(sql!("authority_certificate_add"), row)?;
        self.note(&Change::AuthorityCertified(*authority), by)
    }
}

fn vendor(row: &Row) -> Result<Vendor, Fault> {
    Ok(Vendor { name: parsed(row, 0)?, root: PublicKey(bytes(row, 1)?), made: time(row, 2)? })
}

fn authority_certificate(row: &Row) -> Result<AuthorityCertificate, Fault> {
    Ok(AuthorityCertificate {
        authority: key_id(row)?,
        not_before: time(row, 1)?,
        expires: time(row, 2)?,
        document: row.try_get(3)?,
    })
}
