//! Deciding a batch: one transaction and one seal.

mod before;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use leasehold_core::{Ask, Cti, Delivery, Grant, Refusal, Timestamp, UserId, Verdict, admission};
use leasehold_store::host::{Asked, Batch, Family, Fork, HostStore, Ledger, NewLease, Subject, Terms};
use leasehold_wire::signature::Point;

use crate::answers::Answers;
use crate::identity::Identity;
use crate::job::{BatchTimes, Origin, Reply, RequestKind, Verified};
use crate::reply_to::Outbox;
use crate::sealing::{Documents, SealedBatch};
use crate::shared::Shared;
use crate::stages::{Stage, start};
use crate::subscription::devices::{self, Device};
use crate::tallies::Tally;

pub(crate) use before::NewestSeal;
use before::{NamedHosts, answered_before, given_before};

/// Decides what is waiting, as one batch, and answers it.
pub(crate) fn decide(
    shared: &Shared,
    store: &mut dyn HostStore,
    batch: Vec<Verified>,
    (newest, answers): (&mut NewestSeal, &mut Answers),
) {
    let now = shared.clock.now();
    let Some(identity) = shared.identity() else {
        return batch.into_iter().for_each(|item| refuse(shared, item, Refusal::HostNotActivated));
    };
    newest.look(store, &identity.keypair().public());
    let families = families(&identity.certificate().grants);
    let mut named = NamedHosts::with(identity.id());
    let mut items = Vec::with_capacity(batch.len());
    for item in batch {
        match screen(&identity, &item, newest.at, now) {
            Ok(grant) => {
                if let Some(reply) = answered_before(answers, &item) {
                    item.answer(reply);
                    continue;
                }
                let at = families.iter().position(|family| family.id == grant.family);
                let family = at.expect("every grant's family is among them");
                let holds = named.lease_of(&item.kind, store);
                items.push(Screened { verified: item, grant, family, holds });
            }
            Err(refusal) => refuse(shared, item, refusal),
        }
    }
    if !items.is_empty() {
        newest.at = transact(shared, store, &identity, (now, &families), (items, answers)).or(newest.at);
    }
}

/// What has passed the first steps, with the grant that covers it.
struct Screened<'g> {
    verified: Verified,
    grant: &'g Grant,
    family: usize,
    /// The lease that it says it holds, where a host of this store has given it.
    holds: Option<Cti>,
}

/// What a transaction has decided for one item.
#[derive(Clone, Copy)]
enum Outcome {
    Granted {
        expires: Timestamp,
        fork: Fork,
    },
    /// Refused, and recorded.
    Refused(Refusal),
    /// Refused in a step that records nothing.
    RefusedUnsealed(Refusal),
    Released,
    /// A file was answered with the lease that still runs, and gets it again.
    GivenBefore,
    /// The key is of mixed order.
    InvalidKey,
    /// Its address has brought too many new clients.
    TooManyNewClients(Duration),
}

impl Outcome {
    /// The user who is told of the own devices, where they are as many as allowed.
    fn told(&self, user: Option<UserId>) -> Option<UserId> {
        user.filter(|_| matches!(self, Self::Refused(Refusal::DevicesReached { .. })))
    }
}

/// Decides the batch in one transaction and answers it. Returns when it was sealed, if it was.
fn transact(
    shared: &Shared,
    store: &mut dyn HostStore,
    identity: &Arc<Identity>,
    (now, families): (Timestamp, &[Family]),
    (items, answers): (Vec<Screened<'_>>, &mut Answers),
) -> Option<Timestamp> {
    let mut ctis = vec![[0; 16]; items.len()];
    shared.rng.fill(ctis.as_flattened_mut());
    let subjects: Vec<Subject> = items.iter().map(subject).collect();
    let batch = Batch { host: identity.id(), now, families, subjects: &subjects };
    let (mut outcomes, mut sealed) = (Vec::new(), SealedBatch::default());
    let (mut live, began, one) = (Vec::new(), start(), items.first().and_then(|item| item.verified.follow.id));
    let (mut decided, mut sealed_by) = (began, began);
    let result = store.decide(&batch, &mut |ledger| {
        outcomes.clear();
        for (at, item) in items.iter().enumerate() {
            outcomes.push(decide_one(shared, ledger, (at, item), Cti(ctis[at])));
        }
        live = ledger.counts().map(|(family, counts)| (family.id, counts.live)).collect();
        decided = shared.stages.add(Stage::Decide, began, one);
        sealed = Documents::of(ledger.entries()).seal(ledger.tip(), identity.keypair());
        sealed_by = shared.stages.add(Stage::Seal, decided, one);
        sealed.rows(now)
    });
    let committed = shared.stages.add(Stage::Commit, sealed_by, one);
    shared.stages.batch(items.len());
    let worked = shared.store_works.swap(result.is_ok(), Ordering::Relaxed);
    let sealed_at = result.as_ref().ok().and(sealed.tip()).map(|_| now);
    match result {
        Ok(batch) => {
            shared.note_live(live);
            shared.recorded(identity.id(), batch, sealed.tip());
            count(shared, families, &items, &outcomes);
            let told = subjects.iter().zip(&outcomes).map(|(subject, outcome)| outcome.told(subject.user));
            let devices = devices::of_users(store, told, now);
            let times = |checked| BatchTimes { checked, began, decided, sealed: sealed_by, committed };
            reply(shared, identity, (items, answers), (&outcomes, devices), (&sealed, &times));
        }
        Err(error) => {
            let (error, requests) = (&error as &dyn std::error::Error, items.len());
            if worked {
                tracing::error!(error, requests, "nothing was recorded");
            } else {
                // Logged as an error once, not for every batch while the store is away.
                tracing::debug!(error, requests, "nothing was recorded");
            }
            items.into_iter().for_each(|item| item.verified.answer(Reply::StoreUnavailable));
        }
    }
    shared.stages.add(Stage::Reply, committed, one);
    sealed_at
}

/// Counts what was decided for each family.
fn count(shared: &Shared, families: &[Family], items: &[Screened<'_>], outcomes: &[Outcome]) {
    let mut tallies = vec![Tally::default(); families.len()];
    for (item, outcome) in items.iter().zip(outcomes) {
        match outcome {
            Outcome::Granted { fork, .. } => {
                let tally = &mut tallies[item.family];
                tally.granted += 1;
                tally.forks += u64::from(*fork == Fork::Seen);
            }
            Outcome::Refused(_) => tallies[item.family].refused += 1,
            Outcome::RefusedUnsealed(_)
            | Outcome::Released
            | Outcome::GivenBefore
            | Outcome::InvalidKey
            | Outcome::TooManyNewClients(_) => {}
        }
    }
    let counted = families.iter().map(|family| family.id).zip(tallies);
    shared.tallies.add(counted.filter(|(_, tally)| *tally != Tally::default()));
}

/// Decides one item on the ledger.
fn decide_one(shared: &Shared, ledger: &mut Ledger, (at, item): (usize, &Screened<'_>), cti: Cti) -> Outcome {
    let request = match &item.verified.kind {
        RequestKind::Release(release) => {
            ledger.release(at, release.lease);
            return Outcome::Released;
        }
        RequestKind::Lease(request) => request,
    };
    let ask = Ask { holds: item.holds, ..item.verified.ask(request) };
    let tally = ledger.tally(at);
    if given_before(&item.verified, &tally, &ask, ledger.now()) {
        return Outcome::GivenBefore;
    }
    if let Err(refusal) = tally.screen(&ask, ledger.now()) {
        return Outcome::RefusedUnsealed(refusal);
    }
    // Asked once for each client: the store remembers no others. It costs about as much as a verification.
    if tally.known.is_none() {
        let rated = item.verified.origin.address().map_or(Ok(()), |address| shared.rates.new_client(address));
        if let Err(wait) = rated {
            return Outcome::TooManyNewClients(wait);
        }
        if !Point::new(&request.key).is_some_and(|key| key.is_of_full_order()) {
            return Outcome::InvalidKey;
        }
    }
    let asked = Asked {
        request: request.cti,
        issued: request.issued,
        fingerprint: request.fingerprint,
        name: request.host_name.clone(),
        address: item.verified.origin.address(),
    };
    let policy = &item.grant.policy;
    let length = item.verified.length(shared.ordinary().get(&request.product).copied());
    match tally.admit(policy, length, &request.fingerprint, ledger.now()) {
        Verdict::Refuse(refusal) => {
            ledger.refuse(at, asked, refusal, (cti, policy.retry));
            Outcome::Refused(refusal)
        }
        Verdict::Grant { expires, .. } => {
            let forked = tally.held.is_some_and(|held| held.forked_by(&ask));
            let fork = if forked { Fork::Seen } else { Fork::None };
            ledger.grant(at, asked, NewLease { lease: cti, expires, fork, terms: Terms::of(policy) });
            Outcome::Granted { expires, fork }
        }
    }
}

fn reply(
    shared: &Shared,
    identity: &Identity,
    (items, answers): (Vec<Screened<'_>>, &mut Answers),
    (outcomes, mut devices): (&[Outcome], HashMap<usize, Vec<Device>>),
    (sealed, times): (&SealedBatch, &dyn Fn([Instant; 2]) -> BatchTimes),
) {
    let (chain, mut outbox) = (identity.chain(), Outbox::new());
    // Leases and refusals are sealed in the order of deciding.
    let (mut leases, mut refusals) = (0.., 0..);
    for (at, (Screened { verified: item, .. }, outcome)) in items.into_iter().zip(outcomes).enumerate() {
        let held = matches!(&item.kind, RequestKind::Lease(request) if request.chain_of == Some(identity.id()));
        // A file is a whole by itself: those who get it may look into it, and the host's chain may be another one by then.
        let bare = held && item.origin.delivery() == Delivery::Network;
        let chain = if bare { &[] } else { chain.as_slice() };
        let reply = match *outcome {
            Outcome::Granted { expires, .. } => {
                shared.decisions.granted(&item, expires);
                shared.counters.granted.fetch_add(1, Ordering::Relaxed);
                let lease = leases.next().and_then(|place| sealed.lease(place, chain));
                lease.map_or(Reply::StoreUnavailable, |bytes| Reply::Lease(bytes.into()))
            }
            Outcome::Refused(refusal) => {
                note_refusal(shared, &item, &refusal);
                let document = refusals.next().and_then(|place| sealed.refusal(place, chain));
                let devices = devices.remove(&at).unwrap_or_default();
                Reply::Refused { refusal, document: document.map(Into::into), devices }
            }
            Outcome::RefusedUnsealed(refusal) => {
                note_refusal(shared, &item, &refusal);
                Reply::Refused { refusal, document: None, devices: Vec::new() }
            }
            Outcome::GivenBefore => match &item.origin {
                Origin::File(Some(kept)) => Reply::Lease(kept.bytes.clone()),
                Origin::File(None) | Origin::Network(_) => Reply::StoreUnavailable,
            },
            Outcome::InvalidKey => Reply::BadSignature,
            Outcome::TooManyNewClients(wait) => Reply::TooManyRequests(wait),
            Outcome::Released => {
                shared.decisions.released(&item);
                if let RequestKind::Release(release) = &item.kind {
                    answers.forget(item.client, release.product);
                }
                Reply::Released
            }
        };
        if let (
            RequestKind::Lease(request),
            Delivery::Network,
            Reply::Lease(_) | Reply::Refused { document: Some(_), .. },
        ) = (&item.kind, item.origin.delivery(), &reply)
        {
            answers.keep(item.client, request, item.until, reply.clone());
        }
        let times = times(item.checked);
        item.answer_decided(reply, times, &mut outbox);
    }
    outbox.deliver();
}

/// The steps before the sighting counts.
fn screen<'i>(
    identity: &'i Identity,
    item: &Verified,
    sealed: Option<Timestamp>,
    now: Timestamp,
) -> Result<&'i Grant, Refusal> {
    match &item.kind {
        RequestKind::Lease(request) => {
            let ask = item.ask(request);
            admission::screen(identity.grants_at(now), sealed, &ask, identity.revocation_of(item.client), now)
        }
        // A lease may be given back whatever has become of the grant. An old release names an old lease.
        RequestKind::Release(release) => {
            let grants = &identity.certificate().grants;
            let covers = |grant: &&Grant| grant.number_of(&release.product).is_some();
            grants.iter().find(covers).ok_or(Refusal::ProductNotGranted)
        }
    }
}

/// Answers a refusal of the steps that record nothing.
fn refuse(shared: &Shared, item: Verified, refusal: Refusal) {
    note_refusal(shared, &item, &refusal);
    item.answer(Reply::Refused { refusal, document: None, devices: Vec::new() });
}

fn note_refusal(shared: &Shared, item: &Verified, refusal: &Refusal) {
    shared.decisions.refused(item, refusal);
    shared.counters.refused.fetch_add(1, Ordering::Relaxed);
    shared.counters.refused_by_code[refusal.code() as usize].fetch_add(1, Ordering::Relaxed);
}

fn subject(item: &Screened<'_>) -> Subject {
    let (product, fingerprint) = match &item.verified.kind {
        RequestKind::Lease(request) => (request.product, Some(request.fingerprint)),
        RequestKind::Release(release) => (release.product, None),
    };
    // Where the grant is no subscription, the one who asks is a machine like others.
    let user = item.verified.sign_in.user().filter(|_| item.grant.policy.devices.is_some());
    Subject { family: item.family, client: item.verified.client, product, fingerprint, user }
}

fn families(grants: &[Grant]) -> Vec<Family> {
    let mut families: Vec<Family> = Vec::with_capacity(grants.len());
    for grant in grants {
        if families.iter().all(|family| family.id != grant.family) {
            families.push(Family { id: grant.family, window: grant.policy.window });
        }
    }
    families
}

#[cfg(test)]
mod model;
