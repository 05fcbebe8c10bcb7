//! What administrators do to a host: each is written into the audit first.

use std::net::IpAddr;
use std::thread;
use std::time::Duration;

use leasehold_core::{Code, Cti, FamilyId, KeyId, ProductId};
use leasehold_service::access::Caller;
use leasehold_service::{Problem, StatusCode};

use super::{AdminState, failed};
use crate::asking::Answered;
use crate::orders::{Order, Task};
use crate::publishing::{RefreshedRecord, refresh};
use crate::renewing::renew_now;

/// Who acts, and where from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Actor<'a> {
    pub(super) caller: &'a Caller,
    pub(super) from: IpAddr,
}

/// Whether something was done at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carried {
    Out,
    /// It waits for the store.
    Later,
}

impl AdminState {
    /// Ends a lease before its time.
    pub(super) fn end_lease(
        &self,
        actor: Actor<'_>,
        (client, family): (KeyId, FamilyId),
        (product, lease): (ProductId, Cti),
    ) -> Result<Carried, Problem> {
        let rows = self.ask(move |store| store.rows_of(client))?;
        let row = rows.iter().find(|row| row.family == family);
        let held =
            row.and_then(|row| row.leases.iter().find(|(own, held)| *own == product && held.held.lease == lease));
        if !held.is_some_and(|(_, held)| held.held.runs_at(self.now())) {
            return Err(missing(format!("client {client} holds no live lease {lease} for {product}")));
        }
        self.note(actor.caller, ("lease-ended", &format!("{client} {product} {lease}")), actor.from)?;
        self.order(actor, client, family, Task::End { product, lease })
    }

    /// Forgets a client, whose leases end.
    pub(super) fn forget(&self, actor: Actor<'_>, (client, family): (KeyId, FamilyId)) -> Result<Carried, Problem> {
        let rows = self.ask(move |store| store.rows_of(client))?;
        if !rows.iter().any(|row| row.family == family && !row.sighting.is_forgotten()) {
            return Err(missing(format!("client {client} is not known in family {family}")));
        }
        self.note(actor.caller, ("client-forgotten", &format!("{client} {family}")), actor.from)?;
        self.order(actor, client, family, Task::Forget)
    }

    /// The journal names who ordered it.
    fn order(&self, actor: Actor<'_>, client: KeyId, family: FamilyId, task: Task) -> Result<Carried, Problem> {
        let unknown = || "unknown".parse().expect("a text");
        let by = actor.caller.name().parse().unwrap_or_else(|_| unknown());
        let order = Order { client, family, task, by };
        self.home.order(&order).map_err(|error| {
            tracing::error!(code = %error.code(), %error, "not ordered");
            failed(error.code(), StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
        })?;
        for _ in 0..LOOKS {
            if !self.home.is_ordered(&order) {
                return Ok(Carried::Out);
            }
            thread::sleep(PAUSE);
        }
        Ok(Carried::Later)
    }

    /// Renews the certificate with the authority.
    pub(super) fn renew(&self, actor: Actor<'_>) -> Result<String, Problem> {
        let Some(renewal) = self.settings().renewal else {
            return Err(failed(Code::NoAuthority, StatusCode::CONFLICT, Code::NoAuthority.hint().to_owned()));
        };
        self.note(actor.caller, ("certificate-renewed", ""), actor.from)?;
        match renew_now(&renewal, &self.home, &self.shared) {
            Ok(Answered::Certified(certified)) => {
                Ok(format!("the certificate holds until {}", certified.certificate.expires))
            }
            Ok(Answered::Refused(refused)) => {
                Err(failed(Code::NotRenewable, StatusCode::CONFLICT, format!("the authority refuses it: {refused}")))
            }
            Err(error) => Err(failed(error.code(), StatusCode::BAD_GATEWAY, error.to_string())),
        }
    }

    /// Publishes the host's records in DNS.
    pub(super) fn publish(&self, actor: Actor<'_>) -> Result<Vec<RefreshedRecord>, Problem> {
        let Some(publication) = self.settings().publication else {
            return Err(missing("this host publishes no record: [dns] names no zone".to_owned()));
        };
        self.note(actor.caller, ("dns-published", ""), actor.from)?;
        let records = refresh(&publication, &self.shared);
        let failures = records.iter().filter_map(|record| Some((record, *record.outcome.as_ref().err()?)));
        match failures.map(|(record, code)| (code, format!("{}: {}", record.zone, code.hint()))).next() {
            None => Ok(records),
            Some((code, detail)) => Err(failed(code, StatusCode::BAD_GATEWAY, format!("zone {detail}"))),
        }
    }

    /// Writes a backup; where it lies.
    pub(super) fn back_up(&self, actor: Actor<'_>) -> Result<String, Problem> {
        self.note(actor.caller, ("backup-written", ""), actor.from)?;
        let written = self.operations.back_up();
        // Where no folder is set for backups, the host is as it was set up.
        let status = |code| match code {
            Code::BadConfiguration => StatusCode::CONFLICT,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        written.map(|path| path.display().to_string()).map_err(|(code, detail)| failed(code, status(code), detail))
    }
}

fn missing(detail: String) -> Problem {
    failed(Code::NotFound, StatusCode::NOT_FOUND, detail)
}

/// What is said where the records are published.
pub(super) const PUBLISHED: &str = "all records are in DNS";
/// The deciding thread looks for orders once a second.
const LOOKS: u32 = 60;
const PAUSE: Duration = Duration::from_millis(50);
