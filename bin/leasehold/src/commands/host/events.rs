//! `leasehold host events`.

use clap::Args;
use leasehold_core::{Counting, Refusal, Text, Timestamp};
use leasehold_store::StoreError;
use leasehold_store::host::{Decision, EndCause, Entry, Fork, HostStore};
use serde_json::{Value, json};

use super::{ReadData, seconds};
use crate::commands::listing::{EventOrder, Facts, RowFilter, sortable, sortable_name};
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Column, Output, Table};
use crate::values;

/// Grants and refusals with their reasons: the newest that are asked for.
#[derive(Debug, Args)]
pub(crate) struct Events {
    #[command(flatten)]
    data: ReadData,
    #[command(flatten)]
    filter: RowFilter,
    /// The order in which they are shown.
    #[arg(long, value_enum, default_value_t, value_name = "ORDER")]
    sort: EventOrder,
    /// Show at most so many: the newest.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = values::whole::<usize>(values::SOME))]
    limit: usize,
}

impl Events {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let data = self.data.clone().data()?;
        let location = data.location()?;
        let mut store = data.reader()?;
        let read = self.read(store.as_mut(), input::now());
        let (mut entries, more) = read.map_err(|error| location.failed(&error))?;
        entries.sort_by_cached_key(|entry| self.key(entry));
        match output {
            Output::Json => output::json(&entries.iter().map(value).collect()),
            Output::Human if entries.is_empty() => errln!("nothing was decided yet that is asked for"),
            Output::Human => print(&entries),
        }
        if more {
            errln!("there are older ones: --limit N");
        }
        Ok(())
    }

    /// The newest entries that are asked for, and whether there are more.
    fn read(&self, store: &mut dyn HostStore, now: Timestamp) -> Result<(Vec<Entry>, bool), StoreError> {
        let mut max = self.limit.saturating_add(1);
        loop {
            let read = store.events(max)?;
            let all = read.len() < max;
            let mut entries: Vec<Entry> = read.into_iter().filter(|entry| self.shows(entry, now)).collect();
            if all || entries.len() > self.limit {
                let more = entries.len() > self.limit;
                entries.truncate(self.limit);
                return Ok((entries, more));
            }
            max = max.saturating_mul(8);
        }
    }

    fn shows(&self, entry: &Entry, now: Timestamp) -> bool {
        let (asked, expires) = match &entry.decision {
            Decision::Granted { asked, expires, .. } => (Some(asked), Some(*expires)),
            Decision::Refused { asked, .. } => (Some(asked), None),
            Decision::Released { .. } | Decision::Ended { .. } | Decision::Forgotten { .. } => (None, None),
        };
        let name = asked.and_then(|asked| asked.name.as_ref()).map(Text::as_str);
        let facts = Facts { name, address: asked.and_then(|asked| asked.address) };
        self.filter.takes_machine(&facts) && self.filter.takes_lease(entry.product, expires, now)
    }

    /// By which an entry is sorted; those of one key stay newest first.
    fn key(&self, entry: &Entry) -> Vec<u8> {
        let asked = match &entry.decision {
            Decision::Granted { asked, .. } | Decision::Refused { asked, .. } => Some(asked),
            Decision::Released { .. } | Decision::Ended { .. } | Decision::Forgotten { .. } => None,
        };
        match self.sort {
            EventOrder::Newest => Vec::new(),
            EventOrder::Oldest => entry.at.unix().to_be_bytes().to_vec(),
            EventOrder::Client => entry.client.0.to_vec(),
            EventOrder::Name => sortable_name(asked.and_then(|asked| asked.name.as_ref())),
            EventOrder::Address => sortable(asked.and_then(|asked| asked.address)),
            EventOrder::Expires => match &entry.decision {
                Decision::Granted { expires, .. } => expires.unix().to_be_bytes().to_vec(),
                _ => u64::MAX.to_be_bytes().to_vec(),
            },
        }
    }
}

fn print(entries: &[Entry]) {
    let mut table = Table::new([
        Column::new("AT"),
        Column::id("CLIENT"),
        Column::new("PRODUCT"),
        Column::new("DECISION"),
        Column::prose("DETAILS"),
    ]);
    for entry in entries {
        let (decision, details) = words(&entry.decision);
        let (client, product) = (entry.client.to_string(), entry.product.to_string());
        table.row([output::time(entry.at), client, product, decision.to_owned(), details]);
    }
    table.print();
}

fn words(decision: &Decision) -> (&'static str, String) {
    match decision {
        Decision::Granted { expires, count, seal, fork, .. } => {
            let forked = if *fork == Fork::Seen { "; two machines share this device key" } else { "" };
            (
                "granted",
                format!(
                    "until {}, {}, seal {seal}{forked}",
                    output::time(*expires),
                    output::count(*count, "client", "clients")
                ),
            )
        }
        Decision::Refused { refusal, .. } => ("refused", reason(refusal)),
        Decision::Released { .. } => ("released", String::new()),
        Decision::Ended { cause: EndCause::Ordered { by }, .. } => ("ended", format!("by {by}")),
        Decision::Ended { cause: EndCause::Revoked, .. } => ("ended", "the vendor has revoked the machine".to_owned()),
        Decision::Ended { cause: EndCause::FreedByUser, .. } => ("ended", "its user has freed the device".to_owned()),
        Decision::Forgotten { by } => ("forgotten", format!("by {by}")),
    }
}

fn reason(refusal: &Refusal) -> String {
    match refusal {
        Refusal::ThresholdNotMet { count, required, .. } => format!("{}: {count} of {required}", refusal.code()),
        Refusal::CapacityReached { capacity, .. } => format!("{}: all {capacity} are out", refusal.code()),
        Refusal::DevicesReached { devices, .. } => format!("{}: all {devices} of the user", refusal.code()),
        other => other.code().to_string(),
    }
}

fn value(entry: &Entry) -> Value {
    let mut value = json!({
        "at": seconds(entry.at),
        "client": entry.client.to_string(),
        "family": entry.family.as_str(),
        "product": entry.product.as_str(),
    });
    let more = match &entry.decision {
        Decision::Granted { asked, lease, expires, count, seal, fork, forks, counting, user, .. } => json!({
            "decision": "granted", "user": user.map(|user| user.to_string()), "request": asked.request.to_string(), "lease": lease.to_string(),
            "expires": seconds(*expires), "count": count, "seal": seal, "forked": *fork == Fork::Seen, "forks": forks,
            "twin": *counting == Counting::Twin,
            "name": asked.name.as_ref().map(Text::as_str), "address": asked.address.map(|address| address.to_string()),
        }),
        Decision::Refused { asked, counting, refusal, .. } => json!({
            "decision": "refused", "request": asked.request.to_string(), "reason": refusal.code().name(),
            "details": reason(refusal), "twin": *counting == Counting::Twin,
            "name": asked.name.as_ref().map(Text::as_str), "address": asked.address.map(|address| address.to_string()),
        }),
        Decision::Released { lease } => json!({ "decision": "released", "lease": lease.to_string() }),
        Decision::Ended { lease, cause } => {
            let (cause, by) = match cause {
                EndCause::Ordered { by } => ("ordered", Some(by.as_str())),
                EndCause::Revoked => ("revoked", None),
                EndCause::FreedByUser => ("freed-by-user", None),
            };
            json!({ "decision": "ended", "lease": lease.to_string(), "cause": cause, "by": by })
        }
        Decision::Forgotten { by } => json!({ "decision": "forgotten", "by": by.as_str() }),
    };
    if let (Some(value), Value::Object(more)) = (value.as_object_mut(), more) {
        value.extend(more);
    }
    value
}
