//! `leasehold host dns withdraw`.

use clap::Args;
use leasehold_discovery::publish::Withdrawn;
use serde_json::json;

use super::{ByHand, Done, Settings, end};
use crate::commands::host::serve::surroundings;
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
        let surroundings = surroundings();
        let mut done: Vec<Done<Withdrawn>> = Vec::new();
        for place in &publication.places {
            let withdrawn = publication.withdraw(place, &surroundings);
            if output == Output::Human {
                match &withdrawn {
                    Ok(Withdrawn::Removed) => anstream::eprintln!("zone {}: the record was removed", place.zone),
                    Ok(Withdrawn::NothingThere) => anstream::eprintln!("zone {}: there was no such record", place.zone),
                    Err(_) => anstream::println!("{}", publication.line(place)),
                }
            }
            done.push((place.clone(), withdrawn));
        }
        if output == Output::Json {
            let records = done.iter().map(|(place, withdrawn)| {
                json!({
                    "zone": place.zone.as_str(),
                    "name": place.name.as_str(),
                    "record": publication.line(place),
                    "outcome": withdrawn.as_ref().map_or("failed", |withdrawn| word(*withdrawn)),
                    "code": withdrawn.as_ref().err().map(leasehold_host::dns::DnsError::code),
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
