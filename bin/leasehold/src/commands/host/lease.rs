//! `leasehold host lease`: answers the requests of machines that reach no host, which were carried here.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use clap::Args;
use leasehold_client::{SystemClock, SystemRng};
use leasehold_core::{Code, Timestamp};
use leasehold_host::Error;
use leasehold_host::carried::{self, CarriedAnswer, CarriedRequest};
use leasehold_store::StoreError;
use leasehold_wire::{Envelope, Lease as Granted, Typ};
use serde_json::json;

use super::config::Config;
use super::{Data, failed};
use crate::commands::batch::{Answered, Batch};
use crate::documents::{DocumentFiles, Found};
use crate::failure::Failure;
use crate::out_file::DocumentOut;
use crate::output::{self, Output};

/// Answer the requests of machines that reach no host (`leasehold client request --for-host`), also while the host serves.
///
/// They are decided like any other: threshold, capacity and what else was granted; only their time may be up to 30 days past. Machines
/// that come together count together. The same request gets the same lease again. All answers, refusals too, go into one file, in which
/// `leasehold client install` finds each machine's own.
#[derive(Debug, Args)]
pub(crate) struct Lease {
    #[command(flatten)]
    requests: DocumentFiles,
    #[command(flatten)]
    data: Data,
    /// The host's configuration, for where it names a database; options given here win.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    out: DocumentOut,
}

impl Lease {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        self.out.check()?;
        let data = self.data.clone().configured(Config::read(self.config.as_deref())?.store);
        let found = self.requests.read(&[Typ::Request])?;
        let one = self.requests.is_one() && found.len() == 1;
        self.out.check_for(found.len())?;
        let read: Vec<(String, Result<CarriedRequest, Failure>)> = found.into_iter().map(request).collect();
        let requests: Vec<CarriedRequest> = read.iter().filter_map(|(_, read)| read.as_ref().ok().cloned()).collect();
        if !requests.is_empty() {
            decide(&data, &requests)?;
        }
        let home = data.home();
        let mut batch = Batch::new(one);
        for (name, read) in read {
            let answered = read.and_then(|request| {
                let answer = home.take_answer(request.ticket()).map_err(|error| failed(&error))?;
                Ok(told(&request, answer.ok_or_else(unanswered)?))
            });
            batch.add(&name, answered, output);
        }
        batch.write(&self.out, output)
    }
}

/// Has the requests decided: by the host that serves, else here.
fn decide(data: &Data, requests: &[CarriedRequest]) -> Result<(), Failure> {
    let home = data.home();
    // Before anything waits: a host that is not activated answers nothing.
    let identity = home.identity().map_err(|error| failed(&error))?;
    identity.ok_or_else(|| failed(&Error::NotActivated(home.folder().to_owned())))?;
    let location = data.location()?;
    super::check_store_is_there(&location, &home)?;
    home.submit(requests).map_err(|error| failed(&error))?;
    let waits = || requests.iter().any(|request| home.is_waiting(request.ticket()));
    // On a database a host may serve beside this process: it has its turn first.
    if location.is_shared() {
        wait_while(waits, TURN);
    }
    for _ in 0..TRIES {
        if !waits() {
            return Ok(());
        }
        match location.open_host() {
            Err(StoreError::InUse) => wait_while(waits, TURN),
            Err(error) => return Err(location.failed(&error)),
            Ok(store) => {
                let (clock, rng) = (Arc::new(SystemClock), Arc::new(SystemRng));
                carried::answer(&home, store, clock, rng).map_err(|error| failed(&error))?;
            }
        }
    }
    Ok(())
}

/// The request in a document.
fn request(found: Found) -> (String, Result<CarriedRequest, Failure>) {
    let Found { name, document } = found;
    let read = document.and_then(|bytes| {
        CarriedRequest::read(&bytes).map_err(|reason| {
            let typ = Envelope::parse(&bytes).map(|envelope| envelope.typ);
            match typ {
                Ok(typ) if typ != Typ::Request => wrong_kind(typ),
                Ok(_) | Err(_) => Failure::refused(reason.code(), reason.to_string()),
            }
        })
    });
    let read =
        read.map_err(|failure| if failure.message().starts_with(&name) { failure } else { failure.of(name.as_ref()) });
    (name, read)
}

fn wrong_kind(typ: Typ) -> Failure {
    let failure = Failure::refused(
        Code::Malformed,
        format!("a document of type {}, not a machine's request for a host", typ.name()),
    );
    match typ {
        Typ::MachineRequest | Typ::HostRequest | Typ::DirectoryRequest => {
            failure.hint("the vendor answers it, with `leasehold vendor approve`")
        }
        _ => failure.hint("the machine makes a request for its host with `leasehold client request --for-host`"),
    }
}

fn told(request: &CarriedRequest, answer: CarriedAnswer) -> Answered {
    let (client, product) = (request.request.key.id(), request.request.product);
    let name = request.request.host_name.as_ref().map(ToString::to_string);
    let machine = name.clone().unwrap_or_else(|| client.to_string());
    let lease = answer.document.as_deref().and_then(|bytes| Envelope::parse(bytes).ok()?.document::<Granted>().ok());
    let expires = lease.as_ref().and_then(|lease| lease.expires);
    let words = expires.map_or_else(String::new, |end| format!("granted until {}", output::time(end)));
    let about = json!({
        "client": client.to_string(),
        "name": name,
        "product": product.as_str(),
        "lease": lease.as_ref().map(|lease| lease.cti.to_string()),
        "expires": expires.map(Timestamp::unix),
        "proven": answer.refusal.is_some() && answer.document.is_some(),
    });
    let refusal = answer.refusal.map(|(code, words)| {
        let failure = Failure::refused(code, format!("{machine}, {product}: {words}"));
        match code {
            Code::ClockSkew | Code::Replayed => {
                failure.hint("make another request on the machine: `leasehold client request --for-host`")
            }
            Code::ThresholdNotMet => {
                failure.hint("carry the requests of more machines, and give these again with them")
            }
            _ => failure,
        }
    });
    Answered { words: format!("{machine}, {product}: {words}"), about, document: answer.document, refusal }
}

/// The store takes nothing now; the request waits on.
fn unanswered() -> Failure {
    Failure::failed(Code::StoreUnavailable, "the host has not answered yet")
        .hint("the request waits in the host's folder: run the command again, nothing is granted twice")
}

fn wait_while(waits: impl Fn() -> bool, most: Duration) {
    let looks = most.as_millis() / PAUSE.as_millis();
    (0..looks).take_while(|_| waits()).for_each(|_| thread::sleep(PAUSE));
}

const PAUSE: Duration = Duration::from_millis(50);
/// A host that serves looks once a second; under load it may take longer.
const TURN: Duration = Duration::from_secs(3);
const TRIES: u32 = 10;
