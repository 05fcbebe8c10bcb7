//! Cases about the vendor.
#![expect(clippy::missing_panics_doc, reason = "cases are tests: to panic is how they fail")]

use crate::authority::suite::{Fixture, Outcome, sample};

/// The vendor and its certificates come back as they were given.
///
/// # Errors
/// Where the store fails.
pub fn a_vendor_is_read_back(fixture: &dyn Fixture) -> Outcome {
    fixture.open().transact("fill", |tx| {
        tx.add_vendor(&sample::vendor(), sample::AT)?;
        tx.add_authority_certificate(&sample::certificate(1), sample::AT)?;
        tx.add_authority_certificate(&sample::certificate(2), sample::AT)
    })?;
    fixture.open().transact("read", |tx| {
        assert_eq!(tx.vendor()?, Some(sample::vendor()));
        assert_eq!(tx.authority_certificates()?, [sample::certificate(1), sample::certificate(2)], "newest last");
        Ok(())
    })
}
