//! `leasehold host dns publish`.

use clap::Args;
use leasehold_client::{SystemClock, SystemRng};
use leasehold_core::Code;
use leasehold_discovery::publish::Published;
use serde_json::json;

use super::{ByHand, Done, Settings, end};
use crate::failure::Failure;
use crate::output::{self, Output};

/// Publish or refresh the host's record; other hosts' records stay.
///
/// The record is printed in any case: where it may not be published from here, give it to the administrator of the zone.
#[derive(Debug, Args)]
pub(crate) struct Publish {
    #[command(flatten)]
    settings: Settings,
}

impl Publish {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
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
