//! Whether a copy of this host answers on the network: one with its key, and another history.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::thread;

use leasehold_core::{Code, Finding, KeyId};
use leasehold_discovery::Found;
use leasehold_store::StoreError;
use leasehold_store::host::HostStore;
use leasehold_wire::{Envelope, HostCertificate};

use super::{DoctorInput, OpenStore};
use crate::health::{Answer, ask};
use crate::hex;

/// Asks every host that DNS names; a machine that was found at its address says itself who it is.
pub(super) fn check(input: &DoctorInput<'_>, found: &Found) -> Option<Finding> {
    let host = input.home.identity().ok()??.id();
    let OpenStore::Open(mut store) = input.open() else { return None };
    // Before the others are asked: this host itself answers with this seal or a newer one.
    let newest = store.seals(host, 1).ok()?.first().map_or(0, |seal| seal.number);
    let addresses: BTreeSet<SocketAddr> = found
        .candidates
        .iter()
        .flat_map(|found| found.addresses.iter().map(|ip| SocketAddr::new(*ip, found.port)))
        .take(MAX_ASKED)
        .collect();
    let answers: Vec<(SocketAddr, Answer)> = thread::scope(|scope| {
        let asked: Vec<_> = addresses.into_iter().map(|at| (at, scope.spawn(move || ask(at, "/v1/host")))).collect();
        asked.into_iter().filter_map(|(at, asked)| Some((at, asked.join().ok()?.ok()?))).collect()
    });
    let own = answers.into_iter().filter(|(_, answer)| key(answer) == Some(host));
    let mut copies = Vec::new();
    let mut asked = 0;
    for (address, answer) in own {
        asked += 1;
        // Looked up only now: a host that serves may have sealed more since the others were asked.
        match is_own_history(store.as_mut(), (host, newest), answer.seal.as_deref()) {
            Ok(true) => {}
            Ok(false) => copies.push(format!("{address} ({})", shown(answer.seal.as_deref()))),
            Err(error) => return Some(Finding::skipped(NAME, error.to_string())),
        }
    }
    if !copies.is_empty() {
        let detail = format!("this host's key answers with another history at {}", copies.join(", "));
        return Some(Finding::failure(NAME, Code::CopyOfThisHost, detail));
    }
    (asked > 0).then(|| Finding::ok(NAME, "all that answer with this host's key have its history"))
}

/// The key of the host that has answered with its certificate.
fn key(answer: &Answer) -> Option<KeyId> {
    let certificate: HostCertificate = Envelope::parse(&answer.body).ok()?.document().ok()?;
    Some(certificate.key.id())
}

/// Whether `seal`, a number and a hash, is one that `host` has made on this store, `newest` or a later one.
fn is_own_history(
    store: &mut dyn HostStore,
    (host, newest): (KeyId, u64),
    seal: Option<&str>,
) -> Result<bool, StoreError> {
    let Some((number, hash)) = seal.and_then(|seal| seal.split_once(' ')) else { return Ok(newest == 0) };
    let Some(number) = number.parse().ok().filter(|number| *number >= newest) else { return Ok(false) };
    Ok(store.seal_at(host, number)?.is_some_and(|row| hex::encode(&row.seal) == hash))
}

fn shown(seal: Option<&str>) -> String {
    let number = seal.and_then(|seal| seal.split_once(' ')).map(|(number, _)| number);
    number.map_or_else(|| "no seal yet".to_owned(), |number| format!("seal {number}"))
}

const NAME: &str = "copies";
/// Addresses that are asked at most, all at a time.
const MAX_ASKED: usize = 32;
