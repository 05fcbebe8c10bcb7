//! `leasehold journal explain`.

use std::path::PathBuf;

use clap::Args;
use leasehold_core::{Code, KeyId, ProductId, Timestamp};
use leasehold_host::journal::{Proof, Reading, Replaying};
use leasehold_wire::journal::{Documents, Replayed};
use leasehold_wire::{Lease, RefusalReason, SealedRefusal, armour};
use serde_json::{Value, json};

use super::{failed, flawed, root, seconds, tell_root};
use crate::failure::Failure;
use crate::ids::IdStart;
use crate::output::{self, Output, count};
use crate::values;

/// Tell one machine's life from a journal alone: when it was granted and refused what, each line with its proof. The whole journal is
/// verified for it.
///
/// A proof is the number of the seal, the place of the document among those that it covers, and the hashes that lead from it to the
/// root of their tree; with `--json` the document itself too, as the machine has got it, without its chain.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The machine: the name of its device key, or its first digits.
    #[arg(value_parser = values::parsed::<IdStart>)]
    client: IdStart,
    /// The journal.
    file: PathBuf,
    /// The vendor's root key: 64 hexadecimal digits, or a file that holds it.
    #[arg(long, value_name = "HEX")]
    root: Option<String>,
}

/// One line of a life.
struct Event {
    client: KeyId,
    product: ProductId,
    at: Timestamp,
    decision: Decision,
    host: KeyId,
    proof: Proof,
}

enum Decision {
    Granted(Lease),
    Refused(SealedRefusal),
}

impl Explain {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let root = root(self.root.as_deref())?;
        let mut replaying = Replaying::open(&self.file, Reading::Verifying(root)).map_err(|error| failed(&error))?;
        let mut events = Vec::new();
        while let Some(seal) = replaying.next_seal().map_err(|error| failed(&error))? {
            self.collect(&seal, &mut events);
        }
        let replay = replaying.end();
        if let Some(failure) = flawed(&self.file, &replay) {
            return Err(failure);
        }
        let client = self.client.find("client", events.iter().map(|event| event.client))?;
        if client.is_none() && output == Output::Human {
            let message = format!("client {}: the journal has no lease and no refusal of it", self.client);
            return Err(Failure::refused(Code::NotInJournal, message).hint(
                "`leasehold client status` tells a machine's name; it is another one after `client generalize`",
            ));
        }
        match output {
            Output::Json => output::json(&json!({
                "client": client.map(|client| client.to_string()),
                "root": replay.root.map(|root| root.to_string()),
                "root_proven": root.is_some() && replay.root.is_some(),
                "events": events.iter().map(Event::value).collect::<Result<Vec<_>, _>>()?,
            })),
            Output::Human => print(&events),
        }
        if client.is_none() {
            return Err(Failure::unhealthy(Code::NotInJournal));
        }
        tell_root(root, replay.root);
        Ok(())
    }

    /// What a seal says of the machine.
    fn collect(&self, seal: &Replayed, events: &mut Vec<Event>) {
        let mut add = |at, index, client: KeyId, product, decision| {
            let event = |proof| Event { client, product, at, decision, host: seal.host, proof };
            events.extend(Proof::of(seal, index).map(event));
        };
        match &seal.documents {
            Documents::Leases(at, leases) => {
                for (index, lease) in leases.iter().enumerate().filter(|(_, lease)| self.client.begins(lease.client)) {
                    add(*at, index, lease.client, lease.product, Decision::Granted(lease.clone()));
                }
            }
            Documents::Refusals(at, refusals) => {
                for (index, refusal) in refusals.iter().enumerate().filter(|(_, it)| self.client.begins(it.client)) {
                    add(*at, index, refusal.client, refusal.product, Decision::Refused(refusal.clone()));
                }
            }
            Documents::Pruned(_) => {}
        }
    }
}

fn print(events: &[Event]) {
    let mut held: Vec<(ProductId, Timestamp)> = Vec::new();
    for Event { product, at, decision, host, proof, .. } in events {
        let words = match decision {
            Decision::Granted(lease) => {
                let ends = lease.expires.unwrap_or_default();
                let before = held.iter().find(|(held, _)| held == product).map(|(_, ends)| *ends);
                held.retain(|(held, _)| held != product);
                held.push((*product, ends));
                granted(lease, before, *at)
            }
            Decision::Refused(refusal) => refused(refusal),
        };
        output::paragraph(0, &format!("{}  {product}: {words}", output::time(*at)));
        let path: Vec<String> = proof.path.iter().map(|hash| output::hex(hash)).collect();
        let path = if path.is_empty() { "alone under it".to_owned() } else { format!("path {}", path.join(" ")) };
        let place = format!("{} of {}", proof.index + 1, proof.size);
        output::paragraph(
            4,
            &format!("seal {} of host {host}, {place}, leaf {}, {path}", proof.number, output::hex(&proof.leaf)),
        );
    }
}

fn granted(lease: &Lease, before: Option<Timestamp>, at: Timestamp) -> String {
    let until = output::time(lease.expires.unwrap_or_default());
    let how = match before {
        None => "granted",
        Some(ends) if ends > at => "renewed",
        Some(_) => "granted again, after its lease had ended",
    };
    let counted = match lease.count {
        Some(clients) => format!("; {} counted", count(clients, "client", "clients")),
        None => "; for a user who signed in".to_owned(),
    };
    format!("{how}, until {until}{counted}")
}

fn refused(refusal: &SealedRefusal) -> String {
    let limit = refusal.limit.unwrap_or_default();
    let why = match refusal.reason {
        RefusalReason::CloneSuspected => "its device key is known from another machine".to_owned(),
        RefusalReason::ThresholdNotMet => {
            format!("{} of {limit} clients counted", refusal.count.unwrap_or_default())
        }
        RefusalReason::CapacityReached => format!("all {limit} leases were out"),
        RefusalReason::DevicesReached => format!("its user had leases on {}", count(limit, "device", "devices")),
    };
    format!("refused ({}): {why}", refusal.reason.code())
}

impl Event {
    fn value(&self) -> Result<Value, Failure> {
        let Proof { number, index, size, previous, leaf, path, signature, document, .. } = &self.proof;
        let armoured = armour::wrap(document).map_err(|error| Failure::failed(Code::Internal, error.to_string()))?;
        let (decision, family, expires, counted, limit, id) = match &self.decision {
            Decision::Granted(lease) => {
                ("granted".to_owned(), lease.family, lease.expires.map(seconds), lease.count, None, lease.cti)
            }
            Decision::Refused(refusal) => {
                (refusal.reason.code().to_string(), refusal.family, None, refusal.count, refusal.limit, refusal.cti)
            }
        };
        Ok(json!({
            "at": seconds(self.at),
            "client": self.client.to_string(),
            "product": self.product.as_str(),
            "family": family.as_str(),
            "decision": decision,
            "id": id.to_string(),
            "expires": expires,
            "count": counted,
            "limit": limit,
            "host": self.host.to_string(),
            "seal": number,
            "index": index,
            "size": size,
            "previous": output::hex(previous),
            "leaf": output::hex(leaf),
            "path": path.iter().map(|hash| output::hex(hash)).collect::<Vec<_>>(),
            "signature": output::hex(signature),
            "document": armoured,
        }))
    }
}
