//! What was decided, in words.

use leasehold_core::{Counting, FamilyId, KeyId, Refusal, Text};
use leasehold_dashboard::host::data::{Event, EventPage};
use leasehold_service::Problem;
use leasehold_store::host::{Asked, DecidedBatch, Decision, EndCause, Entry, Fork};

use crate::admin::AdminState;
use crate::admin::budget::Budget;

/// Which events are asked for.
#[derive(Clone, Debug, Default)]
pub(in crate::admin) struct EventQuery {
    pub(in crate::admin) client: Option<KeyId>,
    pub(in crate::admin) family: Option<FamilyId>,
    /// `granted` and so on; empty is each.
    pub(in crate::admin) decision: String,
    /// Only events before this one.
    pub(in crate::admin) before: Option<u64>,
    pub(in crate::admin) limit: usize,
}

impl AdminState {
    /// A page of events, newest first.
    pub(in crate::admin) fn events(&self, query: &EventQuery) -> Result<EventPage, Problem> {
        let (mut before, mut page, budget) = (query.before.unwrap_or(u64::MAX), EventPage::default(), Budget::begin());
        loop {
            // The batch that the event before lies in may have earlier ones.
            let batches_before = before.div_ceil(PLACES);
            let batches = self.ask(move |store| store.batches_before(Some(batches_before), BATCHES))?;
            let Some(oldest) = batches.last().map(|batch| batch.number) else { return Ok(page) };
            for (number, entry) in batches.iter().flat_map(numbered).filter(|(number, _)| *number < before) {
                if !query.takes(entry) {
                    continue;
                }
                if page.items.len() >= query.limit {
                    page.next = page.items.last().map(|last| last.number);
                    return Ok(page);
                }
                page.items.push(event(number, entry));
            }
            before = oldest * PLACES;
            if oldest <= 1 {
                return Ok(page);
            }
            if page.items.len() >= query.limit || budget.is_spent() {
                page.next = Some(before);
                return Ok(page);
            }
        }
    }
}

impl EventQuery {
    fn takes(&self, entry: &Entry) -> bool {
        self.client.is_none_or(|client| client == entry.client)
            && self.family.is_none_or(|family| family == entry.family)
            && (self.decision.is_empty() || self.decision == word(&entry.decision))
    }
}

/// The entries of a batch with their numbers, newest first.
pub(super) fn numbered(batch: &DecidedBatch) -> impl Iterator<Item = (u64, &Entry)> {
    let first = batch.number * PLACES;
    let all: Vec<(u64, &Entry)> = (first..first + PLACES).zip(&batch.entries).collect();
    all.into_iter().rev()
}

fn word(decision: &Decision) -> &'static str {
    match decision {
        Decision::Granted { .. } => "granted",
        Decision::Refused { .. } => "refused",
        Decision::Released { .. } => "released",
        Decision::Ended { .. } => "ended",
        Decision::Forgotten { .. } => "forgotten",
    }
}

/// An entry in words.
pub(super) fn event(number: u64, entry: &Entry) -> Event {
    let common = Event {
        number,
        at: entry.at.unix(),
        client: entry.client.to_string(),
        family: entry.family.to_string(),
        product: entry.product.to_string(),
        decision: word(&entry.decision),
        ..Event::default()
    };
    match &entry.decision {
        Decision::Granted { asked, lease, expires, count, seal, fork, counting, .. } => Event {
            text: format!("until {expires}; machine {count} of its family"),
            lease: Some(lease.to_string()),
            expires: Some(expires.unix()),
            seal: Some(*seal),
            forked: *fork == Fork::Seen,
            twin: *counting == Counting::Twin,
            ..with_request(common, asked)
        },
        Decision::Refused { asked, counting, refusal, answer, .. } => Event {
            text: reason(refusal),
            code: Some(refusal.code().name()),
            answer: Some(answer.to_string()),
            twin: *counting == Counting::Twin,
            ..with_request(common, asked)
        },
        Decision::Released { lease } => {
            Event { text: "given back by the machine".to_owned(), lease: Some(lease.to_string()), ..common }
        }
        Decision::Ended { lease, cause } => {
            let text = match cause {
                EndCause::Ordered { by } => format!("by {by}"),
                EndCause::FreedByUser => "its user has freed the device".to_owned(),
                EndCause::Revoked => "the vendor has revoked the machine".to_owned(),
            };
            Event { text, lease: Some(lease.to_string()), ..common }
        }
        Decision::Forgotten { by } => Event { text: format!("by {by}"), ..common },
    }
}

fn with_request(event: Event, asked: &Asked) -> Event {
    Event {
        request: Some(asked.request.to_string()),
        name: asked.name.as_ref().map(Text::to_string),
        address: asked.address.map(|address| address.to_string()),
        ..event
    }
}

fn reason(refusal: &Refusal) -> String {
    match refusal {
        Refusal::ThresholdNotMet { count, required, .. } => format!("{count} of {required} machines had asked"),
        Refusal::CapacityReached { capacity, .. } => format!("all {capacity} leases were out"),
        Refusal::DevicesReached { devices, .. } => format!("its user held leases on all {devices} devices"),
        other => other.code().meaning().to_owned(),
    }
}

/// More than a batch has entries: an event's number is that of its batch times this, and its place in it.
pub(super) const PLACES: u64 = 4_096;
/// Batches that one question reads.
const BATCHES: usize = 4;
