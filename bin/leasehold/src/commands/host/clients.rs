//! `leasehold host clients`.

use clap::Args;
use leasehold_core::{Counting, KeyId, Timestamp};
use leasehold_store::host::{ClientRow, LeaseRow};
use serde_json::{Value, json};

use super::{Data, seconds};
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Output};

/// The machines that have asked, in the order of their keys.
#[derive(Debug, Args)]
pub(crate) struct Clients {
    #[command(flatten)]
    data: Data,
    /// Show at most so many.
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
    /// Go on after this client.
    #[arg(long, value_name = "CLIENT")]
    after: Option<KeyId>,
}

impl Clients {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let location = self.data.location()?;
        let mut store = self.data.reader()?;
        let clients = store.clients(self.after, self.limit).map_err(|error| location.failed(&error))?;
        let now = input::now();
        match output {
            Output::Json => output::json(&clients.iter().map(value).collect()),
            Output::Human => print(&clients, now),
        }
        if clients.len() >= self.limit
            && let Some(last) = clients.last()
        {
            errln!("there may be more: --after {}", last.client);
        }
        Ok(())
    }
}

fn print(clients: &[ClientRow], now: Timestamp) {
    if clients.is_empty() {
        return errln!("no machine has asked yet");
    }
    let mut table =
        output::table(["CLIENT", "NAME", "ADDRESS", "PRODUCT", "FIRST SEEN", "LAST SEEN", "LEASE", "FORKS"]);
    for client in clients {
        let mut leases: Vec<(String, Option<&LeaseRow>)> =
            client.leases.iter().map(|(product, lease)| (product.to_string(), Some(lease))).collect();
        if leases.is_empty() {
            leases.push((format!("({})", client.family), None));
        }
        for (product, lease) in leases {
            table.add_row([
                client.client.to_string(),
                client.sighting.name.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
                client.sighting.address.map_or_else(|| "-".to_owned(), |address| address.to_string()),
                product,
                output::time(client.sighting.first),
                output::time(client.sighting.last),
                lease.map_or_else(|| "none yet".to_owned(), |lease| until(lease, now)),
                lease.map_or(0, |lease| lease.forks).to_string(),
            ]);
        }
    }
    outln!("{table}");
}

fn until(lease: &LeaseRow, now: Timestamp) -> String {
    let end = output::time(lease.held.expires);
    if lease.held.runs_at(now) {
        format!("until {end}")
    } else if lease.released == Some(lease.held.lease) {
        format!("released {end}")
    } else {
        format!("ended {end}")
    }
}

fn value(row: &ClientRow) -> Value {
    let leases = row.leases.iter().map(|(product, lease)| {
        json!({
            "product": product.as_str(),
            "lease": lease.held.lease.to_string(),
            "issued": seconds(lease.issued),
            "expires": seconds(lease.held.expires),
            "seal": lease.seal,
            "forks": lease.forks,
            "released": lease.released == Some(lease.held.lease),
        })
    });
    json!({
        "client": row.client.to_string(),
        "family": row.family.as_str(),
        "name": row.sighting.name.as_ref().map(leasehold_core::Text::as_str),
        "address": row.sighting.address.map(|address| address.to_string()),
        "first_seen": seconds(row.sighting.first),
        "last_seen": seconds(row.sighting.last),
        "twin": row.sighting.counting == Counting::Twin,
        "leases": leases.collect::<Vec<_>>(),
    })
}
