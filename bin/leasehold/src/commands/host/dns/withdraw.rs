//! `leasehold host dns withdraw`.

use clap::Args;
use leasehold_client::{SystemClock, SystemRng};
use leasehold_core::Code;
use leasehold_host::dns::{Withdrawal, ZoneEntry};
use serde_json::json;

use super::{ByHand, Done, Settings, end};
use crate::failure::Failure;
use crate::output::{self, Output};

/// Remove the record that this host has published, or the one that is named; other hosts' records stay.
#[derive(Debug, Args)]
pub(crate) struct Withdraw {
    #[command(flatten)]
    settings: Settings,
}

impl Withdraw {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let publication = self.settings.publication()?;
        let mut lines = Vec::new();
        let mut done: Vec<Done<Withdrawal>> = Vec::new();
        for entry in &publication.entries {
            // What it is now: once it is withdrawn, it is remembered no more.
            let line = publication.own_at(entry).line(&entry.name);
            lines.push(line.clone());
            let withdrawn = publication.withdraw(entry, &SystemClock, &SystemRng);
            if output == Output::Human {
                match &withdrawn {
                    Ok(Withdrawal::Removed) => errln!("zone {}: the record was removed", entry.zone),
                    Ok(Withdrawal::NothingThere) => errln!("zone {}: there was no such record", entry.zone),
                    Ok(Withdrawal::Others(others)) => {
                        others
                            .iter()
                            .for_each(|other| errln!("zone {}: there is {}", entry.zone, other.line(&entry.name)));
                    }
                    Err(_) => outln!("{line}"),
                }
            }
            done.push((entry.clone(), withdrawn));
        }
        if output == Output::Json {
            let records = done.iter().zip(&lines).map(|((entry, withdrawn), line)| {
                json!({
                    "zone": entry.zone.as_str(),
                    "name": entry.name.as_str(),
                    "record": line,
                    "outcome": withdrawn.as_ref().map_or("failed", word),
                    "code": withdrawn.as_ref().err().map(leasehold_host::dns::DnsError::code).map(Code::name),
                })
            });
            output::json(&records.collect());
        }
        end(&done, ByHand::Remove, output)?;
        let missed = done.iter().zip(&lines).find(|((_, done), _)| matches!(done, Ok(Withdrawal::Others(_))));
        missed.map_or(Ok(()), |((entry, _), line)| Err(another(entry, line)))
    }
}

fn another(entry: &ZoneEntry, line: &str) -> Failure {
    let message = format!("zone {}: nothing was removed, there is no record like {line}", entry.zone);
    Failure::refused(Code::DnsNoOwnRecord, message)
        .hint("name the one that is meant: `--target NAME --port PORT`, as it was published")
}

fn word(withdrawn: &Withdrawal) -> &'static str {
    match withdrawn {
        Withdrawal::Removed => "removed",
        Withdrawal::NothingThere | Withdrawal::Others(_) => "not-there",
    }
}
