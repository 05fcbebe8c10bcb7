//! The part of a store that one batch is about, in memory: decisions are taken on it, one after the other.

use std::collections::{BTreeSet, HashMap};

use leasehold_core::{
    Counting, Cti, Equal, Fingerprint, Held, KeyId, LeaseEnd, ProductId, Refusal, Span, Tally, Text, Timestamp, UserId,
};

use super::{Asked, Batch, Counts, Decision, EndCause, Entry, Family, Fork, LeaseRow, Sighting, Subject, Terms, Tip};

/// What a store loads for a batch.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The end of the host's chain of seals.
    pub tip: Tip,
    /// How each of the batch's families stands, in their order.
    pub counts: Vec<Counts>,
    /// For each subject, in their order: the client in its family, and its last lease for the product.
    pub rows: Vec<(Option<Sighting>, Option<LeaseRow>)>,
    /// The clients that count and whose fingerprint equals that of a subject or the one stored for it, where a fingerprint
    /// can have twins. Those of subjects that go on counting anyway may be left out.
    pub counting: Vec<CountingClient>,
    /// The live leases of the users who ask, in the batch's families.
    pub users: Vec<UserLease>,
}

/// A live lease of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserLease {
    /// Which of the batch's families.
    pub family: usize,
    /// Whose.
    pub user: UserId,
    /// The device.
    pub client: KeyId,
    /// For which product.
    pub product: ProductId,
    /// When it ends.
    pub expires: Timestamp,
}

/// A client that counts for the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountingClient {
    /// Which of the batch's families.
    pub family: usize,
    /// Its machine.
    pub fingerprint: Fingerprint,
    /// The device key.
    pub client: KeyId,
    /// When it last asked.
    pub last: Timestamp,
}

/// What a batch has changed, for a store to write: a value as it was, and as it is now.
#[derive(Clone, Debug)]
pub struct Change<K, V> {
    /// Whose value.
    pub key: K,
    /// As loaded.
    pub before: Option<V>,
    /// As decided; `None` where there still is none.
    pub after: Option<V>,
}

/// A lease that is granted.
#[derive(Clone, Debug)]
pub struct NewLease {
    /// Its name.
    pub lease: Cti,
    /// When it ends.
    pub expires: Timestamp,
    /// Whether two machines were seen with the device key.
    pub fork: Fork,
    /// What else it says.
    pub terms: Terms,
}

/// The rows of one batch and what is decided on them.
#[derive(Debug)]
pub struct Ledger {
    now: Timestamp,
    tip: Tip,
    families: Vec<(Family, Counts)>,
    subjects: Vec<Placed>,
    sightings: Vec<Change<(usize, KeyId), Sighting>>,
    leases: Vec<Change<(usize, KeyId, ProductId), LeaseRow>>,
    /// The clients that count, by family and fingerprint, with when they last asked; of fingerprints that can have twins.
    counting: HashMap<(usize, Fingerprint), Vec<(KeyId, Timestamp)>>,
    /// The leases that users hold, by family and user, with when they end.
    users: HashMap<(usize, UserId), HashMap<(KeyId, ProductId), Timestamp>>,
    entries: Vec<Entry>,
}

/// A subject with the places of its rows: two subjects of one batch may share them.
#[derive(Clone, Copy, Debug)]
struct Placed {
    subject: Subject,
    sighting: usize,
    lease: usize,
}

impl Ledger {
    /// The ledger of `batch` over what a store has loaded for it.
    pub fn new(batch: &Batch<'_>, loaded: Loaded) -> Self {
        let families = batch.families.iter().copied().zip(loaded.counts).collect();
        let mut ledger = Self {
            now: batch.now,
            tip: loaded.tip,
            families,
            subjects: Vec::with_capacity(batch.subjects.len()),
            sightings: Vec::with_capacity(batch.subjects.len()),
            leases: Vec::with_capacity(batch.subjects.len()),
            counting: HashMap::new(),
            users: HashMap::new(),
            entries: Vec::with_capacity(batch.subjects.len()),
        };
        let (mut clients, mut leases) = (HashMap::new(), HashMap::new());
        for (subject, (sighting, lease)) in batch.subjects.iter().zip(loaded.rows) {
            let key = (subject.family, subject.client);
            let sighting = *clients.entry(key).or_insert_with(|| place(&mut ledger.sightings, key, sighting));
            let key = (subject.family, subject.client, subject.product);
            let lease = *leases.entry(key).or_insert_with(|| place(&mut ledger.leases, key, lease));
            ledger.subjects.push(Placed { subject: *subject, sighting, lease });
        }
        for CountingClient { family, fingerprint, client, last } in loaded.counting {
            note(&mut ledger.counting, (family, fingerprint), client, Some(last));
        }
        for UserLease { family, user, client, product, expires } in loaded.users {
            ledger.users.entry((family, user)).or_default().insert((client, product), expires);
        }
        ledger
    }

    /// The end of the host's chain of seals, before this batch.
    pub fn tip(&self) -> Tip {
        self.tip
    }

    /// The time of deciding.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// What deciding about the `at`th subject needs, its own sighting counted.
    pub fn tally(&self, at: usize) -> Tally<'_> {
        let placed = &self.subjects[at];
        let sighting = self.sightings[placed.sighting].after.as_ref();
        let counting = placed.subject.fingerprint.map(|fingerprint| self.counting(placed, fingerprint));
        let product = &placed.subject.product;
        let requests = sighting.map(|seen| seen.requests.as_slice()).unwrap_or_default();
        Tally {
            known: sighting.filter(|seen| !seen.is_forgotten()).map(|seen| &seen.fingerprint),
            last_issued: requests.iter().find(|(other, _)| other == product).map(|(_, issued)| *issued),
            clients: self.clients(placed, counting),
            live: self.families[placed.subject.family].1.live,
            held: self.leases[placed.lease].after.map(|lease| lease.held),
            devices: placed.subject.user.map(|user| self.devices(placed, user)),
        }
    }

    /// On how many other devices of the family a user holds a live lease.
    fn devices(&self, placed: &Placed, user: UserId) -> u64 {
        let Subject { family, client, .. } = placed.subject;
        let live = self.users.get(&(family, user)).into_iter().flatten().filter(|(_, expires)| self.now < **expires);
        let others: BTreeSet<KeyId> = live.map(|((other, _), _)| *other).filter(|other| *other != client).collect();
        others.len() as u64
    }

    /// How many clients of a family count once this one is seen, which counts by then as `counting` says.
    fn clients(&self, placed: &Placed, counting: Option<Counting>) -> u64 {
        let (family, counts) = &self.families[placed.subject.family];
        let seen = self.sightings[placed.sighting].after.as_ref();
        let counted = seen.is_some_and(|seen| counts_at(seen, family, self.now));
        counts.clients + u64::from(!counted && counting == Some(Counting::Counts))
    }

    /// Records a grant to the `at`th subject, and the sighting with it.
    pub fn grant(&mut self, at: usize, asked: Asked, new: NewLease) {
        let NewLease { lease, expires, fork, terms } = new;
        let placed = &self.subjects[at];
        let counting = self.counting(placed, asked.fingerprint);
        let count = self.clients(placed, Some(counting));
        let before = self.leases[placed.lease].after.map_or(0, |row| row.forks);
        let (forks, seal) = (before + u64::from(fork == Fork::Seen), self.tip.number + 1);
        let user = placed.subject.user;
        self.enter(at, Decision::Granted { asked, lease, expires, count, seal, fork, forks, counting, terms, user });
    }

    /// Records a refusal of the `at`th subject, and the sighting with it: its reason, and the name and the time to ask again
    /// of the sealed refusal.
    pub fn refuse(&mut self, at: usize, asked: Asked, refusal: Refusal, (answer, retry): (Cti, Span)) {
        let placed = &self.subjects[at];
        let known = self.sightings[placed.sighting].after.as_ref().map(|seen| seen.fingerprint);
        // A suspected clone's machine does not replace the client's.
        let stored = known.filter(|_| refusal == Refusal::CloneSuspected).unwrap_or(asked.fingerprint);
        let counting = self.counting(placed, stored);
        self.enter(at, Decision::Refused { asked, counting, refusal, answer, retry });
    }

    /// Records that the `at`th subject gives `lease` back; whether it ended by it. Another lease of the client stays.
    pub fn release(&mut self, at: usize, lease: Cti) -> bool {
        let ends = self.may_run(at, lease);
        if ends {
            self.enter(at, Decision::Released { lease });
        }
        ends
    }

    /// Records that `lease` of the `at`th subject is ended, not by its client; whether it ended by it.
    pub fn end(&mut self, at: usize, lease: Cti, cause: EndCause) -> bool {
        let ends = self.may_run(at, lease);
        if ends {
            self.enter(at, Decision::Ended { lease, cause });
        }
        ends
    }

    /// Whether `lease` is the last one of the `at`th subject and was not ended yet. The clock is not asked: a lease that is
    /// over by it would run again where the clock goes back.
    fn may_run(&self, at: usize, lease: Cti) -> bool {
        let row = self.leases[self.subjects[at].lease].after;
        row.is_some_and(|row| row.held.lease == lease && row.held.end == LeaseEnd::Expiry)
    }

    /// Records that the client of the `at`th subject is forgotten by the order of `by`; whether it was known.
    pub fn forget(&mut self, at: usize, by: Text) -> bool {
        let sighting = self.sightings[self.subjects[at].sighting].after.as_ref();
        let known = sighting.is_some_and(|seen| !seen.is_forgotten());
        if known {
            self.enter(at, Decision::Forgotten { by });
        }
        known
    }

    /// How the families of the batch stand, in its order, with all that was decided so far.
    pub fn counts(&self) -> impl Iterator<Item = (&Family, Counts)> {
        self.families.iter().map(|(family, counts)| (family, *counts))
    }

    /// The families of the batch, in its order.
    pub fn families(&self) -> impl Iterator<Item = &Family> {
        self.families.iter().map(|(family, _)| family)
    }

    /// What was decided, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The clients of the batch, by family.
    pub fn sightings(&self) -> &[Change<(usize, KeyId), Sighting>] {
        &self.sightings
    }

    /// The leases of the batch, by family and product.
    pub fn leases(&self) -> &[Change<(usize, KeyId, ProductId), LeaseRow>] {
        &self.leases
    }

    /// Whether a client counts that is seen now and has `fingerprint` stored for it from now on.
    fn counting(&self, placed: &Placed, fingerprint: Fingerprint) -> Counting {
        let Subject { family, client, .. } = placed.subject;
        let window = self.families[family].0.window;
        let in_window = |last: Timestamp| last.plus(window) > self.now;
        let before = self.sightings[placed.sighting].after.as_ref();
        let before = before.filter(|seen| !seen.is_forgotten() && in_window(seen.last));
        let others = self.counting.get(&(family, fingerprint));
        let equal =
            others.is_some_and(|others| others.iter().any(|(other, last)| *other != client && in_window(*last)));
        Counting::of(before.map(|seen| seen.counting), if equal { Equal::Counts } else { Equal::None })
    }

    fn enter(&mut self, at: usize, decision: Decision) {
        let Placed { subject, sighting, lease } = self.subjects[at];
        let (family, counts) = &mut self.families[subject.family];
        let (sighting, lease) = (&mut self.sightings[sighting].after, &mut self.leases[lease].after);
        let counted =
            |seen: &Option<Sighting>| u64::from(seen.as_ref().is_some_and(|seen| counts_at(seen, family, self.now)));
        let runs = |row: &Option<LeaseRow>| u64::from(row.is_some_and(|row| row.held.runs_at(self.now)));
        let (counted_before, ran_before) = (counted(sighting), runs(lease));
        if let Some(seen) = sighting {
            note(&mut self.counting, (subject.family, seen.fingerprint), subject.client, None);
        }
        let place = (subject.client, subject.product);
        if let Some(user) = lease.and_then(|row| row.held.user)
            && let Some(held) = self.users.get_mut(&(subject.family, user))
        {
            held.remove(&place);
        }
        let (client, product) = (subject.client, subject.product);
        let entry = Entry { at: self.now, family: family.id, client, product, decision };
        entry.apply(sighting, lease);
        if let Some(seen) = sighting.as_ref().filter(|seen| seen.may_count()) {
            note(&mut self.counting, (subject.family, seen.fingerprint), subject.client, Some(seen.last));
        }
        if let Some((user, end)) = lease.and_then(|row| Some((row.held.user?, row.held.runs_until()?))) {
            self.users.entry((subject.family, user)).or_default().insert(place, end);
        }
        counts.clients = counts.clients + counted(sighting) - counted_before;
        counts.live = counts.live + runs(lease) - ran_before;
        self.entries.push(entry);
    }
}

impl Entry {
    /// Changes a client's rows as this entry says. Applied again after later entries and followed by them, it changes
    /// nothing: rows can be made anew from the journal.
    pub fn apply(&self, sighting: &mut Option<Sighting>, lease: &mut Option<LeaseRow>) {
        match &self.decision {
            Decision::Granted { asked, lease: name, expires, seal, forks, counting, user, .. } => {
                self.see(sighting, asked, asked.fingerprint, *counting);
                let (request, end) = (asked.request, LeaseEnd::Expiry);
                let held = Held { lease: *name, request, expires: *expires, end, user: *user };
                let released = lease.and_then(|row| row.released);
                *lease = Some(LeaseRow { held, issued: self.at, seal: *seal, forks: *forks, released });
            }
            // A suspected clone's machine does not replace the client's.
            Decision::Refused { asked, counting, refusal: Refusal::CloneSuspected, .. } => {
                let known = sighting.as_ref().map_or(asked.fingerprint, |seen| seen.fingerprint);
                self.see(sighting, asked, known, *counting);
            }
            Decision::Refused { asked, counting, .. } => self.see(sighting, asked, asked.fingerprint, *counting),
            Decision::Released { lease: name } => {
                if let Some(row) = lease.as_mut().filter(|row| row.held.lease == *name) {
                    row.held.end_early(self.at);
                    row.released = Some(*name);
                }
            }
            Decision::Ended { lease: name, .. } => {
                if let Some(row) = lease.as_mut().filter(|row| row.held.lease == *name) {
                    row.held.end_early(self.at);
                }
            }
            Decision::Forgotten { .. } => {
                if let Some(seen) = sighting {
                    seen.last = Timestamp::default();
                }
            }
        }
    }

    fn see(&self, sighting: &mut Option<Sighting>, asked: &Asked, fingerprint: Fingerprint, counting: Counting) {
        let (first, mut requests) = match sighting.take() {
            Some(before) if before.is_forgotten() => (self.at, before.requests),
            Some(before) => (before.first, before.requests),
            None => (self.at, Vec::new()),
        };
        match requests.binary_search_by_key(&self.product, |(product, _)| *product) {
            Ok(at) => requests[at].1 = asked.issued,
            Err(at) => requests.insert(at, (self.product, asked.issued)),
        }
        let (name, address) = (asked.name.clone(), asked.address);
        *sighting = Some(Sighting { first, last: self.at, fingerprint, name, address, counting, requests });
    }
}

fn counts_at(seen: &Sighting, family: &Family, now: Timestamp) -> bool {
    seen.may_count() && seen.last.plus(family.window) > now
}

/// Notes when a client that counts on a machine has last asked; `None` where it does not count there any more.
fn note(
    counting: &mut HashMap<(usize, Fingerprint), Vec<(KeyId, Timestamp)>>,
    machine: (usize, Fingerprint),
    client: KeyId,
    last: Option<Timestamp>,
) {
    if !machine.1.has_twins() {
        return;
    }
    if let Some(last) = last {
        let clients = counting.entry(machine).or_default();
        clients.retain(|(other, _)| *other != client);
        clients.push((client, last));
    } else if let Some(clients) = counting.get_mut(&machine) {
        clients.retain(|(other, _)| *other != client);
    }
}

fn place<K, V: Clone>(rows: &mut Vec<Change<K, V>>, key: K, before: Option<V>) -> usize {
    rows.push(Change { key, after: before.clone(), before });
    rows.len() - 1
}
