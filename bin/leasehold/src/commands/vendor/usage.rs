//! `leasehold vendor usage`.

use clap::{Args, ValueEnum};
use leasehold_authority::reports::{self, MonthlyUsage, UsageFilter};
use leasehold_core::{FamilyId, Text};
use serde_json::{Value, json};

use super::journals::Journals;
use super::{VendorContext, failed};
use crate::commands::listing::{Limit, sortable_name};
use crate::failure::Failure;
use crate::output::{Column, Output, Table};

/// How customers use what they have bought, by month: as their hosts report it when they renew, or as the sealed journals of their hosts
/// prove it (`--journal`).
#[derive(Debug, Args)]
pub(crate) struct Usage {
    /// That of one customer.
    #[arg(long, value_name = "NAME", conflicts_with = "files")]
    customer: Option<Text>,
    /// That of one family.
    #[arg(long, value_name = "FAMILY", conflicts_with = "files")]
    family: Option<FamilyId>,
    /// That of one month.
    #[arg(long, value_name = "YYYY-MM", conflicts_with = "files")]
    month: Option<String>,
    /// The order in which they are shown.
    #[arg(long, value_enum, default_value_t, value_name = "ORDER")]
    sort: UsageOrder,
    #[command(flatten)]
    limit: Limit,
    #[command(flatten)]
    journals: Journals,
}

/// The order of the months of customers.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum UsageOrder {
    /// By month, the first first.
    #[default]
    Oldest,
    /// By month, the last first.
    Newest,
    /// By customer; those without one last.
    Customer,
    /// By family.
    Family,
    /// By the highest number of leases, the highest first.
    Peak,
}

impl Usage {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let Self { customer, family, month, sort, limit, journals } = self;
        if journals.are_given() {
            return journals.run(context, output);
        }
        journals.refuse_file()?;
        let usage = reports::usage(&*context.store, &UsageFilter { customer, family, month });
        let usage = usage.map_err(|error| failed(&error))?;
        let listed = limit.first(usage, |_| true, |row| sort.of(row));
        listed.show(output, "no host has reported usage yet", value, print);
        Ok(())
    }
}

impl UsageOrder {
    fn of(self, usage: &MonthlyUsage) -> Vec<u8> {
        match self {
            Self::Oldest => usage.month.clone().into(),
            Self::Newest => usage.month.bytes().map(|byte| u8::MAX - byte).collect(),
            Self::Customer => sortable_name(usage.customer.as_ref()),
            Self::Family => usage.family.as_str().into(),
            Self::Peak => (u64::MAX - usage.peak).to_be_bytes().to_vec(),
        }
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
