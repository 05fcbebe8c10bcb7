//! `leasehold host events`.

use clap::Args;
use leasehold_core::{Counting, Refusal};
use leasehold_store::host::{Decision, EndCause, Entry, Fork};
use serde_json::{Value, json};

use super::{Data, seconds};
use crate::failure::Failure;
use crate::output::{self, Column, Output, Table};
use crate::values;

/// Grants and refusals with their reasons, newest first.
#[derive(Debug, Args)]
pub(crate) struct Events {
    #[command(flatten)]
    data: Data,
    /// Show at most so many.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = values::whole::<usize>(values::SOME))]
    limit: usize,
}

impl Events {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let location = self.data.location()?;
        let mut store = self.data.reader()?;
        let entries = store.events(self.limit).map_err(|error| location.failed(&error))?;
        match output {
            Output::Json => output::json(&entries.iter().map(value).collect()),
            Output::Human if entries.is_empty() => errln!("nothing was decided yet"),
            Output::Human => {
                let mut table = Table::new([
                    Column::new("AT"),
                    Column::id("CLIENT"),
                    Column::new("PRODUCT"),
                    Column::new("DECISION"),
                    Column::prose("DETAILS"),
                ]);
                for entry in &entries {
                    let (decision, details) = words(&entry.decision);
                    let (client, product) = (entry.client.to_string(), entry.product.to_string());
                    table.row([output::time(entry.at), client, product, decision.to_owned(), details]);
                }
                table.print();
            }
        }
        Ok(())
    }
}

fn words(decision: &Decision) -> (&'static str, String) {
    match decision {
        Decision::Granted { expires, count, seal, fork, .. } => {
            let forked = if *fork == Fork::Seen { "; two machines share this device key" } else { "" };
            ("granted", format!("until {}, {count} clients, seal {seal}{forked}", output::time(*expires)))
        }
        Decision::Refused { refusal, .. } => ("refused", reason(refusal)),
        Decision::Released { .. } => ("released", String::new()),
        Decision::Ended { cause: EndCause::Ordered { by }, .. } => ("ended", format!("by {by}")),
        Decision::Ended { cause: EndCause::Revoked, .. } => ("ended", "the vendor has revoked the machine".to_owned()),
        Decision::Forgotten { by } => ("forgotten", format!("by {by}")),
    }
}

fn reason(refusal: &Refusal) -> String {
    match refusal {
        Refusal::ThresholdNotMet { count, required, .. } => format!("{}: {count} of {required}", refusal.code()),
        Refusal::CapacityReached { capacity, .. } => format!("{}: all {capacity} are out", refusal.code()),
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
        Decision::Granted { asked, lease, expires, count, seal, fork, forks, counting, .. } => json!({
            "decision": "granted", "request": asked.request.to_string(), "lease": lease.to_string(),
            "expires": seconds(*expires), "count": count, "seal": seal, "forked": *fork == Fork::Seen, "forks": forks,
            "twin": *counting == Counting::Twin,
            "address": asked.address.map(|address| address.to_string()),
        }),
        Decision::Refused { asked, counting, refusal, .. } => json!({
            "decision": "refused", "request": asked.request.to_string(), "reason": refusal.code().name(),
            "details": reason(refusal), "twin": *counting == Counting::Twin,
            "address": asked.address.map(|address| address.to_string()),
        }),
        Decision::Released { lease } => json!({ "decision": "released", "lease": lease.to_string() }),
        Decision::Ended { lease, cause } => {
            let (cause, by) = match cause {
                EndCause::Ordered { by } => ("ordered", Some(by.as_str())),
                EndCause::Revoked => ("revoked", None),
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
