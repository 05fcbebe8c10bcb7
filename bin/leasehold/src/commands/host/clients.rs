//! `leasehold host clients`.

use std::thread;
use std::time::Duration;

use clap::{Args, Subcommand};
use leasehold_core::{Code, Counting, Cti, KeyId, Timestamp};
use leasehold_host::orders::Order;
use leasehold_store::StoreError;
use leasehold_store::host::{ClientRow, HostStore, LeaseRow};
use serde_json::{Value, json};

use super::{Data, failed, seconds};
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Output};

/// The machines that have asked, in the order of their keys.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Clients {
    #[command(subcommand)]
    change: Option<Change>,
    #[command(flatten)]
    data: Data,
    /// Show at most so many.
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
    /// Go on after this client.
    #[arg(long, value_name = "CLIENT")]
    after: Option<KeyId>,
}

#[derive(Debug, Subcommand)]
enum Change {
    /// Forget a machine that is gone: it counts no more, its leases end, and it is a newcomer if it asks again.
    Forget(Forget),
    /// End a lease before its time: its place is free at once. The machine's software runs until the lease's own end.
    End(End),
}

#[derive(Debug, Args)]
struct Forget {
    #[command(flatten)]
    data: Data,
    /// Which machine, as `leasehold host clients` shows it.
    client: KeyId,
}

#[derive(Debug, Args)]
struct End {
    #[command(flatten)]
    data: Data,
    /// Which lease, as `leasehold --json host clients` and `host events` show it.
    lease: Cti,
}

impl Forget {
    fn run(self, output: Output) -> Result<(), Failure> {
        let (client, now) = (self.client, input::now());
        let location = self.data.location()?;
        let mut store = self.data.reader()?;
        // Rows come in the order of the keys: those of this client are the first after the key before it.
        let before = u128::from_be_bytes(client.0).checked_sub(1).map(|before| KeyId(before.to_be_bytes()));
        let rows = store.clients(before, 1).map_err(|error| location.failed(&error))?;
        let mut orders = Vec::new();
        for row in rows.iter().filter(|row| row.client == client && !row.sighting.is_forgotten()) {
            let of = |product, lease| Order { client, family: row.family, product, lease };
            let running = row.leases.iter().filter(|(_, lease)| lease.held.runs_at(now));
            orders.extend(running.map(|(product, lease)| of(*product, Some(lease.held.lease))));
            let requests = row.sighting.requests.iter().map(|(product, _)| *product);
            let product = requests.chain(row.leases.iter().map(|(product, _)| *product)).next();
            orders.extend(product.map(|product| of(product, None)));
        }
        if orders.is_empty() {
            return Err(Failure::refused(Code::NotFound, format!("no machine {client} is known to this host")));
        }
        give(&self.data, &orders, output)
    }
}

impl End {
    fn run(self, output: Output) -> Result<(), Failure> {
        let location = self.data.location()?;
        let mut store = self.data.reader()?;
        let order = find(store.as_mut(), self.lease, input::now()).map_err(|error| location.failed(&error))?;
        let missing = || Failure::refused(Code::NotFound, format!("no lease {} runs", self.lease));
        give(&self.data, &[order.ok_or_else(missing)?], output)
    }
}

/// The order to end `lease`, where it runs.
fn find(store: &mut dyn HostStore, lease: Cti, now: Timestamp) -> Result<Option<Order>, StoreError> {
    let mut after = None;
    loop {
        let page = store.clients(after, 1_000)?;
        let Some(last) = page.last() else { return Ok(None) };
        after = Some(last.client);
        for row in &page {
            let held = row.leases.iter().find(|(_, row)| row.held.lease == lease && row.held.runs_at(now));
            if let Some((product, _)) = held {
                let (client, family) = (row.client, row.family);
                return Ok(Some(Order { client, family, product: *product, lease: Some(lease) }));
            }
        }
    }
}

/// Orders it, and waits a while for a host that serves.
fn give(data: &Data, orders: &[Order], output: Output) -> Result<(), Failure> {
    let home = data.home();
    orders.iter().try_for_each(|order| home.order(order)).map_err(|error| failed(&error))?;
    let waits = || orders.iter().any(|order| home.is_ordered(order));
    let looks = (0..LOOKS).take_while(|_| waits());
    looks.for_each(|_| thread::sleep(PAUSE));
    let done = !waits();
    match output {
        Output::Json => output::json(&json!({ "orders": orders.len(), "done": done })),
        Output::Human if done => outln!("done; see `leasehold host events`"),
        Output::Human => outln!("the host does it when it serves"),
    }
    Ok(())
}

/// A host that serves looks for orders once a second.
const LOOKS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

impl Clients {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        match self.change {
            Some(Change::Forget(command)) => return command.run(output),
            Some(Change::End(command)) => return command.run(output),
            None => {}
        }
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
        output::table(["CLIENT", "NAME", "ADDRESS", "PRODUCT", "FIRST SEEN", "LAST SEEN", "LEASE", "FORKS", "TWIN"]);
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
                if client.sighting.is_forgotten() {
                    "forgotten".to_owned()
                } else {
                    output::time(client.sighting.last)
                },
                lease.map_or_else(|| "none yet".to_owned(), |lease| until(lease, now)),
                lease.map_or(0, |lease| lease.forks).to_string(),
                if client.sighting.counting == Counting::Twin { "twin" } else { "-" }.to_owned(),
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
        "forgotten": row.sighting.is_forgotten(),
        "twin": row.sighting.counting == Counting::Twin,
        "leases": leases.collect::<Vec<_>>(),
    })
}
