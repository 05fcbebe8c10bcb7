//! `leasehold vendor family list`.

use clap::{Args, ValueEnum};
use leasehold_store::authority::Family;

use super::{families, policy, value};
use crate::commands::listing::{self, Limit};
use crate::commands::vendor::VendorContext;
use crate::failure::Failure;
use crate::output::{self, Column, Output, Table};

/// The families with what their keys grant.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Those whose id has this in it.
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// The order in which they are shown.
    #[arg(long, value_enum, default_value_t, value_name = "ORDER")]
    sort: FamilyOrder,
    #[command(flatten)]
    limit: Limit,
}

/// The order of the families.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum FamilyOrder {
    /// By id.
    #[default]
    Family,
    /// By number.
    Number,
}

impl List {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let shows = |family: &Family| listing::contains(self.name.as_ref(), family.id.as_str());
        let key = |family: &Family| match self.sort {
            FamilyOrder::Family => family.id.as_str().into(),
            FamilyOrder::Number => family.number.value().to_be_bytes().to_vec(),
        };
        let listed = self.limit.first(families(context)?, shows, key);
        listed.show(output, "no families yet: one begins with its first product", value, print);
        Ok(())
    }
}

fn print(families: &[Family]) {
    let mut table = Table::new([
        Column::new("FAMILY"),
        Column::new("NUMBER").rank(1),
        Column::prose("POLICY"),
        Column::new("STATUS"),
    ]);
    for family in families {
        let withdrawn = family.withdrawn.map(|at| format!("withdrawn {}", output::time(at)));
        table.row([
            family.id.to_string(),
            family.number.to_string(),
            policy::words(&family.policy),
            withdrawn.unwrap_or_else(|| "granted".to_owned()),
        ]);
    }
    table.print();
}
