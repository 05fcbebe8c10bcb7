//! Cases about products.
#![expect(clippy::missing_panics_doc, reason = "cases are tests: to panic is how they fail")]

use std::slice;

use crate::authority::Product;
use crate::authority::suite::{Fixture, Outcome, sample};

/// Products come back as they were given, with and without their optional parts, by number.
///
/// # Errors
/// Where the store fails.
pub fn products_are_read_back(fixture: &dyn Fixture) -> Outcome {
    let (product, bare) = (sample::product(2), sample::bare_product(1));
    fixture.open().transact("fill", |tx| {
        tx.add_family(&sample::bare_family(1), sample::AT)?;
        tx.add_product(&product, sample::AT)?;
        tx.add_product(&bare, sample::AT)
    })?;
    fixture.open().transact("read", |tx| {
        assert_eq!(tx.products()?, [bare.clone(), product.clone()]);
        assert_eq!(tx.product(&product.id)?, Some(product.clone()));
        Ok(())
    })
}

/// A changed product is there afterwards, with one row that says so; no change leaves none.
///
/// # Errors
/// Where the store fails.
pub fn a_changed_product_is_read_back(fixture: &dyn Fixture) -> Outcome {
    sample::fill(&*fixture.open())?;
    let product = sample::bare_product(1);
    let other = Product { id: product.id, number: product.number, ..sample::product(9) };
    fixture.open().transact("change", |tx| {
        let before = tx.audit(None, 99)?.len();
        tx.change_product(&product, &product, sample::AT)?;
        assert_eq!(tx.audit(None, 99)?.len(), before, "nothing was changed");
        tx.change_product(&product, &other, sample::AT)?;
        let row = tx.audit(None, 1)?.remove(0);
        assert_eq!((row.action.as_str(), row.subject), ("product-changed", product.id.to_string()));
        Ok(())
    })?;
    fixture.open().transact("change back", |tx| {
        assert_eq!(tx.product(&product.id)?, Some(other.clone()));
        tx.change_product(&other, &product, sample::AT)?;
        assert_eq!(tx.products()?, slice::from_ref(&product));
        Ok(())
    })
}
