//! `leasehold vendor authority list`.

use clap::{Args, ValueEnum};
use leasehold_authority::rotation::{AuthorityStatus, Certified, authorities};
use leasehold_core::{Span, Timestamp};
use serde_json::{Value, json};

use crate::commands::listing::{self, Limit, newest, soonest};
use crate::commands::vendor::{VendorContext, failed};
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Column, Output, Table};
use crate::values;

/// The authorities that the root has certified.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Those whose certificate ends within this time.
    #[arg(long, value_name = "TIME", value_parser = values::span)]
    expiring: Option<Span>,
    /// The order in which they are shown.
    #[arg(long, value_enum, default_value_t, value_name = "ORDER")]
    sort: AuthorityOrder,
    #[command(flatten)]
    limit: Limit,
}

/// The order of the authorities.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum AuthorityOrder {
    /// Those certified first, first.
    #[default]
    Oldest,
    /// Those certified last, first.
    Newest,
    /// By the end of their certificate, the nearest first.
    Expires,
}

impl List {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let (authorities, now) = (authorities(&*context.store).map_err(|error| failed(&error))?, input::now());
        let shows = |one: &Certified| listing::ends_within(self.expiring, Some(one.certificate.expires), now);
        let key = |one: &Certified| match self.sort {
            AuthorityOrder::Oldest => soonest(Some(one.certificate.not_before)),
            AuthorityOrder::Newest => newest(Some(one.certificate.not_before)),
            AuthorityOrder::Expires => soonest(Some(one.certificate.expires)),
        };
        let listed = self.limit.first(authorities, shows, key);
        listed.show(output, "no authorities yet", |one| value(one, now), |all| print(all, now));
        Ok(())
    }
}

fn print(authorities: &[Certified], now: Timestamp) {
    let mut table =
        Table::new([Column::id("AUTHORITY"), Column::new("FROM"), Column::new("UNTIL"), Column::new("STATUS")]);
    for one in authorities {
        let Certified { certificate, .. } = one;
        let (from, until) = (output::time(certificate.not_before), output::time(certificate.expires));
        table.row([certificate.authority.to_string(), from, until, status(one, now).to_owned()]);
    }
    table.print();
}

fn status(one: &Certified, now: Timestamp) -> &'static str {
    match one.status {
        AuthorityStatus::Revoked => "revoked",
        AuthorityStatus::Active | AuthorityStatus::Superseded if one.certificate.expires <= now => "ended",
        AuthorityStatus::Active => "active",
        AuthorityStatus::Superseded => "superseded",
    }
}

fn value(one: &Certified, now: Timestamp) -> Value {
    let Certified { certificate, .. } = one;
    json!({
        "authority": certificate.authority.to_string(),
        "not_before": certificate.not_before.unix(),
        "expires": certificate.expires.unix(),
        "status": status(one, now),
    })
}
