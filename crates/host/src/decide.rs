//! Deciding: all that waits is one batch, verified together, with one transaction and one seal. The next batch gathers
//! meanwhile.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use leasehold_core::{Ask, Cti, FamilyId, Grant, KeyId, Refusal, Timestamp, Verdict, admission};
use leasehold_store::StoreError;
use leasehold_store::host::{Asked, Batch, Family, Fork, HostStore, Ledger, SealRow, Subject, Tip};
use leasehold_wire::seal::{self, Sealed};
use leasehold_wire::signature::Point;
use leasehold_wire::{Lease, Method, Request};

use crate::batch_queue::Received;
use crate::identity::Identity;
use crate::job::{Reply, RequestKind, Verified};
use crate::report::Report;
use crate::shared::Shared;
use crate::stages::{Stage, start};
use crate::verify::verify;

/// Decides what comes until the queue is closed. Once a second it looks after the store, whatever the load.
pub(crate) fn run(shared: &Shared, mut store: Box<dyn HostStore>) {
    let _guard = ShutdownGuard(shared);
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let mut condition = Condition::InPlace;
    let mut due = start() + PAUSE;
    let mut newest = NewestSeal::default();
    loop {
        match shared.arrived.take(MAX_BATCH, due.saturating_duration_since(start())) {
            Received::Batch(jobs) => {
                let began = start();
                let batch = verify(jobs, processors);
                shared.stages.add(Stage::Verify, began);
                match condition {
                    Condition::InPlace => decide(shared, store.as_mut(), batch, &mut newest),
                    Condition::Replaced => batch.into_iter().for_each(|item| item.answer(Reply::StoreUnavailable)),
                }
            }
            Received::Idle => {}
            Received::Closed => break,
        }
        let now = start();
        if now >= due {
            condition = look_after(shared, store.as_mut(), condition);
            report(shared, store.as_mut());
            let more = condition == Condition::InPlace && fold(shared, store.as_mut());
            due = if more { now } else { now + PAUSE };
        }
    }
    while condition == Condition::InPlace && matches!(store.tidy(), Ok(true)) {}
}

/// Whether what is decided would be found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    InPlace,
    /// The store's files were removed or replaced: what is written now is lost.
    Replaced,
}

/// Looks whether the store is still the one that was opened, and whether one that has failed works again.
fn look_after(shared: &Shared, store: &mut dyn HostStore, before: Condition) -> Condition {
    let works = shared.store_works.load(Ordering::Relaxed);
    let in_place = store.check_in_place();
    let condition = match &in_place {
        Err(StoreError::Replaced) => Condition::Replaced,
        Ok(()) => Condition::InPlace,
        Err(_) => before,
    };
    let looked = in_place.and_then(|()| if works { Ok(()) } else { store.probe() });
    match &looked {
        Ok(()) if !works => tracing::warn!("the store works again"),
        Err(error @ StoreError::Replaced) if works => {
            tracing::error!(code = %error.code(), %error, "nothing is granted any more");
        }
        Err(error) if works => {
            tracing::warn!(error = error as &dyn std::error::Error, "the store does not work now");
        }
        Ok(()) | Err(_) => {}
    }
    shared.store_works.store(looked.is_ok(), Ordering::Relaxed);
    condition
}

/// Answers who waits for a report.
fn report(shared: &Shared, store: &mut dyn HostStore) {
    let (Some(wanted), Some(identity)) = (shared.report_wanted(), shared.identity()) else {
        return;
    };
    let report = Report::read(&identity, store, &shared.peaks(), wanted.usage, shared.clock.now());
    let _ = wanted.reply.send(report);
}

/// Folds a piece of the journal into the tables, unless clients wait; whether there is more of it.
fn fold(shared: &Shared, store: &mut dyn HostStore) -> bool {
    if !shared.arrived.is_empty() {
        return false;
    }
    match store.tidy() {
        Ok(more) => more,
        Err(error) => {
            if shared.store_works.swap(false, Ordering::Relaxed) {
                tracing::warn!(error = &error as &dyn std::error::Error, "the store does not work now");
            }
            false
        }
    }
}

/// When the host's newest seal was made: a host whose clock is far behind it grants nothing.
#[derive(Default)]
struct NewestSeal {
    host: Option<KeyId>,
    at: Option<Timestamp>,
}

impl NewestSeal {
    /// Looks it up, unless it is known. A store that fails says so when the batch is decided.
    fn look(&mut self, store: &mut dyn HostStore, host: KeyId) {
        if self.host != Some(host)
            && let Ok(seals) = store.seals(host, 1)
        {
            (self.host, self.at) = (Some(host), seals.first().map(|seal| seal.at));
        }
    }
}

/// However deciding ends, even by a panic: all waiting clients are answered, and the host says that it is not ready.
struct ShutdownGuard<'s>(&'s Shared);

impl Drop for ShutdownGuard<'_> {
    fn drop(&mut self) {
        self.0.store_works.store(false, Ordering::Relaxed);
        self.0.arrived.close();
        // Jobs that came in between are dropped, which answers them.
        drop(self.0.arrived.take(usize::MAX, Duration::ZERO));
        if thread::panicking() {
            tracing::error!("deciding has failed: the host must be started again");
        }
    }
}

fn decide(shared: &Shared, store: &mut dyn HostStore, batch: Vec<Verified>, newest: &mut NewestSeal) {
    let now = shared.clock.now();
    let Some(identity) = shared.identity() else {
        return batch.into_iter().for_each(|item| refuse(shared, item, Refusal::HostNotActivated));
    };
    newest.look(store, identity.id());
    let families = families(&identity.certificate().grants);
    let mut named = NamedHosts { known: HashMap::from([(identity.id(), true)]) };
    let mut items = Vec::with_capacity(batch.len());
    for item in batch {
        match screen(&identity, &item, newest.at, now) {
            Ok(grant) => {
                let at = families.iter().position(|family| family.id == grant.family);
                let family = at.expect("every grant's family is among them");
                let holds = named.lease_of(&item.kind, store);
                items.push(Screened { verified: item, grant, family, holds });
            }
            Err(refusal) => refuse(shared, item, refusal),
        }
    }
    if !items.is_empty() {
        newest.at = transact(shared, store, &identity, (now, &families), items).or(newest.at);
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

/// Which of the hosts that requests name decide on this store: only their leases are known here, and a lease of another
/// host shows no fork.
struct NamedHosts {
    known: HashMap<KeyId, bool>,
}

impl NamedHosts {
    fn lease_of(&mut self, kind: &RequestKind, store: &mut dyn HostStore) -> Option<Cti> {
        let RequestKind::Lease(Request { chain_of: Some(host), holds: Some(lease), .. }) = kind else { return None };
        let seals = |store: &mut dyn HostStore| store.seals(*host, 1).is_ok_and(|seals| !seals.is_empty());
        self.known.entry(*host).or_insert_with(|| seals(store)).then_some(*lease)
    }
}

/// What a transaction has decided for one item.
#[derive(Clone, Copy)]
enum Outcome {
    Granted {
        lease: usize,
    },
    Refused(Refusal),
    Released,
    /// The key is of mixed order.
    InvalidKey,
    /// Its address has brought too many new clients.
    TooManyNewClients(Duration),
}

/// Decides the batch in one transaction and answers it. Returns when it was sealed, if it was.
fn transact(
    shared: &Shared,
    store: &mut dyn HostStore,
    identity: &Arc<Identity>,
    (now, families): (Timestamp, &[Family]),
    items: Vec<Screened<'_>>,
) -> Option<Timestamp> {
    let mut ctis = vec![[0; 16]; items.len()];
    shared.rng.fill(ctis.as_flattened_mut());
    let subjects: Vec<Subject> = items.iter().map(subject).collect();
    let batch = Batch { host: identity.id(), now, families, subjects: &subjects };
    let (mut outcomes, mut sealed, mut time) = (Vec::new(), None, start());
    let mut live = Vec::new();
    let result = store.decide(&batch, &mut |ledger| {
        let mut leases = Vec::new();
        outcomes.clear();
        for (at, item) in items.iter().enumerate() {
            outcomes.push(decide_one(shared, ledger, (at, item), Cti(ctis[at]), &mut leases));
        }
        live = ledger.counts().map(|(family, counts)| (family.id, counts.live)).collect();
        time = shared.stages.add(Stage::Decide, time);
        sealed = (!leases.is_empty()).then(|| {
            let tip = ledger.tip();
            seal::seal(&leases, seal::Tip { number: tip.number, seal: tip.seal }, identity.keypair())
        });
        time = shared.stages.add(Stage::Seal, time);
        sealed.as_ref().map(|sealed| row(sealed, now))
    });
    time = shared.stages.add(Stage::Commit, time);
    shared.stages.batch(items.len());
    let worked = shared.store_works.swap(result.is_ok(), Ordering::Relaxed);
    let sealed_at = result.as_ref().ok().and(sealed.as_ref()).map(|_| now);
    match result {
        Ok(()) => {
            note_peaks(shared, live);
            if let Some(sealed) = &sealed {
                let seal::Tip { number, seal } = sealed.tip();
                shared.sealed(Tip { number, seal });
            }
            reply(shared, identity, items, &outcomes, sealed.as_ref());
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
    shared.stages.add(Stage::Reply, time);
    sealed_at
}

/// Remembers how many leases were live at once.
fn note_peaks(shared: &Shared, live: Vec<(FamilyId, u64)>) {
    let mut peaks = shared.peaks();
    for (family, live) in live {
        let peak = peaks.entry(family).or_default();
        *peak = live.max(*peak);
    }
}

/// Decides one item on the ledger.
fn decide_one(
    shared: &Shared,
    ledger: &mut Ledger,
    (at, item): (usize, &Screened<'_>),
    lease: Cti,
    leases: &mut Vec<Lease>,
) -> Outcome {
    let request = match &item.verified.kind {
        RequestKind::Release(release) => {
            ledger.release(at, release.lease);
            return Outcome::Released;
        }
        RequestKind::Lease(request) => request,
    };
    let ask = Ask { holds: item.holds, ..request.ask(item.verified.client) };
    let tally = ledger.tally(at);
    if let Err(refusal) = tally.screen(&ask) {
        return Outcome::Refused(refusal);
    }
    // Asked once for each client: the store remembers no others. It costs about as much as a verification.
    if tally.known.is_none() {
        if let Err(wait) = shared.rates.new_client(item.verified.address) {
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
        address: Some(item.verified.address),
    };
    match tally.admit(&item.grant.policy, &request.fingerprint, ledger.now()) {
        Verdict::Refuse(refusal) => {
            ledger.refuse(at, asked, refusal);
            Outcome::Refused(refusal)
        }
        Verdict::Grant { expires, count } => {
            let forked = tally.held.is_some_and(|held| held.forked_by(&ask));
            let fork = if forked { Fork::Seen } else { Fork::None };
            ledger.grant(at, asked, lease, expires, fork);
            leases.push(granted(item, request, (lease, ledger.now()), (expires, count)));
            Outcome::Granted { lease: leases.len() - 1 }
        }
    }
}

fn granted(
    item: &Screened<'_>,
    request: &Request,
    (cti, now): (Cti, Timestamp),
    (expires, count): (Timestamp, u64),
) -> Lease {
    let policy = &item.grant.policy;
    Lease {
        issued: now,
        expires: Some(expires),
        cti,
        client: item.verified.client,
        product: request.product,
        family: item.grant.family,
        renewal: policy.renewal,
        retry: policy.retry,
        grace: policy.grace,
        fingerprint: request.fingerprint,
        request: request.cti,
        count: Some(count),
        method: Method::Host,
        features: policy.features.clone(),
    }
}

fn reply(
    shared: &Shared,
    identity: &Identity,
    items: Vec<Screened<'_>>,
    outcomes: &[Outcome],
    sealed: Option<&Sealed>,
) {
    let chain = identity.chain();
    for (Screened { verified: item, .. }, outcome) in items.into_iter().zip(outcomes) {
        match (*outcome, sealed) {
            (Outcome::Granted { lease }, Some(sealed)) => {
                let held = matches!(&item.kind, RequestKind::Lease(request) if request.chain_of == Some(identity.id()));
                let bytes = sealed.document(lease, if held { &[] } else { &chain });
                tracing::debug!(client = %item.client, seal = sealed.number, "lease granted");
                shared.counters.granted.fetch_add(1, Ordering::Relaxed);
                item.answer(Reply::Lease(bytes));
            }
            (Outcome::Refused(refusal), _) => refuse(shared, item, refusal),
            (Outcome::InvalidKey, _) => item.answer(Reply::BadSignature),
            (Outcome::TooManyNewClients(wait), _) => item.answer(Reply::TooManyRequests(wait)),
            (Outcome::Released, _) | (Outcome::Granted { .. }, None) => item.answer(Reply::Released),
        }
    }
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
            let ask = request.ask(item.client);
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

fn refuse(shared: &Shared, item: Verified, refusal: Refusal) {
    tracing::info!(client = %item.client, address = %item.address, refusal = refusal.code().name(), "refused");
    shared.counters.refused.fetch_add(1, Ordering::Relaxed);
    item.answer(Reply::Refused(refusal));
}

fn subject(item: &Screened<'_>) -> Subject {
    let (product, fingerprint) = match &item.verified.kind {
        RequestKind::Lease(request) => (request.product, Some(request.fingerprint)),
        RequestKind::Release(release) => (release.product, None),
    };
    Subject { family: item.family, client: item.verified.client, product, fingerprint }
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

fn row(sealed: &Sealed, at: Timestamp) -> SealRow {
    SealRow {
        number: sealed.number,
        previous: sealed.previous,
        root: sealed.root,
        seal: sealed.seal,
        signature: sealed.signature,
        at,
        leaves: sealed.leaves.clone(),
    }
}

/// Requests that one transaction decides at most.
const MAX_BATCH: usize = 512;
/// How often the store is looked after.
const PAUSE: Duration = Duration::from_secs(1);
