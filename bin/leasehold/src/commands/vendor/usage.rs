//! `leasehold vendor usage`.

use clap::Args;
use leasehold_authority::reports::{self, MonthlyUsage, UsageFilter};
use leasehold_core::{FamilyId, Text};
use serde_json::{Value, json};

use super::{VendorContext, failed};
use crate::failure::Failure;
use crate::output::{self, Column, Output, Table};

/// How customers use what they have bought, by month, as their hosts report it when they renew.
#[derive(Debug, Args)]
pub(crate) struct Usage {
    /// That of one customer.
    #[arg(long, value_name = "NAME")]
    customer: Option<Text>,
    /// That of one family.
    #[arg(long, value_name = "FAMILY")]
    family: Option<FamilyId>,
    /// That of one month.
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<String>,
}

impl Usage {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let Self { customer, family, month } = self;
        let usage = reports::usage(&*context.store, &UsageFilter { customer, family, month });
        let usage = usage.map_err(|error| failed(&error))?;
        match output {
            Output::Json => output::json(&usage.iter().map(value).collect()),
            Output::Human if usage.is_empty() => errln!("no host has reported usage yet"),
            Output::Human => print(&usage),
        }
        Ok(())
    }
}

fn print(usage: &[MonthlyUsage]) {
    let mut table = Table::new([
        Column::new("MONTH"),
        Column::prose("CUSTOMER"),
        Column::new("FAMILY"),
        Column::new("HOSTS"),
        Column::new("CLIENTS"),
        Column::new("LEASES"),
        Column::new("PEAK"),
    ]);
    for MonthlyUsage { month, customer, family, hosts, clients, live, peak } in usage {
        table.row([
            month.clone(),
            customer.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
            family.to_string(),
            hosts.to_string(),
            clients.to_string(),
            live.to_string(),
            peak.to_string(),
        ]);
    }
    table.print();
}

fn value(usage: &MonthlyUsage) -> Value {
    let MonthlyUsage { month, customer, family, hosts, clients, live, peak } = usage;
    json!({
        "month": month,
        "customer": customer.as_ref().map(Text::as_str),
        "family": family.as_str(),
        "hosts": hosts,
        "clients": clients,
        "live": live,
        "peak": peak,
    })
}
