//! `leasehold vendor product list`.

use clap::{Args, ValueEnum};
use leasehold_core::FamilyId;

use super::{Entry, entries};
use crate::commands::listing::{self, Limit, sortable_name};
use crate::commands::vendor::VendorContext;
use crate::failure::Failure;
use crate::output::{self, Column, Output, Table};

/// The products with their generic keys.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Those whose id or title has this in it; upper and lower case are the same.
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Those of one family.
    #[arg(long, value_name = "FAMILY")]
    family: Option<FamilyId>,
    /// The order in which they are shown.
    #[arg(long, value_enum, default_value_t, value_name = "ORDER")]
    sort: ProductOrder,
    #[command(flatten)]
    limit: Limit,
}

/// The order of the products.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ProductOrder {
    /// By id.
    #[default]
    Product,
    /// By number.
    Number,
    /// By family.
    Family,
    /// By title.
    Title,
}

impl List {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let shows = |Entry { product, .. }: &Entry| {
            let has = |text: &str| listing::contains(self.name.as_ref(), text);
            (has(product.id.as_str()) || has(product.title.as_str()))
                && listing::is(self.family.as_ref(), Some(&product.family))
        };
        let listed = self.limit.first(entries(context)?, shows, |entry| self.sort.of(entry));
        listed.show(output, "no products yet", Entry::value, print);
        Ok(())
    }
}

impl ProductOrder {
    fn of(self, Entry { product, .. }: &Entry) -> Vec<u8> {
        match self {
            Self::Product => product.id.as_str().into(),
            Self::Number => product.number.value().to_be_bytes().to_vec(),
            Self::Family => product.family.as_str().into(),
            Self::Title => sortable_name(Some(&product.title)),
        }
    }
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
