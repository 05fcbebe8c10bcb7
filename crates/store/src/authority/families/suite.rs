//! Cases about families.
#![expect(clippy::missing_panics_doc, reason = "cases are tests: to panic is how they fail")]

use std::slice;

use crate::authority::Family;
use crate::authority::suite::{Fixture, Outcome, sample};

/// Families come back as they were given, with and without their optional parts, by number.
///
/// # Errors
/// Where the store fails.
pub fn families_are_read_back(fixture: &dyn Fixture) -> Outcome {
    let (family, bare) = (sample::family(2), sample::bare_family(1));
    fixture.open().transact("fill", |tx| {
        tx.add_family(&family, sample::AT)?;
        tx.add_family(&bare, sample::AT)
    })?;
    fixture.open().transact("read", |tx| {
        assert_eq!(tx.families()?, [bare.clone(), family.clone()]);
        assert_eq!(tx.family(&family.id)?, Some(family.clone()));
        Ok(())
    })
}

/// A changed family is there afterwards, with one row that says what was before and after; no change leaves none.
///
/// # Errors
/// Where the store fails.
pub fn a_changed_family_is_read_back(fixture: &dyn Fixture) -> Outcome {
    sample::fill(&*fixture.open())?;
    let family = sample::bare_family(1);
    let other = Family { id: family.id, number: family.number, ..sample::family(9) };
    fixture.open().transact("change", |tx| {
        let before = tx.audit(None, 99)?.len();
        tx.change_family(&family, &family, sample::AT)?;
        assert_eq!(tx.audit(None, 99)?.len(), before, "nothing was changed");
        tx.change_family(&family, &other, sample::AT)?;
        let row = tx.audit(None, 1)?.remove(0);
        assert_eq!((row.action.as_str(), row.subject), ("family-changed", family.id.to_string()));
        Ok(())
    })?;
    fixture.open().transact("change back", |tx| {
        assert_eq!(tx.family(&family.id)?, Some(other.clone()));
        tx.change_family(&other, &family, sample::AT)?;
        assert_eq!(tx.families()?, slice::from_ref(&family));
        Ok(())
    })
}
