//! `leasehold host status`.

use clap::Args;
use leasehold_core::{Grant, Timestamp};
use leasehold_host::Identity;
use leasehold_store::host::{Counts, Family, SealRow};
use serde_json::{Value, json};

use super::{Data, failed, seconds};
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Output};

/// Certificate, grants, counts against thresholds, leases, last seals.
#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(flatten)]
    data: Data,
}

struct View {
    identity: Identity,
    now: Timestamp,
    families: Vec<(Grant, Counts)>,
    seals: Vec<SealRow>,
}

impl Status {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let home = self.data.home();
        let Some(identity) = home.identity().map_err(|error| failed(&error))? else {
            let message = format!("{}: the host has made a request but has no certificate", home.folder().display());
            return Err(Failure::refused("host-not-activated", message)
                .hint("send request.lh to the vendor; `leasehold host install FILE` takes the answer"));
        };
        let view = self.view(identity)?;
        match output {
            Output::Json => output::json(&view.json()),
            Output::Human => view.print(),
        }
        if view.identity.grants_at(view.now).is_none() {
            let end = output::time(view.identity.certificate().expires);
            return Err(Failure::refused("host-not-activated", format!("the host's certificate ended at {end}")));
        }
        Ok(())
    }

    fn view(&self, identity: Identity) -> Result<View, Failure> {
        let now = input::now();
        let grants = identity.certificate().grants.clone();
        let place = self.data.place()?;
        let store_failed = |error| place.failed(&error);
        let Some(mut store) = place.host_reader().map_err(store_failed)? else {
            let families = grants.into_iter().map(|grant| (grant, Counts::default())).collect();
            return Ok(View { identity, now, families, seals: Vec::new() });
        };
        let mut families = Vec::new();
        for grant in grants {
            let family = Family { id: grant.family, window: grant.policy.window };
            let counts = store.counts(&family, now).map_err(store_failed)?;
            families.push((grant, counts));
        }
        let seals = store.seals(identity.id(), SEALS).map_err(store_failed)?;
        Ok(View { identity, now, families, seals })
    }
}

impl View {
    fn json(&self) -> Value {
        let certificate = self.identity.certificate();
        json!({
            "host": self.identity.id().to_string(),
            "vendor": certificate.vendor.as_str(),
            "activated": self.identity.grants_at(self.now).is_some(),
            "issued": seconds(certificate.issued),
            "expires": seconds(certificate.expires),
            "host_ordinal": certificate.host_ordinal,
            "activation_ordinal": certificate.activation_ordinal,
            "families": self.families.iter().map(|(grant, counts)| family(grant, *counts)).collect::<Vec<_>>(),
            "seals": self.seals.iter().map(seal).collect::<Vec<_>>(),
        })
    }

    fn print(&self) {
        let certificate = self.identity.certificate();
        anstream::println!("host         {}", self.identity.id());
        anstream::println!("vendor       {}", certificate.vendor);
        anstream::println!(
            "certificate  until {}, host {}, activation {}",
            output::time(certificate.expires),
            certificate.host_ordinal,
            certificate.activation_ordinal
        );
        let mut table = output::table(["FAMILY", "PRODUCTS", "CLIENTS", "LEASES", "LEASE", "ENDS"]);
        for (grant, counts) in &self.families {
            let policy = &grant.policy;
            let products: Vec<&str> = grant.products.iter().map(|(product, _)| product.as_str()).collect();
            table.add_row([
                grant.family.to_string(),
                products.join(", "),
                format!("{} of {} needed", counts.clients, policy.threshold),
                policy.capacity.map_or_else(|| counts.live.to_string(), |most| format!("{} of {most}", counts.live)),
                format!("{}, renewed every {}", policy.validity, policy.renewal),
                policy.end.map_or_else(|| "-".to_owned(), output::time),
            ]);
        }
        anstream::println!("\n{table}");
        if self.seals.is_empty() {
            return anstream::println!("\nno lease was granted yet");
        }
        let mut table = output::table(["SEAL", "AT", "LEASES", "HASH"]);
        for seal in &self.seals {
            let hash = output::hex(&seal.seal[..8]);
            table.add_row([seal.number.to_string(), output::time(seal.at), seal.leaves.len().to_string(), hash]);
        }
        anstream::println!("\n{table}");
    }
}

fn family(grant: &Grant, counts: Counts) -> Value {
    let policy = &grant.policy;
    let products: serde_json::Map<String, Value> =
        grant.products.iter().map(|(product, number)| (product.to_string(), json!(number.value()))).collect();
    json!({
        "family": grant.family.as_str(),
        "products": products,
        "clients": counts.clients,
        "threshold": policy.threshold,
        "live": counts.live,
        "capacity": policy.capacity,
        "validity": policy.validity.as_seconds(),
        "renewal": policy.renewal.as_seconds(),
        "end": policy.end.map(seconds),
    })
}

fn seal(seal: &SealRow) -> Value {
    json!({ "number": seal.number, "at": seconds(seal.at), "leases": seal.leaves.len(), "seal": output::hex(&seal.seal) })
}

/// The seals that are shown.
const SEALS: usize = 3;
