//! `leasehold host dns withdraw`.

use clap::Args;
use leasehold_client::{SystemClock, SystemRng};
use leasehold_core::Code;
use leasehold_discovery::publish::Withdrawn;
use serde_json::json;

use super::{ByHand, Done, Settings, end};
use crate::failure::Failure;
use crate::output::{self, Output};

/// Remove the host's record, whatever its priority and weight; other hosts' records stay.
#[derive(Debug, Args)]
pub(crate) struct Withdraw {
    #[command(flatten)]
    settings: Settings,
}

impl Withdraw {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let publication = self.settings.publication()?;
        let mut done: Vec<Done<Withdrawn>> = Vec::new();
        for entry in &publication.entries {
            let withdrawn = publication.withdraw(entry, &SystemClock, &SystemRng);
            if output == Output::Human {
                match &withdrawn {
                    Ok(Withdrawn::Removed) => errln!("zone {}: the record was removed", entry.zone),
                    Ok(Withdrawn::NothingThere) => errln!("zone {}: there was no such record", entry.zone),
                    Err(_) => outln!("{}", publication.line(entry)),
                }
            }
            done.push((entry.clone(), withdrawn));
        }
        if output == Output::Json {
            let records = done.iter().map(|(entry, withdrawn)| {
                json!({
                    "zone": entry.zone.as_str(),
                    "name": entry.name.as_str(),
                    "record": publication.line(entry),
                    "outcome": withdrawn.as_ref().map_or("failed", |withdrawn| word(*withdrawn)),
                    "code": withdrawn.as_ref().err().map(leasehold_host::dns::DnsError::code).map(Code::name),
                })
            });
            output::json(&records.collect());
        }
        end(&done, ByHand::Remove, output)
    }
}

fn word(withdrawn: Withdrawn) -> &'static str {
    match withdrawn {
        Withdrawn::Removed => "removed",
        Withdrawn::NothingThere => "not-there",
    }
}
