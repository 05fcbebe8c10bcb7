//! Products.

use leasehold_core::standing::Mode;
use leasehold_core::{ProductId, Text};
use leasehold_store::StoreError;
use leasehold_store::authority::{Change, Differences, Product, ProductRows, Stamp};
use rusqlite::types::Type;
use rusqlite::{Row, params};

use super::row::{at, integer, length, misfit, number, optional_text, optional_time, parsed, span, whole};
use super::transaction::SqliteTransaction;

impl ProductRows for SqliteTransaction<'_> {
    fn products(&mut self) -> Result<Vec<Product>, StoreError> {
        self.all(sql!("products"), [], product)
    }

    fn product(&mut self, id: &ProductId) -> Result<Option<Product>, StoreError> {
        self.first(sql!("product"), [id.as_str()], product)
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
}

fn product(row: &Row<'_>) -> rusqlite::Result<Product> {
    Ok(Product {
        id: parsed(row, 0)?,
        number: number(row, 1)?,
        family: parsed(row, 2)?,
        title: parsed(row, 3)?,
        initial_grace: span(row, 4)?,
        drift: whole(row, 5)?,
        service: optional_text(row, 6)?,
        mode: Mode::from_number(whole(row, 7)?).ok_or_else(|| misfit(7, Type::Integer, "no mode"))?,
        withdrawn: optional_time(row, 8)?,
    })
}
