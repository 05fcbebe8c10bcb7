//! `leasehold vendor product list`.

use super::{Entry, entries};
use crate::commands::vendor::VendorContext;
use crate::failure::Failure;
use crate::output::{self, Column, Output, Table};

pub(super) fn run(context: &VendorContext, output: Output) -> Result<(), Failure> {
    let entries = entries(context)?;
    match output {
        Output::Json => output::json(&entries.iter().map(Entry::value).collect()),
        Output::Human if entries.is_empty() => errln!("no products yet"),
        Output::Human => print(&entries),
    }
    Ok(())
}

fn print(entries: &[Entry]) {
    let mut table = Table::new([
        Column::new("PRODUCT"),
        Column::new("NUMBER").rank(2),
        Column::new("FAMILY").rank(5),
        Column::prose("TITLE").rank(6),
        Column::new("GENERIC KEY"),
        Column::new("INITIAL GRACE").rank(3),
        Column::new("DRIFT").rank(1),
        Column::new("MODE").rank(4),
        Column::new("STATUS"),
    ]);
    for Entry { product, family, generic_key } in entries {
        table.row([
            product.id.to_string(),
            product.number.to_string(),
            format!("{} ({})", family.id, family.number),
            product.title.to_string(),
            generic_key.to_string(),
            product.initial_grace.to_string(),
            product.drift.to_string(),
            product.mode.name().to_owned(),
            product.withdrawn.map_or_else(|| "granted".to_owned(), |at| format!("withdrawn {}", output::time(at))),
        ]);
    }
    table.print();
}
