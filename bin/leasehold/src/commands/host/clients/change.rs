//! `leasehold host clients forget` and `end`: freeing the place of a machine that is gone.

use std::thread;
use std::time::Duration;

use clap::{Args, Subcommand};
use leasehold_core::{Code, KeyId, LeaseEnd, Text};
use leasehold_host::orders::{Order, Task};
use leasehold_store::StoreError;
use leasehold_store::host::{ClientRow, HostStore, LeaseRow};
use serde_json::json;

use crate::commands::host::local_api::LocalApi;
use crate::commands::host::{Data, ReadData, failed};
use crate::failure::Failure;
use crate::ids::IdStart;
use crate::operator::Operator;
use crate::output::{self, Output};

#[derive(Debug, Subcommand)]
pub(super) enum Change {
    /// Forget a machine that is gone: it counts no more, its leases end, and it is a newcomer if it asks again.
    Forget(Forget),
    /// End a lease before its time: its place is free at once. The machine's software runs until the lease's own end.
    End(End),
}

#[derive(Debug, Args)]
pub(super) struct Forget {
    #[command(flatten)]
    data: ReadData,
    /// Which machine, as `leasehold host clients` shows it.
    client: IdStart,
    #[command(flatten)]
    operator: Operator,
}

#[derive(Debug, Args)]
pub(super) struct End {
    #[command(flatten)]
    data: ReadData,
    /// Which lease, as `leasehold --json host clients` and `host events` show it.
    lease: IdStart,
    #[command(flatten)]
    operator: Operator,
}

impl Change {
    pub(super) fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Self::Forget(command) => command.run(output),
            Self::End(command) => command.run(output),
        }
    }
}

impl Forget {
    fn run(self, output: Output) -> Result<(), Failure> {
        let by = self.operator.name();
        let data = self.data.data()?;
        let location = data.location()?;
        let mut store = data.reader()?;
        let mut rows = beginning(store.as_mut(), &self.client).map_err(|error| location.failed(&error))?;
        let found = self.client.find("machine", rows.iter().map(|row| row.client))?;
        let missing = || {
            Failure::refused(Code::NotFound, format!("no machine {} is known to this host", self.client))
                .hint("`leasehold --full-ids host clients` shows the machines that are known")
        };
        let client = found.ok_or_else(missing)?;
        rows.retain(|row| row.client == client && !row.sighting.is_forgotten());
        let order = |row: &ClientRow| Order { client, family: row.family, task: Task::Forget, by: by.clone() };
        let orders: Vec<Order> = rows.iter().map(order).collect();
        if orders.is_empty() {
            return Err(missing());
        }
        give(&data, &orders, output)
    }
}

impl End {
    fn run(self, output: Output) -> Result<(), Failure> {
        let data = self.data.data()?;
        let location = data.location()?;
        let mut store = data.reader()?;
        let orders =
            find(store.as_mut(), &self.lease, &self.operator.name()).map_err(|error| location.failed(&error))?;
        let lease = self.lease.find("lease", orders.iter().filter_map(|order| order.task.lease()))?;
        let order = orders.into_iter().find(|order| order.task.lease() == lease);
        let missing = || {
            Failure::refused(Code::NotFound, format!("no lease {} can be ended", self.lease))
                .hint("`leasehold --json host clients` shows the leases that run")
        };
        give(&data, &[order.ok_or_else(missing)?], output)
    }
}

/// The machines whose ids begin so, all families of each. They come in the order of their ids.
pub(super) fn beginning(store: &mut dyn HostStore, start: &IdStart) -> Result<Vec<ClientRow>, StoreError> {
    let mut rows = Vec::new();
    let mut after = before(start);
    loop {
        let page = store.clients(after, PAGE)?;
        let Some(last) = page.last().filter(|row| start.begins(row.client)) else {
            rows.extend(page.into_iter().filter(|row| start.begins(row.client)));
            return Ok(rows);
        };
        after = Some(last.client);
        rows.extend(page);
    }
}

/// The id right before all that begin so.
fn before(start: &IdStart) -> Option<KeyId> {
    u128::from_be_bytes(start.lowest()).checked_sub(1).map(|before| KeyId(before.to_be_bytes()))
}

/// The orders to end leases that are their clients' last, were not ended yet and whose ids begin so.
fn find(store: &mut dyn HostStore, lease: &IdStart, by: &Text) -> Result<Vec<Order>, StoreError> {
    let (mut after, mut found) = (None, Vec::new());
    loop {
        let page = store.clients(after, PAGE)?;
        let Some(last) = page.last() else { return Ok(found) };
        after = Some(last.client);
        for row in &page {
            let is_one = |row: &LeaseRow| lease.begins(row.held.lease) && row.held.end == LeaseEnd::Expiry;
            let order = |product, lease| {
                let task = Task::End { product, lease };
                Order { client: row.client, family: row.family, task, by: by.clone() }
            };
            let held = row.leases.iter().filter(|(_, row)| is_one(row));
            found.extend(held.map(|(product, row)| order(*product, row.held.lease)));
        }
    }
}

/// Machines that are looked at at a time.
const PAGE: usize = 1_000;

/// Orders it, and waits a while for a host that serves.
fn give(data: &Data, orders: &[Order], output: Output) -> Result<(), Failure> {
    let home = data.home();
    if let Some(api) = LocalApi::of(&data.folder) {
        let done = orders.iter().map(|order| ask(&api, order)).collect::<Result<Vec<_>, _>>()?;
        tell(orders, done.iter().all(|done| *done), output);
        return Ok(());
    }
    orders.iter().try_for_each(|order| home.order(order)).map_err(|error| failed(&error))?;
    let waits = || orders.iter().any(|order| home.is_ordered(order));
    let looks = (0..LOOKS).take_while(|_| waits());
    looks.for_each(|_| thread::sleep(PAUSE));
    tell(orders, !waits(), output);
    Ok(())
}

/// Has a host that serves carry `order` out; whether it is done.
fn ask(api: &LocalApi, order: &Order) -> Result<bool, Failure> {
    let Order { client, family, task, by } = order;
    let family = family.as_str();
    let (action, body) = match task {
        Task::End { product, lease } => {
            ("end", json!({ "family": family, "product": product.as_str(), "lease": lease.to_string() }))
        }
        Task::Forget => ("forget", json!({ "family": family })),
    };
    let answer = api.post(&format!("/api/v1/clients/{client}/{action}"), &body, by)?;
    Ok(answer["done"].as_bool() == Some(true))
}

fn tell(orders: &[Order], done: bool, output: Output) {
    match output {
        Output::Json => output::json(&json!({ "orders": orders.len(), "done": done })),
        Output::Human if done => outln!("done; see `leasehold host events`"),
        Output::Human => outln!("the host does it when it serves"),
    }
}

/// A host that serves looks for orders once a second.
const LOOKS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);
