//! `leasehold host clients`.

mod change;
mod list;
mod users;

use clap::Args;
use leasehold_core::KeyId;

use super::ReadData;
use crate::commands::listing::{ClientOrder, RowFilter, say_more};
use crate::failure::Failure;
use crate::ids::IdStart;
use crate::input;
use crate::output::{self, Output};
use crate::values;
use change::{Change, beginning};
use list::{More, Selection};

/// The machines that have asked.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Clients {
    #[command(subcommand)]
    change: Option<Change>,
    #[command(flatten)]
    data: ReadData,
    #[command(flatten)]
    filter: RowFilter,
    /// Show users who have signed in and how many devices each has, by the hash that the host keeps of them.
    #[arg(long, conflicts_with_all = ["sort", "after", "limit", "name", "address", "product", "expiring"])]
    users: bool,
    /// The order of the machines.
    #[arg(long, value_enum, default_value_t, value_name = "ORDER")]
    sort: ClientOrder,
    /// Show at most so many.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = values::whole::<usize>(values::SOME))]
    limit: usize,
    /// Go on after this client, in the order of their keys.
    #[arg(long, value_name = "CLIENT", conflicts_with = "sort")]
    after: Option<IdStart>,
}

impl Clients {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        if let Some(change) = self.change {
            return change.run(output);
        }
        let data = self.data.data()?;
        let (location, now) = (data.location()?, input::now());
        let mut store = data.reader()?;
        if self.users {
            let users = users::read(store.as_mut(), now).map_err(|error| location.failed(&error))?;
            match output {
                Output::Json => output::json(&users.iter().map(users::value).collect()),
                Output::Human => users::print(&users),
            }
            return Ok(());
        }
        let after = match &self.after {
            Some(start) => {
                let rows = beginning(store.as_mut(), start).map_err(|error| location.failed(&error))?;
                let found = start.find("machine", rows.iter().map(|row| row.client))?;
                Some(found.unwrap_or(KeyId(start.lowest())))
            }
            None => None,
        };
        let selection = Selection { filter: &self.filter, order: self.sort, limit: self.limit, now };
        let selected = selection.read(store.as_mut(), after).map_err(|error| location.failed(&error))?;
        match output {
            Output::Json => output::json(&selected.rows.iter().map(list::value).collect()),
            Output::Human => list::print(&selected.rows, now),
        }
        match selected.more {
            More::None => {}
            More::After(last) => errln!("there are more: --after {last}, or --limit N"),
            More::Of(all) => say_more(selected.rows.len(), all, "--limit N shows more"),
        }
        Ok(())
    }
}
