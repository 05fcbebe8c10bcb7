//! `leasehold vendor key list`.

use clap::Args;
use leasehold_authority::keys::{self, KeyUse};
use leasehold_core::activation::Allowance;
use leasehold_core::{FamilyId, Text};

use crate::commands::vendor::{VendorContext, failed};
use crate::failure::Failure;
use crate::output::{self, Column, Output, Table};

/// The keys issued and what they have activated.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Those of one customer.
    #[arg(long, value_name = "NAME")]
    customer: Option<Text>,
    /// Those of one family.
    #[arg(long, value_name = "FAMILY")]
    family: Option<FamilyId>,
}

impl List {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let mut keys = keys::list(&*context.store).map_err(|error| failed(&error))?;
        keys.retain(|usage| {
            let customer = self.customer.is_none() || self.customer == usage.key.customer;
            customer && self.family.is_none_or(|family| family == usage.key.family)
        });
        match output {
            Output::Json => output::json(&keys.iter().map(super::value).collect()),
            Output::Human if keys.is_empty() => errln!("no product keys yet"),
            Output::Human => print(&keys),
        }
        Ok(())
    }
}

/// Each key in a row.
pub(super) fn print(keys: &[KeyUse]) {
    let mut table = Table::new([
        Column::new("KEY"),
        Column::new("KIND").rank(2),
        Column::new("FAMILY"),
        Column::prose("CUSTOMER"),
        Column::new("USED"),
        Column::prose("ACTIVATIONS").rank(1),
        Column::new("ISSUED").rank(3),
        Column::new("STATUS"),
    ]);
    for usage in keys {
        let key = &usage.key;
        table.row([
            format!("…{}", key.last_five),
            key.allowance.kind().name().to_owned(),
            key.family.to_string(),
            key.customer.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
            used(usage),
            activations(usage),
            output::time(key.issued),
            key.withdrawn.map_or_else(|| "valid".to_owned(), |at| format!("withdrawn {}", output::time(at))),
        ]);
    }
    table.print();
}

fn used(usage: &KeyUse) -> String {
    let what = match usage.key.allowance {
        Allowance::Hosts { .. } => "hosts",
        Allowance::Machines { .. } => "machines",
    };
    format!("{}/{} {what}", usage.places_taken, usage.key.allowance.places())
}

/// Of each host, how often it was activated.
fn activations(usage: &KeyUse) -> String {
    let each: Vec<String> = usage.hosts.iter().map(|host| host.ordinals.activation.to_string()).collect();
    if each.is_empty() {
        "-".to_owned()
    } else {
        format!("{} (of {})", each.join(", "), usage.key.allowance.activations())
    }
}
