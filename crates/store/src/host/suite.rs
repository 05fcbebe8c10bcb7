//! What every backend must do. Each function takes a fresh store and panics where it does not.

mod users;

use std::collections::BTreeMap;

use leasehold_core::{
    Component, Counting, Cti, FamilyId, Fingerprint, Held, KeyId, LeaseEnd, Policy, ProductId, PublicKey, Refusal,
    Span, Text, Timestamp, Verdict,
};

use super::{
    Asked, Batch, ClientKind, ClientRow, ClientSearch, Counts, Decision, EndCause, Family, Fork, HostStore, Ledger,
    NewLease, Record, Records, SealHistory, SealKind, SealRow, SealedEntries, Seals, Stretch, Subject, Summary, Terms,
    decode_entries, fold_into_base,
};
use crate::StoreError;

/// Runs every check, each on a store of its own.
///
/// # Panics
/// Where the backend does not do what it must.
pub fn run<S: HostStore>(mut fresh: impl FnMut() -> S) {
    counts_clients_and_leases_to_the_second(&mut fresh());
    counts_twins_once_while_one_of_them_counts(&mut fresh());
    remembers_when_requests_were_made(&mut fresh());
    keeps_capacity_within_one_batch(&mut fresh());
    remembers_leases_forks_and_releases(&mut fresh());
    shows_each_client_with_all_its_families(&mut fresh());
    forgets_clients_and_ends_leases(&mut fresh());
    runs_no_lease_again_that_was_ended(&mut fresh());
    counts_no_forgotten_client_at_any_time(&mut fresh());
    keeps_journal_and_seals(&mut fresh());
    users::counts_the_devices_of_each_user(&mut fresh());
    users::gives_a_device_to_the_user_who_signed_in_last(&mut fresh());
    users::counts_a_users_leases_to_their_end(&mut fresh());
    records_nothing_of_a_batch_that_decides_nothing(&mut fresh());
    changes_nothing_by_a_probe(&mut fresh());
    finds_clients_stretch_by_stretch(&mut fresh());
    reads_the_journal_backwards(&mut fresh());
}

/// Copies a store with a history into stores of another kind, or its own, and back: nothing is lost or changed.
///
/// # Panics
/// Where the backends do not do what they must.
pub fn run_copies<A, B>(mut fresh: impl FnMut() -> A, mut other: impl FnMut() -> B)
where
    A: HostStore + Records,
    B: HostStore + Records,
{
    let policy =
        Policy { threshold: 2, capacity: Some(30), devices: Some(2), validity: Span::HOUR, ..Policy::default() };
    let mut original = fresh();
    for round in 0..40 {
        let acts: Vec<(u64, Act)> = (0..=round % 5)
            .map(|n| {
                let user = u8::try_from(round % 7).expect("a small number");
                let act = match (round + n) % 6 {
                    0 => Act::Release,
                    1 | 2 => Act::SignedIn(user),
                    _ => Act::Ask,
                };
                ((round * 7 + n * 3) % 45, act)
            })
            .collect();
        let host = KeyId([u8::try_from(round % 2).expect("a bit"); 16]);
        act_by(&mut original, host, &policy, &acts, 10_000 + round);
    }
    let (mut copy, mut back) = (other(), fresh());
    transfer(&mut original, &mut copy);
    transfer(&mut copy, &mut back);
    assert!(copy.flaws().expect("flaws").is_empty() && back.flaws().expect("flaws").is_empty());
    let refused = copy.restore(&mut || Ok(None));
    assert!(matches!(refused, Err(StoreError::NotEmpty)), "{refused:?}");
    let after = [(1, Act::Ask), (2, Act::Release), (50, Act::SignedIn(1)), (51, Act::SignedIn(2)), (52, Act::Ask)];
    let granted = act(&mut original, &policy, &after, 10_050);
    assert_eq!(act(&mut copy, &policy, &after, 10_050), granted);
    assert_eq!(act(&mut back, &policy, &after, 10_050), granted);
    for now in [10_050, 13_620, 13_800] {
        let expected = counts(&mut original, &policy, now);
        assert_eq!((counts(&mut copy, &policy, now), counts(&mut back, &policy, now)), (expected, expected));
    }
    assert_eq!(copy.events(1_000).expect("events"), original.events(1_000).expect("events"));
    a_copy_that_fails_leaves_nothing(&mut back, &mut other());
}

/// Prunes a store with a history: the seals stay, the rest of the journal leads to the rows still, and what is decided
/// afterwards is what a store decides that was not pruned.
///
/// # Panics
/// Where the backend does not do what it must.
pub fn run_pruning<S: Records + SealHistory>(mut fresh: impl FnMut() -> S) {
    let policy =
        Policy { threshold: 2, capacity: Some(30), devices: Some(2), validity: Span::HOUR, ..Policy::default() };
    let (mut pruned, mut whole, mut copy) = (fresh(), fresh(), fresh());
    pruned.introduce(&PublicKey([5; 32])).expect("a key");
    let history = |store: &mut S| {
        for round in 0..150 {
            let number = |n| (round * 7 + n * 3) % 45;
            let act = |n| match (round + n) % 11 {
                0 => Act::Release,
                1 => Act::End,
                2 if round % 5 == 0 => Act::Forget,
                3..=5 => Act::SignedIn(u8::try_from(round % 7).expect("a small number")),
                _ => Act::Ask,
            };
            let acts: Vec<(u64, Act)> = (0..=round % 3).map(|n| (number(n), act(n))).collect();
            self::act(store, &policy, &acts, 10_000 + round * 100);
        }
        while store.tidy().expect("tidy") {}
    };
    history(&mut pruned);
    history(&mut whole);
    assert!(!pruned.prune(Timestamp::from_unix(10_000)).expect("pruned"));
    assert!(records(&mut pruned)[1..] == records(&mut whole), "nothing was decided before");
    while pruned.prune(Timestamp::from_unix(23_000)).expect("pruned") {}
    let shown = records(&mut pruned);
    let batches = shown.iter().filter_map(|record| if let Record::Batch(batch) = record { Some(batch) } else { None });
    let emptied = batches.clone().filter(|batch| batch.entries.is_empty()).count();
    assert!(emptied > 80 && emptied < 130, "{emptied} batches");
    let seals =
        batches.flat_map(|batch| batch.seals.iter().map(|(_, seal)| (seal.number, seal.size, seal.leaves.len())));
    let left: Vec<bool> = seals.map(|(_, size, leaves)| size == leaves as u64).collect();
    assert!(left.is_sorted() && left.contains(&false) && left.contains(&true), "leaves go, sizes and seals stay");
    leads_to_its_rows(&shown);
    hands_out_each_chain(&mut pruned, &shown);
    transfer(&mut pruned, &mut copy);
    let after = [(1, Act::Ask), (2, Act::Release), (3, Act::Forget), (40, Act::SignedIn(1)), (44, Act::SignedIn(2))];
    let expected = act(&mut whole, &policy, &after, 25_100);
    assert_eq!(act(&mut pruned, &policy, &after, 25_100), expected);
    assert_eq!(act(&mut copy, &policy, &after, 25_100), expected);
    assert_eq!(pruned.events(20).expect("events"), whole.events(20).expect("events"));
    assert_eq!(pruned.clients(None, 99).expect("clients"), whole.clients(None, 99).expect("clients"));
    leads_to_its_rows(&records(&mut pruned));
}

/// Every chain is handed out from any seal on, each seal with what its batch decided.
fn hands_out_each_chain(store: &mut impl SealHistory, records: &[Record]) {
    let batches =
        records.iter().filter_map(|record| if let Record::Batch(batch) = record { Some(batch) } else { None });
    let mut chains: BTreeMap<KeyId, Vec<SealedEntries>> = BTreeMap::new();
    for batch in batches {
        for (host, seal) in &batch.seals {
            let (seal, entries) = (SealRow { leaves: Vec::new(), ..seal.clone() }, batch.entries.clone());
            chains.entry(*host).or_default().push(SealedEntries { seal, entries });
        }
    }
    assert!(!chains.is_empty());
    for (host, chain) in chains {
        for after in [0, 1, 70, chain.len(), chain.len() + 1] {
            let mut handed = Vec::new();
            let take = &mut |sealed| {
                handed.push(sealed);
                Ok(())
            };
            store.seals_after(host, after as u64, take).expect("seals");
            assert_eq!(handed, chain[after.min(chain.len())..], "of {host} after {after}");
        }
        let stopped = store.seals_after(host, 0, &mut |_| Err(StoreError::InUse));
        assert!(matches!(stopped, Err(StoreError::InUse)), "{stopped:?}");
    }
}

/// What the pruned part of a journal has left, and the rest of it, lead to the rows.
fn leads_to_its_rows(records: &[Record]) {
    let mut led: BTreeMap<(KeyId, FamilyId), Option<ClientRow>> = BTreeMap::new();
    let mut rows = Vec::new();
    for record in records {
        match record {
            Record::Signer(_) => {}
            Record::Base(base) => drop(led.insert((base.client, base.family), Some(base.clone()))),
            Record::Batch(batch) => {
                for entry in decode_entries(&batch.entries, batch.at).expect("entries") {
                    fold_into_base(led.entry((entry.client, entry.family)).or_default(), &entry);
                }
            }
            Record::Client(row) => rows.push(row.clone()),
        }
    }
    assert_eq!(led.into_values().flatten().collect::<Vec<_>>(), rows);
}

fn a_copy_that_fails_leaves_nothing(from: &mut impl Records, to: &mut (impl HostStore + Records)) {
    let mut records = records(from).into_iter().take(30);
    let broken = to.restore(&mut || records.next().map(Some).ok_or(StoreError::InUse));
    assert!(matches!(broken, Err(StoreError::InUse)), "{broken:?}");
    assert!(to.events(1).expect("events").is_empty() && to.clients(None, 1).expect("clients").is_empty());
    transfer(from, to);
}

/// Copies all records of one store into another, and compares the two.
fn transfer(from: &mut impl Records, to: &mut impl Records) {
    let all = records(from);
    for record in &all {
        assert_eq!(Record::decode(&record.encode()).expect("a record"), *record);
    }
    let mut next = all.clone().into_iter();
    to.restore(&mut || Ok(next.next())).expect("an empty store is filled");
    let summary = |records: &[Record]| {
        let mut summary = Summary::default();
        records.iter().for_each(|record| summary.add(record));
        summary
    };
    let copied = records(to);
    assert_eq!(copied, all);
    assert!(summary(&copied) == summary(&all) && summary(&all) != summary(&all[1..]));
}

fn records(store: &mut impl Records) -> Vec<Record> {
    let mut all = Vec::new();
    let dumped = store.dump(&mut |record| {
        all.push(record);
        Ok(())
    });
    dumped.expect("all records");
    all
}

/// What one of the suite's clients does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// It asks for a lease.
    Ask,
    /// The user of this number asks on it.
    SignedIn(u8),
    /// It gives its lease back.
    Release,
    /// Its lease is ended.
    End,
    /// It is forgotten.
    Forget,
}

/// Lets clients (by a number each) act on `store` at `now` in one batch, by the rules a host applies; for whom it was done:
/// who was granted a lease, whose lease was ended, who was forgotten.
///
/// # Panics
/// Where the store fails.
pub fn act(store: &mut impl HostStore, policy: &Policy, acts: &[(u64, Act)], now: u64) -> Vec<bool> {
    act_by(store, HOST, policy, acts, now)
}

/// The same by the rules of another host than the suite's own.
///
/// # Panics
/// Where the store fails.
pub fn act_by(store: &mut impl HostStore, host: KeyId, policy: &Policy, acts: &[(u64, Act)], now: u64) -> Vec<bool> {
    act_as(store, &Host { id: host, seal: &no_real_seals }, policy, acts, now)
}

/// The same by the rules of a host that seals as it does.
///
/// # Panics
/// Where the store fails.
pub fn act_as(
    store: &mut impl HostStore,
    host: &Host<'_>,
    policy: &Policy,
    acts: &[(u64, Act)],
    now: u64,
) -> Vec<bool> {
    let now = Timestamp::from_unix(now);
    let families = [family(policy)];
    let product: ProductId = "acme-cad".parse().expect("an id");
    let subject = |(n, act): &(u64, Act)| {
        let (asks, user) = match act {
            Act::Ask => (true, None),
            Act::SignedIn(user) => (true, Some(users::user(*user))),
            Act::Release | Act::End | Act::Forget => (false, None),
        };
        let fingerprint = asks.then(|| machine(*n));
        Subject { family: 0, client: client(*n), product, fingerprint, user }
    };
    let subjects: Vec<Subject> = acts.iter().map(subject).collect();
    let batch = Batch { host: host.id, now, families: &families, subjects: &subjects };
    let mut granted = Vec::new();
    let decided = store.decide(&batch, &mut |ledger| {
        granted.clear();
        for (at, (n, act)) in acts.iter().enumerate() {
            let name = u64::try_from(at).expect("a small batch") + now.unix() * 1_000;
            granted.push(match act {
                Act::Release => {
                    let held = ledger.tally(at).held.map(|held| held.lease);
                    ledger.release(at, held.unwrap_or(cti(name)));
                    false
                }
                Act::End => {
                    let held = ledger.tally(at).held.map(|held| held.lease);
                    ledger.end(at, held.unwrap_or(cti(name)), EndCause::Ordered { by: operator() })
                }
                Act::Forget => ledger.forget(at, operator()),
                Act::Ask | Act::SignedIn(_) => {
                    let asked = asked(*n, cti(name), now);
                    match ledger.tally(at).admit(policy, &asked.fingerprint, now) {
                        Verdict::Grant { expires, .. } => {
                            let (lease, terms) = (cti(name + 500), Terms::of(policy));
                            ledger.grant(at, asked, NewLease { lease, expires, fork: Fork::None, terms });
                            true
                        }
                        Verdict::Refuse(refusal) => {
                            ledger.refuse(at, asked, refusal, (cti(name + 500), policy.retry));
                            false
                        }
                    }
                }
            });
        }
        (host.seal)(ledger)
    });
    decided.expect("the store takes the batch");
    granted
}

/// A host that decides, and how it seals a batch.
pub struct Host<'h> {
    /// The name of its key.
    pub id: KeyId,
    /// Seals what is decided.
    pub seal: &'h dyn Fn(&Ledger) -> Seals,
}

/// Seals that lead from one to the next and are over nothing.
fn no_real_seals(ledger: &Ledger) -> Seals {
    let now = ledger.now();
    let leases = ledger.entries().iter().filter(|entry| matches!(entry.decision, Decision::Granted { .. }));
    let leaves: Vec<_> = leases.map(|_| [1; 32]).collect();
    let leases = (!leaves.is_empty()).then(|| next_seal(SealKind::Leases, ledger.tip(), leaves, now));
    let tip = leases.as_ref().map_or(ledger.tip(), |row| super::Tip { number: row.number, seal: row.seal });
    let refused = ledger.entries().iter().filter(|entry| matches!(entry.decision, Decision::Refused { .. }));
    let leaves: Vec<_> = refused.map(|_| [2; 32]).collect();
    let refusals = (!leaves.is_empty()).then(|| next_seal(SealKind::Refusals, tip, leaves, now));
    Seals { leases, refusals }
}

fn operator() -> Text {
    "operator".parse().expect("a text")
}

fn asked(n: u64, request: Cti, issued: Timestamp) -> Asked {
    Asked { request, issued, fingerprint: machine(n), name: None, address: None }
}

fn counts_twins_once_while_one_of_them_counts<S: HostStore>(store: &mut S) {
    let policy = Policy { threshold: 2, window: Span::seconds(100), ..Policy::default() };
    let (first, twin, other) = ((1, Act::Ask), (1_001, Act::Ask), (2, Act::Ask));
    assert_eq!(act(store, &policy, &[first], 1_000), [false]);
    assert_eq!(act(store, &policy, &[twin], 1_010), [false]);
    assert_eq!(counts(store, &policy, 1_010).clients, 1);
    let counting = |store: &mut S, n| {
        let rows = store.clients(None, 10).expect("clients");
        rows.into_iter().find(|row| row.client == client(n)).expect("a client").sighting.counting
    };
    assert_eq!((counting(store, 1), counting(store, 1_001)), (Counting::Counts, Counting::Twin));
    assert_eq!(act(store, &policy, &[other, twin], 1_020), [true, true]);
    assert_eq!(counts(store, &policy, 1_020).clients, 2);
    assert_eq!(act(store, &policy, &[twin], 1_099), [true]);
    assert_eq!(act(store, &policy, &[twin], 1_110), [true], "the first has left the window, the twin counts");
    assert_eq!(counts(store, &policy, 1_110).clients, 2);
    assert_eq!(act(store, &policy, &[first, other], 1_111), [true, true]);
    assert_eq!((counting(store, 1), counting(store, 1_001)), (Counting::Twin, Counting::Counts));
    let both = [(3, Act::Ask), (1_003, Act::Ask)];
    act(store, &policy, &both, 1_112);
    assert_eq!(counts(store, &policy, 1_112).clients, 3, "twins of one batch count once too");
}

fn remembers_when_requests_were_made<S: HostStore>(store: &mut S) {
    let policy = Policy { threshold: 2, ..Policy::default() };
    let product: ProductId = "acme-cad".parse().expect("an id");
    act(store, &policy, &[(1, Act::Ask)], 1_000);
    act(store, &policy, &[(2, Act::Ask), (1, Act::Ask)], 1_001);
    act(store, &policy, &[(1, Act::Release)], 1_002);
    let rows = store.clients(None, 10).expect("clients");
    let requests = |n| rows.iter().find(|row| row.client == client(n)).expect("a client").sighting.requests.clone();
    let at = Timestamp::from_unix(1_001);
    assert_eq!((requests(1), requests(2)), (vec![(product, at)], vec![(product, at)]));
}

fn counts_clients_and_leases_to_the_second<S: HostStore>(store: &mut S) {
    let policy = Policy { threshold: 2, window: Span::seconds(100), validity: Span::seconds(50), ..Policy::default() };
    assert_eq!(act(store, &policy, &[(1, Act::Ask)], 1_000), [false]);
    assert_eq!(act(store, &policy, &[(2, Act::Ask), (2, Act::Ask)], 1_010), [true, true]);
    assert_eq!(counts(store, &policy, 1_010), Counts { clients: 2, live: 1 });
    assert_eq!(counts(store, &policy, 1_059), Counts { clients: 2, live: 1 });
    assert_eq!(counts(store, &policy, 1_060), Counts { clients: 2, live: 0 }, "a lease is live while now < exp");
    assert_eq!(counts(store, &policy, 1_099), Counts { clients: 2, live: 0 });
    let ending = [(1_000, 1_059), (1_059, 1_060), (1_060, 1_100)].map(|(from, to)| {
        let between = (Timestamp::from_unix(from), Timestamp::from_unix(to));
        store.leases_ending(&family(&policy), between).expect("a count")
    });
    assert_eq!(ending, [0, 1, 0]);
    assert_eq!(
        counts(store, &policy, 1_100),
        Counts { clients: 1, live: 0 },
        "it counts if it asked after now - window"
    );
    assert_eq!(counts(store, &policy, 1_050), Counts { clients: 2, live: 1 }, "a clock may be set back");
    assert_eq!(act(store, &policy, &[(3, Act::Ask)], 1_109), [true]);
    assert_eq!(act(store, &policy, &[(4, Act::Ask)], 1_209), [false], "the third has just left the window");
}

fn keeps_capacity_within_one_batch<S: HostStore>(store: &mut S) {
    let policy = Policy { threshold: 1, capacity: Some(2), validity: Span::HOUR, ..Policy::default() };
    let ask = |n| (n, Act::Ask);
    assert_eq!(act(store, &policy, &[ask(1), ask(2), ask(3), ask(1)], 1_000), [true, true, false, true]);
    assert_eq!(act(store, &policy, &[(1, Act::Release), ask(3), ask(1)], 1_001), [false, true, false]);
    assert_eq!(counts(store, &policy, 1_001), Counts { clients: 3, live: 2 });
    assert_eq!(act(store, &policy, &[ask(4)], 4_600), [true], "the second client's lease has ended");
}

fn remembers_leases_forks_and_releases<S: HostStore>(store: &mut S) {
    let policy = Policy { threshold: 1, ..Policy::default() };
    act(store, &policy, &[(1, Act::Ask)], 1_000);
    act(store, &policy, &[(1, Act::Ask)], 2_000);
    act(store, &policy, &[(2, Act::Ask)], 2_500);
    let rows = store.clients(None, 10).expect("clients");
    assert_eq!(rows.len(), 2);
    assert!(rows.windows(2).all(|pair| pair[0].client < pair[1].client), "in the order of their keys");
    let row = rows.iter().find(|row| row.client == client(1)).expect("the first client");
    assert_eq!((row.sighting.first.unix(), row.sighting.last.unix()), (1_000, 2_000));
    let [(product, lease)] = row.leases.as_slice() else { panic!("one lease: {row:?}") };
    assert_eq!(product.as_str(), "acme-cad");
    assert_eq!((lease.held.lease, lease.held.request), (cti(2_000_500), cti(2_000_000)));
    assert_eq!((lease.seal, lease.issued.unix()), (2, 2_000));
    assert_eq!(store.clients(Some(rows[0].client), 10).expect("clients"), rows[1..]);
    assert_eq!(store.clients(None, 1).expect("clients"), rows[..1]);
    act(store, &policy, &[(1, Act::Release)], 3_000);
    let rows = store.clients(None, 10).expect("clients");
    let row = rows.iter().find(|row| row.client == client(1)).expect("the first client");
    let Held { expires, end, .. } = row.leases[0].1.held;
    assert_eq!((expires.unix(), end), (3_000, LeaseEnd::Early));
    assert_eq!(row.leases[0].1.released, Some(cti(2_000_500)));
}

fn shows_each_client_with_all_its_families<S: HostStore>(store: &mut S) {
    let policy = Policy { threshold: 1, ..Policy::default() };
    let other = Family { id: "other".parse().expect("an id"), ..family(&policy) };
    act(store, &policy, &[(1, Act::Ask), (2, Act::Ask), (3, Act::Ask)], 1_000);
    let product = "o".parse().expect("an id");
    let subjects =
        [1, 2].map(|n| Subject { family: 0, client: client(n), product, fingerprint: Some(machine(n)), user: None });
    let batch = Batch { host: HOST, now: Timestamp::from_unix(1_001), families: &[other], subjects: &subjects };
    let decided = store.decide(&batch, &mut |ledger| {
        for (at, n) in [(0, 1), (1, 2)] {
            ledger.refuse(at, asked(n, cti(n), batch.now), Refusal::Revoked, (cti(n + 500), Span::HOUR));
        }
        Seals::default()
    });
    decided.expect("the store takes the batch");
    let whole: Vec<_> = store.clients(None, 10).expect("clients").iter().map(|row| (row.client, row.family)).collect();
    assert_eq!(whole.len(), 5);
    let (mut paged, mut after) = (Vec::new(), None);
    loop {
        let page = store.clients(after, 1).expect("clients");
        let Some(last) = page.last() else { break };
        after = Some(last.client);
        paged.extend(page.iter().map(|row| (row.client, row.family)));
    }
    assert_eq!(paged, whole, "no page ends within a client");
}

fn forgets_clients_and_ends_leases<S: HostStore>(store: &mut S) {
    let policy = Policy { threshold: 2, ..Policy::default() };
    assert_eq!(act(store, &policy, &[(1, Act::Ask), (2, Act::Ask)], 1_000), [false, true]);
    assert_eq!(act(store, &policy, &[(1, Act::End), (2, Act::End), (2, Act::End)], 1_001), [false, true, false]);
    assert_eq!(counts(store, &policy, 1_001), Counts { clients: 2, live: 0 });
    assert_eq!(
        act(store, &policy, &[(2, Act::Forget), (2, Act::Forget), (3, Act::Forget)], 1_002),
        [true, false, false]
    );
    assert_eq!(counts(store, &policy, 1_002), Counts { clients: 1, live: 0 });
    assert_eq!(act(store, &policy, &[(1, Act::Ask)], 1_003), [false]);
    assert_eq!(act(store, &policy, &[(2, Act::Ask)], 1_004), [true], "a newcomer");
    let rows = store.clients(None, 10).expect("clients");
    let row = rows.iter().find(|row| row.client == client(2)).expect("a client");
    assert_eq!((row.sighting.first.unix(), row.sighting.last.unix()), (1_004, 1_004));
    assert_eq!(counts(store, &policy, 1_004), Counts { clients: 2, live: 1 });
}

fn runs_no_lease_again_that_was_ended<S: HostStore>(store: &mut S) {
    let policy = Policy { threshold: 1, capacity: Some(2), validity: Span::HOUR, ..Policy::default() };
    let live = |store: &mut S, now| counts(store, &policy, now).live;
    act(store, &policy, &[(1, Act::Ask), (2, Act::Ask)], 10_000);
    act(store, &policy, &[(1, Act::Release)], 11_000);
    assert_eq!(act(store, &policy, &[(2, Act::End)], 11_000), [true]);
    for now in [11_000, 10_999, 10_000, 9_000, 0, 20_000] {
        assert_eq!(live(store, now), 0, "at {now}");
    }
    // The clock goes back: those who gave their places back hold none.
    assert_eq!(act(store, &policy, &[(3, Act::Ask), (4, Act::Ask), (1, Act::Ask)], 10_500), [true, true, false]);
    assert_eq!(live(store, 10_500), 2);
    // One that is over by the clock is given back all the same, and runs no more when the clock goes back.
    act(store, &policy, &[(3, Act::Release)], 15_000);
    assert_eq!(act(store, &policy, &[(4, Act::End), (4, Act::End)], 15_000), [true, false]);
    assert_eq!(live(store, 10_600), 0);
    assert_eq!(act(store, &policy, &[(1, Act::Ask), (2, Act::Ask), (3, Act::Ask)], 10_600), [true, true, false]);
    act(store, &policy, &[(1, Act::Release), (1, Act::Ask)], 10_601);
    assert_eq!((live(store, 10_601), live(store, 10_000)), (2, 2), "a lease granted after it is another one");
}

fn counts_no_forgotten_client_at_any_time<S: HostStore>(store: &mut S) {
    let policy = Policy { threshold: 2, window: Span::seconds(1_000), ..Policy::default() };
    act(store, &policy, &[(1, Act::Ask), (1_002, Act::Ask)], 5_000);
    act(store, &policy, &[(1, Act::Forget)], 5_001);
    // Clocks before the length of the window too.
    for now in [5_001, 5_000, 900, 10, 6_500] {
        assert!(counts(store, &policy, now).clients <= 1, "at {now}");
    }
    act(store, &policy, &[(1_001, Act::Ask)], 10);
    let rows = store.clients(None, 10).expect("clients");
    let row = rows.iter().find(|row| row.client == client(1_001)).expect("a client");
    assert_eq!(row.sighting.counting, Counting::Counts, "the machine's forgotten client is no twin");
}

fn keeps_journal_and_seals<S: HostStore>(store: &mut S) {
    let policy = Policy { threshold: 2, ..Policy::default() };
    act(store, &policy, &[(1, Act::Ask)], 1_000);
    act(store, &policy, &[(2, Act::Ask), (1, Act::Ask)], 1_001);
    act(store, &policy, &[(1, Act::Release)], 1_002);
    let events = store.events(10).expect("events");
    let kinds: Vec<_> = events
        .iter()
        .map(|entry| match &entry.decision {
            Decision::Granted { seal, count, .. } => format!("granted {seal} {count}"),
            Decision::Refused { refusal: Refusal::ThresholdNotMet { count, .. }, .. } => format!("refused {count}"),
            Decision::Refused { .. } => "refused".to_owned(),
            Decision::Released { .. } => "released".to_owned(),
            Decision::Ended { .. } => "ended".to_owned(),
            Decision::Forgotten { .. } => "forgotten".to_owned(),
        })
        .collect();
    assert_eq!(kinds, ["released", "granted 2 2", "granted 2 2", "refused 1"], "newest first");
    assert_eq!(events[2].client, client(2));
    assert_eq!(store.events(2).expect("events"), events[..2]);
    act(store, &policy, &[(2, Act::Ask)], 1_003);
    let seals = store.seals(HOST, 10).expect("seals");
    let kinds: Vec<_> = seals.iter().map(|seal| (seal.number, seal.kind)).collect();
    assert_eq!(kinds, [(3, SealKind::Leases), (2, SealKind::Leases), (1, SealKind::Refusals)]);
    assert_eq!(seals[0].previous, seals[1].seal);
    assert_eq!(seals[1].leaves.len(), 2);
    assert!(store.seals(KeyId([0; 16]), 10).expect("seals").is_empty(), "another host's chain is its own");
}

fn records_nothing_of_a_batch_that_decides_nothing<S: HostStore>(store: &mut S) {
    let policy = Policy { threshold: 1, ..Policy::default() };
    act(store, &policy, &[(1, Act::Release)], 1_000);
    assert!(store.events(10).expect("events").is_empty());
    assert!(store.clients(None, 10).expect("clients").is_empty());
}

/// Every client is in one stretch, whatever its length, and those that are looked for are found.
fn finds_clients_stretch_by_stretch<S: HostStore>(store: &mut S) {
    let policy = Policy { threshold: 3, validity: Span::HOUR, ..Policy::default() };
    for n in 1..=9 {
        act(store, &policy, &[(n, Act::Ask)], 10_000 + n);
    }
    let all = store.clients(None, 100).expect("clients");
    for folded in [false, true] {
        while folded && store.tidy().expect("tidy") {}
        for (max, wanted) in [(1, 9), (2, 1), (4, 3), (100, 1), (100, 2), (100, usize::MAX)] {
            let found = found(store, &ClientSearch { wanted, ..ClientSearch::default() }, max);
            assert_eq!(found, all, "stretches of {max}, {wanted} wanted, folded: {folded}");
        }
        if folded {
            let few = store.find_clients(&ClientSearch { wanted: 2, ..ClientSearch::default() }, None, 100);
            assert_eq!(few.expect("a stretch").rows, all[..2], "no more than are wanted are looked up");
        }
        let now = Timestamp::from_unix(10_020);
        let of_kind = |store: &mut S, kind| found(store, &ClientSearch { kind, now, ..ClientSearch::default() }, 3);
        let (licensed, others) = (of_kind(store, ClientKind::Licensed), of_kind(store, ClientKind::Unlicensed));
        assert_eq!((licensed.len(), others.len()), (7, 2));
        assert!(licensed.iter().all(|row| row.leases.iter().any(|(_, lease)| lease.held.runs_at(now))));
        assert!(of_kind(store, ClientKind::Forked).is_empty());
        let name = all[0].sighting.name.as_ref().map_or_else(String::new, |name| name.as_str().to_uppercase());
        let named = found(store, &ClientSearch { text: name, now, ..ClientSearch::default() }, 4);
        assert!(named.contains(&all[0]), "by name");
        let none = ClientSearch { text: "no machine is called so".to_owned(), now, ..ClientSearch::default() };
        assert!(found(store, &none, 4).is_empty());
    }
}

/// What is looked for, all stretches together.
fn found(store: &mut impl HostStore, search: &ClientSearch, max: usize) -> Vec<ClientRow> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let Stretch { rows: more, end } = store.find_clients(search, after, max).expect("a stretch");
        rows.extend(more);
        match end {
            Some(end) => after = Some(end),
            None => return rows,
        }
    }
}

fn reads_the_journal_backwards<S: HostStore>(store: &mut S) {
    let policy = Policy::default();
    for n in 1..=5 {
        act(store, &policy, &[(n, Act::Ask), (n + 20, Act::Ask)], 10_000 + n);
    }
    let all = store.batches_before(None, 100).expect("batches");
    assert!(all.windows(2).all(|pair| pair[0].number > pair[1].number) && all.len() == 5);
    let entries: Vec<_> = all.iter().flat_map(|batch| batch.entries.iter().rev().cloned()).collect();
    assert_eq!(entries, store.events(100).expect("events"));
    let page = store.batches_before(Some(all[1].number), 2).expect("batches");
    assert_eq!(page, all[2..4]);
    assert!(store.batches_before(Some(all[4].number), 2).expect("batches").is_empty());
}

fn changes_nothing_by_a_probe<S: HostStore>(store: &mut S) {
    let policy = Policy { threshold: 1, ..Policy::default() };
    act(store, &policy, &[(1, Act::Ask)], 1_000);
    let before = (store.events(10).expect("events"), store.clients(None, 10).expect("clients"));
    store.probe().expect("it can be written");
    assert_eq!((store.events(10).expect("events"), store.clients(None, 10).expect("clients")), before);
    assert_eq!(act(store, &policy, &[(1, Act::Ask)], 1_001), [true]);
}

/// How the suite's family stands by `policy` at `now`.
///
/// # Panics
/// Where the store fails.
pub fn counts(store: &mut impl HostStore, policy: &Policy, now: u64) -> Counts {
    store.counts(&family(policy), Timestamp::from_unix(now)).expect("counts")
}

fn next_seal(kind: SealKind, tip: super::Tip, leaves: Vec<super::Hash>, at: Timestamp) -> SealRow {
    let number = tip.number + 1;
    let mut seal = [9; 32];
    seal[..8].copy_from_slice(&number.to_be_bytes());
    let size = leaves.len() as u64;
    SealRow { kind, number, previous: tip.seal, root: [8; 32], seal, signature: [7; 64], at, size, leaves }
}

fn family(policy: &Policy) -> Family {
    Family { id: "acme".parse().expect("an id"), window: policy.window }
}

/// The suite's client of this number; their keys are in no order.
pub fn client(n: u64) -> KeyId {
    KeyId((u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)).to_be_bytes())
}

fn cti(n: u64) -> Cti {
    Cti(u128::from(n).to_be_bytes())
}

/// Clients whose numbers differ by a thousand are on one machine.
fn machine(n: u64) -> Fingerprint {
    let parts = [Component::MachineId, Component::SystemUuid, Component::SystemDisk];
    Fingerprint::new(parts.map(|part| (part, (n % 1_000).to_be_bytes()))).expect("components")
}

/// The host of the suite.
pub const HOST: KeyId = KeyId([0xab; 16]);
