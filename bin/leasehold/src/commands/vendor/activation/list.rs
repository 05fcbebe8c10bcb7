//! `leasehold vendor host list` and `leasehold vendor machine list`.

use std::iter;

use clap::{Args, ValueEnum};
use leasehold_authority::activations::{self, Activated};
use leasehold_authority::keys::{self, KeyUse};
use leasehold_authority::{Error, KeyName};
use leasehold_core::{Code, KeyKind, Span, Text, Timestamp};
use leasehold_store::authority::IssuedKey;

use crate::commands::listing::{self, Limit, newest, soonest, sortable_name};
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
    /// Those whose name has this in it; upper and lower case are the same.
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Those of one customer.
    #[arg(long, value_name = "NAME")]
    customer: Option<Text>,
    /// Those whose certificate or lease ends within this time.
    #[arg(long, value_name = "TIME", value_parser = values::span)]
    expiring: Option<Span>,
    /// The order in which they are shown.
    #[arg(long, value_enum, default_value_t, value_name = "ORDER")]
    sort: ActivationOrder,
    /// Go on after the one of this number of the product key.
    #[arg(long, value_name = "NUMBER", requires = "key", default_value_t = 0, value_parser = values::whole::<u64>(values::ANY))]
    after: u64,
    #[command(flatten)]
    limit: Limit,
}

/// The order of hosts and machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ActivationOrder {
    /// By product key, the first issued first, and the number among those that it has activated.
    #[default]
    Key,
    /// By name; those without one last.
    Name,
    /// By customer; those without one last.
    Customer,
    /// Those activated first, first.
    First,
    /// Those that asked last, first.
    Last,
    /// By the end of their certificate or lease, the nearest first.
    Expires,
}

impl List {
    pub(super) fn run(self, context: &VendorContext, kind: KeyKind, output: Output) -> Result<(), Failure> {
        let now = input::now();
        let mut failure = None;
        let all = self.keys(context, kind)?.into_iter().flat_map(|usage| self.places(context, &usage.key));
        let read = all.map_while(|page| page.map_err(|error| failure = Some(error)).ok()).flatten();
        let listed = self.limit.first(read, |one| self.shows(one, now), |one| self.sort.of(one));
        if let Some(error) = failure {
            return Err(failed(&error));
        }
        let none = format!("no {} yet", if kind == KeyKind::Host { "hosts" } else { "machines" });
        listed.show(output, &none, super::value, print);
        Ok(())
    }

    /// All that a key has activated, page by page.
    fn places<'l>(
        &self,
        context: &'l VendorContext,
        key: &IssuedKey,
    ) -> impl Iterator<Item = Result<Vec<Activated>, Error>> + use<'l> {
        let (name, mut after) = (KeyName::Id(key.public.id()), self.after);
        iter::from_fn(move || {
            let page = activations::page(&*context.store, &name, after, super::PAGE);
            match page.as_ref().map(|page| page.last()) {
                Ok(None) => None,
                Ok(Some(last)) => {
                    after = last.activation.ordinals.place;
                    Some(page)
                }
                Err(_) => Some(page),
            }
        })
    }

    fn shows(&self, Activated { key, activation, .. }: &Activated, now: Timestamp) -> bool {
        listing::contains(self.name.as_ref(), activation.name.as_ref().map_or("", Text::as_str))
            && listing::is(self.customer.as_ref(), key.customer.as_ref())
            && listing::ends_within(self.expiring, activation.expires, now)
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

impl ActivationOrder {
    fn of(self, Activated { key, activation, .. }: &Activated) -> Vec<u8> {
        match self {
            // As they are read.
            Self::Key => Vec::new(),
            Self::Name => sortable_name(activation.name.as_ref()),
            Self::Customer => sortable_name(key.customer.as_ref()),
            Self::First => soonest(Some(activation.first)),
            Self::Last => newest(Some(activation.last)),
            Self::Expires => soonest(activation.expires),
        }
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
