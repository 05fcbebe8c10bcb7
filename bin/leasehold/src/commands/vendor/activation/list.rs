//! `leasehold vendor host list` and `leasehold vendor machine list`.

use std::cmp::Reverse;

use clap::{Args, ValueEnum};
use leasehold_authority::KeyName;
use leasehold_authority::activations::{self, Activated};
use leasehold_authority::keys::{self, KeyUse};
use leasehold_core::{Code, KeyKind, Span, Text, Timestamp};

use crate::commands::vendor::{VendorContext, failed};
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Column, Output, Table};
use crate::values;

/// Those that were activated, by product key, each with its latest key pair.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Those of one product key: its id or last five characters.
    #[arg(long, value_name = "KEY")]
    key: Option<KeyName>,
    /// Those whose name contains this.
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Those of one customer.
    #[arg(long, value_name = "NAME")]
    customer: Option<Text>,
    /// Those whose certificate ends within this time.
    #[arg(long, value_name = "TIME", value_parser = values::span)]
    expiring: Option<Span>,
    /// In which order; by product key where none is given.
    #[arg(long, value_enum, value_name = "COLUMN")]
    sort: Option<Sort>,
    /// Go on after this ordinal of the product key.
    #[arg(long, value_name = "ORDINAL", requires = "key", default_value_t = 0, value_parser = values::whole::<u64>(values::ANY))]
    after: u64,
    /// Show at most so many of each product key.
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = values::whole::<u64>(values::SOME))]
    limit: u64,
}

/// By which column a list is sorted.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Sort {
    /// By name.
    Name,
    /// Those activated first before others.
    First,
    /// Those that asked last before others.
    Last,
    /// Those that end soon before others.
    Until,
}

impl List {
    pub(super) fn run(self, context: &VendorContext, kind: KeyKind, output: Output) -> Result<(), Failure> {
        let mut all = Vec::new();
        for KeyUse { key, places_taken, .. } in self.keys(context, kind)? {
            let name = KeyName::Id(key.public.id());
            let page =
                activations::page(&*context.store, &name, self.after, self.limit).map_err(|error| failed(&error))?;
            if let Some(last) =
                page.last().map(|last| last.activation.ordinals.place).filter(|last| *last < places_taken)
            {
                errln!("key …{} has more: --key {name} --after {last}", key.last_five);
            }
            all.extend(page);
        }
        all.retain(|activated| self.shows(activated, input::now()));
        match self.sort {
            Some(Sort::Name) => all.sort_by(|one, other| one.activation.name.cmp(&other.activation.name)),
            Some(Sort::First) => all.sort_by_key(|one| one.activation.first),
            Some(Sort::Last) => all.sort_by_key(|one| Reverse(one.activation.last)),
            Some(Sort::Until) => {
                all.sort_by_key(|one| one.activation.expires.unwrap_or(Timestamp::from_unix(u64::MAX)));
            }
            None => {}
        }
        match output {
            Output::Json => output::json(&all.iter().map(super::value).collect()),
            Output::Human if all.is_empty() => errln!("none yet"),
            Output::Human => print(&all),
        }
        Ok(())
    }

    fn shows(&self, activated: &Activated, now: Timestamp) -> bool {
        let Activated { key, activation, .. } = activated;
        let name = activation.name.as_ref().map(|name| name.as_str().to_lowercase()).unwrap_or_default();
        self.name.as_ref().is_none_or(|part| name.contains(&part.to_lowercase()))
            && (self.customer.is_none() || self.customer == key.customer)
            && self.expiring.is_none_or(|span| activation.expires.is_some_and(|end| end > now && end <= now.plus(span)))
    }

    /// The product keys to look at, of the kind that activates what is listed.
    fn keys(&self, context: &VendorContext, kind: KeyKind) -> Result<Vec<KeyUse>, Failure> {
        let mut keys = match &self.key {
            Some(name) => vec![keys::named(&*context.store, name).map_err(|error| failed(&error))?],
            None => keys::list(&*context.store).map_err(|error| failed(&error))?,
        };
        if let Some(other) = self.key.as_ref().and(keys.first()).filter(|usage| usage.key.allowance.kind() != kind) {
            let found = other.key.allowance.kind();
            let message = format!("product key …{}: it is a {} key", other.key.last_five, found.name());
            let command = if found == KeyKind::Host { "host" } else { "machine" };
            return Err(Failure::refused(Code::WrongKindOfKey, message)
                .hint(format!("`leasehold vendor {command} list` shows what it has activated")));
        }
        keys.retain(|usage| usage.key.allowance.kind() == kind);
        Ok(keys)
    }
}

fn print(all: &[Activated]) {
    let mut table = Table::new([
        Column::new("KEY"),
        Column::prose("CUSTOMER").rank(4),
        Column::new("NO.").rank(2),
        Column::id("ID"),
        Column::new("NAME"),
        Column::new("FIRST").rank(1),
        Column::new("LAST").rank(3),
        Column::new("UNTIL"),
        Column::new("STATUS"),
    ]);
    for activated in all {
        let Activated { key, activation, .. } = activated;
        table.row([
            format!("…{}", key.last_five),
            key.customer.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
            format!("{}.{}", activation.ordinals.place, activation.ordinals.activation),
            activation.subject.id().to_string(),
            activation.name.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
            output::time(activation.first),
            output::time(activation.last),
            activation.expires.map_or_else(|| "for ever".to_owned(), output::time),
            super::status(activated).to_owned(),
        ]);
    }
    table.print();
}
