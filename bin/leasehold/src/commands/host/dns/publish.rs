//! `leasehold host dns publish`.

use clap::Args;
use leasehold_client::{SystemClock, SystemRng};
use leasehold_core::Code;
use leasehold_discovery::publish::Published;
use serde_json::{Value, json};

use super::{ByHand, Done, Settings, end};
use crate::failure::Failure;
use crate::operator::Operator;
use crate::output::{self, Output};

/// Publish or refresh the host's record; other hosts' records stay.
///
/// A host that serves is asked to where no option says how. The record is printed in any case: where it may not be published from
/// here, give it to the administrator of the zone.
#[derive(Debug, Args)]
pub(crate) struct Publish {
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    operator: Operator,
}

impl Publish {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        if let Some(records) = self.by_the_host()? {
            match output {
                Output::Json => output::json(&records),
                Output::Human => records.as_array().into_iter().flatten().for_each(tell),
            }
            return Ok(());
        }
        let publication = self.settings.publication()?;
        let mut done: Vec<Done<Published>> = Vec::new();
        for entry in &publication.entries {
            let published = publication.publish(entry, &SystemClock, &SystemRng);
            if output == Output::Human {
                outln!("{}", publication.line(entry));
                if let Ok(published) = &published {
                    errln!("zone {}: {}", entry.zone, words(*published));
                }
            }
            done.push((entry.clone(), published));
        }
        if publication.folder.is_none() && done.iter().any(|(_, published)| published.is_ok()) {
            errln!(
                "not remembered here, without the host's folder (--data): give the same options to `host dns withdraw`"
            );
        }
        if output == Output::Json {
            let records = done.iter().map(|(entry, published)| {
                json!({
                    "zone": entry.zone.as_str(),
                    "name": entry.name.as_str(),
                    "record": publication.line(entry),
                    "outcome": published.as_ref().map_or("failed", |published| word(*published)),
                    "code": published.as_ref().err().map(leasehold_host::dns::DnsError::code).map(Code::name),
                })
            });
            output::json(&records.collect());
        }
        end(&done, ByHand::Add, output)
    }
}

impl Publish {
    /// The records where the host that serves publishes them; `None` where it does not serve, publishes none, or options say how.
    fn by_the_host(&self) -> Result<Option<Value>, Failure> {
        let Some(api) = self.settings.host_that_serves() else { return Ok(None) };
        match api.post("/api/v1/dns", &json!({}), &self.operator.name()) {
            Ok(answer) => Ok(Some(answer["records"].clone())),
            // Its configuration names no zone, and this command may find one in the host's folder.
            Err(failure) if failure.code() == Code::NotFound => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}

/// Tells a record that the host has published.
fn tell(record: &Value) {
    let text = |member: &str| record[member].as_str().unwrap_or_default();
    outln!("{}", text("record"));
    let outcome = [Published::Added, Published::Replaced].into_iter().find(|known| word(*known) == text("outcome"));
    errln!("zone {}: {}", text("zone"), words(outcome.unwrap_or(Published::Unchanged)));
}

fn word(published: Published) -> &'static str {
    match published {
        Published::Added => "added",
        Published::Replaced => "replaced",
        Published::Unchanged => "unchanged",
    }
}

fn words(published: Published) -> &'static str {
    match published {
        Published::Added => "the record was added",
        Published::Replaced => "the record has replaced this host's earlier one",
        Published::Unchanged => "the record was there already",
    }
}
