//! `leasehold vendor directory list`.

use clap::{Args, ValueEnum};
use leasehold_authority::KeyName;
use leasehold_authority::activations::{self, Activated};
use leasehold_core::{Span, Text, Timestamp};

use crate::commands::listing::{self, Limit, newest, soonest, sortable_name};
use crate::commands::vendor::{VendorContext, failed};
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Column, Output, Table};
use crate::values;

/// The directories that were activated, each with its latest activation object.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Those of one product key: its id or last five characters.
    #[arg(long, value_name = "KEY")]
    key: Option<KeyName>,
    /// Those whose name has this in it; upper and lower case are the same.
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Those of one customer.
    #[arg(long, value_name = "NAME")]
    customer: Option<Text>,
    /// Those whose activation object ends within this time.
    #[arg(long, value_name = "TIME", value_parser = values::span)]
    expiring: Option<Span>,
    /// The order in which they are shown.
    #[arg(long, value_enum, default_value_t, value_name = "ORDER")]
    sort: DirectoryOrder,
    #[command(flatten)]
    limit: Limit,
}

/// The order of directories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum DirectoryOrder {
    /// Those activated first, first.
    #[default]
    First,
    /// By name.
    Name,
    /// Those that asked last, first.
    Last,
    /// By the end of their activation object, the nearest first.
    Expires,
}

impl List {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let now = input::now();
        let all = activations::directories(&*context.store, self.key.as_ref()).map_err(|error| failed(&error))?;
        let listed = self.limit.first(all, |one| self.shows(one, now), |one| self.sort.of(one));
        listed.show(output, "no directories yet", super::value, print);
        Ok(())
    }

    fn shows(&self, Activated { key, activation, .. }: &Activated, now: Timestamp) -> bool {
        listing::contains(self.name.as_ref(), activation.name.as_ref().map_or("", Text::as_str))
            && listing::is(self.customer.as_ref(), key.customer.as_ref())
            && listing::ends_within(self.expiring, activation.expires, now)
    }
}

impl DirectoryOrder {
    fn of(self, Activated { activation, .. }: &Activated) -> Vec<u8> {
        match self {
            // As they are read.
            Self::First => Vec::new(),
            Self::Name => sortable_name(activation.name.as_ref()),
            Self::Last => newest(Some(activation.last)),
            Self::Expires => soonest(activation.expires),
        }
    }
}

fn print(all: &[Activated]) {
    let mut table = Table::new([
        Column::new("KEY"),
        Column::prose("CUSTOMER").rank(3),
        Column::id("DIRECTORY"),
        Column::new("NAME"),
        Column::new("FIRST").rank(1),
        Column::new("LAST").rank(2),
        Column::new("UNTIL"),
        Column::new("STATUS"),
    ]);
    for activated in all {
        let Activated { key, activation, .. } = activated;
        table.row([
            format!("…{}", key.last_five),
            key.customer.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
            activation.directory.map(|id| id.to_string()).unwrap_or_default(),
            activation.name.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
            output::time(activation.first),
            output::time(activation.last),
            activation.expires.map_or_else(|| "for ever".to_owned(), output::time),
            super::status(activated).to_owned(),
        ]);
    }
    table.print();
}
