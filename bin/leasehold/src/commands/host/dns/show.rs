//! `leasehold host dns show`.

use clap::Args;
use leasehold_client::{SystemClock, SystemRng};
use leasehold_discovery::ServiceRecord;
use leasehold_host::dns::{Publication, ZoneEntry};
use serde_json::{Value, json};

use super::{ByHand, Done, Settings, end};
use crate::failure::Failure;
use crate::output::{self, Column, Output, Table};

/// Show all records of the service, as the name server that holds the zone has them; the host's own is marked.
#[derive(Debug, Args)]
pub(crate) struct Show {
    #[command(flatten)]
    settings: Settings,
}

impl Show {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let publication = self.settings.publication()?;
        let mut done: Vec<Done<Vec<ServiceRecord>>> = Vec::new();
        for entry in &publication.entries {
            let records = publication.show(entry, &SystemClock, &SystemRng).map(|mut records| {
                records.sort_by(|one, other| order(one).cmp(&order(other)));
                records
            });
            done.push((entry.clone(), records));
        }
        let shown = done.iter().filter_map(|(entry, records)| Some((entry, records.as_ref().ok()?)));
        match output {
            Output::Json => output::json(&shown.map(|(entry, records)| value(&publication, entry, records)).collect()),
            Output::Human => shown.for_each(|(entry, records)| print(&publication, entry, records)),
        }
        end(&done, ByHand::Nothing, output)
    }
}

fn order(record: &ServiceRecord) -> (u16, &str, u16) {
    (record.priority, record.target.as_str(), record.port)
}

fn print(publication: &Publication, entry: &ZoneEntry, records: &[ServiceRecord]) {
    let own = publication.own_at(entry);
    if !records.is_empty() {
        let mut table = Table::new([Column::new("RECORD"), Column::new("HOST")]);
        for record in records {
            let whose = if record.is_of_the_same_host(&own) { "this one" } else { "another" };
            table.row([record.line(&entry.name), whose.to_owned()]);
        }
        table.print();
    }
    if !records.iter().any(|record| record.is_of_the_same_host(&own)) {
        errln!("zone {}: this host's record is not there: {}", entry.zone, own.line(&entry.name));
    }
}

fn value(publication: &Publication, entry: &ZoneEntry, records: &[ServiceRecord]) -> Value {
    let own = publication.own_at(entry);
    let records = records.iter().map(|record| {
        json!({
            "record": record.line(&entry.name),
            "priority": record.priority,
            "weight": record.weight,
            "port": record.port,
            "target": record.target.as_str(),
            "ttl": record.ttl.as_seconds(),
            "own": record.is_of_the_same_host(&own),
        })
    });
    json!({ "zone": entry.zone.as_str(), "name": entry.name.as_str(), "records": records.collect::<Vec<_>>() })
}
