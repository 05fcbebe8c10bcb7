//! `leasehold vendor product list`.

use super::{Entry, entries, mode_name};
use crate::commands::vendor::VendorContext;
use crate::failure::Failure;
use crate::output::{self, Output};

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
    let mut table = output::table([
        "PRODUCT",
        "NUMBER",
        "FAMILY",
        "TITLE",
        "GENERIC KEY",
        "INITIAL GRACE",
        "DRIFT",
        "MODE",
        "STATUS",
    ]);
    for Entry { product, family, generic_key } in entries {
        table.add_row([
            product.id.to_string(),
            product.number.to_string(),
            format!("{} ({})", family.id, family.number),
            product.title.to_string(),
            generic_key.to_string(),
            product.initial_grace.to_string(),
            product.drift.to_string(),
            mode_name(product.mode).to_owned(),
            product.withdrawn.map_or_else(|| "granted".to_owned(), |at| format!("withdrawn {}", output::time(at))),
        ]);
    }
    outln!("{table}");
}
