//! Cases about the audit.
#![expect(clippy::missing_panics_doc, reason = "cases are tests: to panic is how they fail")]

use leasehold_core::Span;
use leasehold_core::activation::Placement;

use crate::authority::AuditRow;
use crate::authority::suite::{Fixture, Outcome, sample};

/// No change without its row, no row without its change.
///
/// # Errors
/// Where the store fails.
pub fn each_change_leaves_one_row_of_audit(fixture: &dyn Fixture) -> Outcome {
    let key = sample::fill(&*fixture.open())?;
    let rows = fixture.open().transact("change and read", |tx| {
        tx.add_authority_certificate(&sample::certificate(1), sample::AT)?;
        tx.record_activation(
            &sample::activation(key, 1, Placement::New(sample::ordinals(1, 1))),
            sample::later(Span::HOUR),
        )?;
        tx.record_activation(&sample::activation(key, 1, Placement::Again(sample::ordinals(1, 1))), sample::AT)?;
        tx.withdraw_key(key, sample::AT)?;
        tx.audit(None, 99)
    })?;
    let actions: Vec<&str> = rows.iter().rev().map(|row| row.action.as_str()).collect();
    let expected = [
        "vendor-added",
        "family-added",
        "product-added",
        "key-issued",
        "authority-certified",
        "activated-new",
        "activated-again",
        "key-withdrawn",
    ];
    assert_eq!(actions, expected);
    let AuditRow { at, actor, subject, detail, number, .. } = &rows[2];
    assert_eq!((*at, actor.as_str(), subject), (sample::later(Span::HOUR).at, "cli", &key.to_string()));
    assert!(detail.contains("place=1 activation=1 cti="), "{detail}");
    assert!(*number > rows[3].number);
    fixture.open().transact("read few", |tx| {
        assert_eq!(tx.audit(None, 3)?, rows[..3]);
        assert_eq!(tx.audit(Some(rows[2].number), 3)?, rows[3..6], "those before it");
        Ok(())
    })
}
