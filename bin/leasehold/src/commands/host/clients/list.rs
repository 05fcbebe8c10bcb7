//! The machines that have asked: which are shown, in which order, and how.

use leasehold_core::{Counting, KeyId, Text, Timestamp};
use leasehold_store::StoreError;
use leasehold_store::host::{ClientRow, HostStore, LeaseRow};
use serde_json::{Value, json};

use crate::commands::host::seconds;
use crate::commands::listing::{ClientOrder, Facts, RowFilter, Top, sortable, sortable_name};
use crate::output::{self, Column, Table};

/// The machines to show.
pub(super) struct Selection<'s> {
    pub(super) filter: &'s RowFilter,
    pub(super) order: ClientOrder,
    pub(super) limit: usize,
    pub(super) now: Timestamp,
}

/// Machines, and whether there are more.
pub(super) struct Selected {
    pub(super) rows: Vec<ClientRow>,
    pub(super) more: More,
}

/// What is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum More {
    None,
    /// Some come after this machine.
    After(KeyId),
    /// There are so many in all.
    Of(usize),
}

impl Selection<'_> {
    /// The machines after `after` in the order of their keys, or all of them in another order.
    pub(super) fn read(&self, store: &mut dyn HostStore, after: Option<KeyId>) -> Result<Selected, StoreError> {
        match self.order {
            ClientOrder::Client => self.in_order_of_keys(store, after),
            _ => self.sorted(store, after),
        }
    }

    fn in_order_of_keys(&self, store: &mut dyn HostStore, mut after: Option<KeyId>) -> Result<Selected, StoreError> {
        let mut rows: Vec<ClientRow> = Vec::new();
        loop {
            let page = store.clients(after, PAGE)?;
            let Some(last) = page.last() else { return Ok(Selected { rows, more: More::None }) };
            after = Some(last.client);
            rows.extend(page.into_iter().filter_map(|row| self.shown(row)));
            if rows.len() > self.limit {
                rows.truncate(self.limit);
                let more = rows.last().map_or(More::None, |last| More::After(last.client));
                return Ok(Selected { rows, more });
            }
        }
    }

    fn sorted(&self, store: &mut dyn HostStore, mut after: Option<KeyId>) -> Result<Selected, StoreError> {
        let mut top = Top::new(self.limit);
        loop {
            let page = store.clients(after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = Some(last.client);
            page.into_iter().filter_map(|row| self.shown(row)).for_each(|row| top.take(self.key(&row), row));
        }
        let (rows, all) = top.finish();
        let more = if all > rows.len() { More::Of(all) } else { More::None };
        Ok(Selected { rows, more })
    }

    /// The machine with the leases that are asked for, where it is shown.
    fn shown(&self, mut row: ClientRow) -> Option<ClientRow> {
        let facts = Facts { name: row.sighting.name.as_ref().map(Text::as_str), address: row.sighting.address };
        if !self.filter.takes_machine(&facts) {
            return None;
        }
        let has_asked = self.filter.takes_no_lease() || {
            let mut asked = row.sighting.requests.iter();
            asked.any(|(product, _)| self.filter.takes_lease(*product, None, self.now))
        };
        row.leases.retain(|(product, lease)| self.filter.takes_lease(*product, Some(lease.held.expires), self.now));
        (has_asked || !row.leases.is_empty()).then_some(row)
    }

    /// By which it is sorted: bytes whose order is that of what they stand for, the device key last.
    fn key(&self, row: &ClientRow) -> Vec<u8> {
        let seen = &row.sighting;
        let mut key = match self.order {
            ClientOrder::Client => Vec::new(),
            ClientOrder::Name => sortable_name(seen.name.as_ref()),
            ClientOrder::Address => sortable(seen.address),
            ClientOrder::First => seen.first.unix().to_be_bytes().to_vec(),
            ClientOrder::Last => (u64::MAX - seen.last.unix()).to_be_bytes().to_vec(),
            ClientOrder::Expires => {
                let running = row.leases.iter().filter(|(_, lease)| lease.held.runs_at(self.now));
                let end = running.map(|(_, lease)| lease.held.expires.unix()).min();
                end.unwrap_or(u64::MAX).to_be_bytes().to_vec()
            }
        };
        key.extend(row.client.0);
        key
    }
}

/// Prints a row for each lease, or for the machine where it has none.
pub(super) fn print(clients: &[ClientRow], now: Timestamp) {
    if clients.is_empty() {
        return errln!("no machine has asked yet");
    }
    let mut table = Table::new([
        Column::id("CLIENT"),
        Column::new("NAME"),
        Column::new("ADDRESS").rank(4),
        Column::new("PRODUCT"),
        Column::new("FIRST SEEN").rank(3),
        Column::new("LAST SEEN").rank(5),
        Column::new("LEASE"),
        Column::new("FORKS").rank(1),
        Column::new("TWIN").rank(2),
    ]);
    for client in clients {
        let mut leases: Vec<(String, Option<&LeaseRow>)> =
            client.leases.iter().map(|(product, lease)| (product.to_string(), Some(lease))).collect();
        if leases.is_empty() {
            leases.push((format!("({})", client.family), None));
        }
        for (product, lease) in leases {
            table.row([
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
    table.print();
    // A narrow table leaves the column out.
    let is_twin = |client: &&ClientRow| client.sighting.counting == Counting::Twin && !client.sighting.is_forgotten();
    match clients.iter().filter(is_twin).count() {
        0 => {}
        twins => errln!("twins, whose hardware is equal to another machine's and which do not count: {twins}"),
    }
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

/// A machine in JSON.
pub(super) fn value(row: &ClientRow) -> Value {
    let leases = row.leases.iter().map(|(product, lease)| {
        json!({
            "product": product.as_str(),
            "lease": lease.held.lease.to_string(),
            "issued": seconds(lease.issued),
            "expires": seconds(lease.held.expires),
            "seal": lease.seal,
            "user": lease.held.user.map(|user| user.to_string()),
            "forks": lease.forks,
            "ended_early": lease.held.end.is_early(),
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

/// Machines that are read at a time.
const PAGE: usize = 1_000;
