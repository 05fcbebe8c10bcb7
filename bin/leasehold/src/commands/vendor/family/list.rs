//! `leasehold vendor family list`.

use super::{families, policy, value};
use crate::commands::vendor::VendorContext;
use crate::failure::Failure;
use crate::output::{self, Column, Output, Table};

pub(super) fn run(context: &VendorContext, output: Output) -> Result<(), Failure> {
    let families = families(context)?;
    match output {
        Output::Json => output::json(&families.iter().map(value).collect()),
        Output::Human if families.is_empty() => {
            errln!("no families yet: one begins with its first product");
        }
        Output::Human => {
            let mut table = Table::new([
                Column::new("FAMILY"),
                Column::new("NUMBER").rank(1),
                Column::prose("POLICY"),
                Column::new("STATUS"),
            ]);
            for family in &families {
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
    }
    Ok(())
}
