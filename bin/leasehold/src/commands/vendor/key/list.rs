//! `leasehold vendor key list`.

use clap::{Args, ValueEnum};
use leasehold_authority::keys::{self, KeyUse};
use leasehold_core::activation::Allowance;
use leasehold_core::{FamilyId, KeyKind, Span, Text};

use crate::commands::listing::{self, Limit, newest, soonest, sortable_name};
use crate::commands::vendor::{VendorContext, failed};
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Column, Output, Table};
use crate::values;

/// The keys issued and what they have activated.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Those of one customer.
    #[arg(long, value_name = "NAME")]
    customer: Option<Text>,
    /// Those of one family.
    #[arg(long, value_name = "FAMILY")]
    family: Option<FamilyId>,
    /// Those that activate hosts, or those that activate machines.
    #[arg(long, value_enum, value_name = "KIND")]
    kind: Option<Kind>,
    /// Those whose grant ends within this time.
    #[arg(long, value_name = "TIME", value_parser = values::span)]
    expiring: Option<Span>,
    /// The order in which they are shown.
    #[arg(long, value_enum, default_value_t, value_name = "ORDER")]
    sort: KeyOrder,
    #[command(flatten)]
    limit: Limit,
}

/// What a key activates.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// Hosts.
    Host,
    /// Machines, without a host.
    Multiple,
}

/// The order of the product keys.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum KeyOrder {
    /// Those issued first, first.
    #[default]
    Oldest,
    /// Those issued last, first.
    Newest,
    /// By customer; those without one last.
    Customer,
    /// By family.
    Family,
    /// Those with the fewest free places first.
    Free,
    /// By the end of what they grant, the nearest first.
    Expires,
}

impl List {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let (keys, now) = (keys::list(&*context.store).map_err(|error| failed(&error))?, input::now());
        let kind = self.kind.map(|kind| match kind {
            Kind::Host => KeyKind::Host,
            Kind::Multiple => KeyKind::Multiple,
        });
        let shows = |KeyUse { key, .. }: &KeyUse| {
            listing::is(self.customer.as_ref(), key.customer.as_ref())
                && listing::is(self.family.as_ref(), Some(&key.family))
                && listing::is(kind.as_ref(), Some(&key.allowance.kind()))
                && listing::ends_within(self.expiring, key.policy.end, now)
        };
        let listed = self.limit.first(keys, shows, |usage| self.sort.of(usage));
        listed.show(output, "no product keys yet", super::value, print);
        Ok(())
    }
}

impl KeyOrder {
    fn of(self, KeyUse { key, places_taken, .. }: &KeyUse) -> Vec<u8> {
        match self {
            Self::Oldest => soonest(Some(key.issued)),
            Self::Newest => newest(Some(key.issued)),
            Self::Customer => sortable_name(key.customer.as_ref()),
            Self::Family => key.family.as_str().into(),
            Self::Free => key.allowance.places().saturating_sub(*places_taken).to_be_bytes().to_vec(),
            Self::Expires => soonest(key.policy.end),
        }
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
    let (one, more) = match usage.key.allowance {
        Allowance::Hosts { .. } => ("host", "hosts"),
        Allowance::Machines { .. } => ("machine", "machines"),
    };
    format!("{}/{}", usage.places_taken, output::count(usage.key.allowance.places(), one, more))
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
