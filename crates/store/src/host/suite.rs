//! What every backend must do. Each function takes a fresh store and panics where it does not.

mod copies;
mod counting;
mod finds;
mod users;

use leasehold_core::{
    Component, Cti, Fingerprint, Held, KeyId, LeaseEnd, LeaseLength, Policy, ProductId, Refusal, Span, Text, Timestamp,
    Verdict,
};

pub use copies::{run_copies, run_pruning};

use super::{
    Asked, Batch, Counts, Decision, EndCause, Family, Fork, HostStore, Ledger, NewLease, SealKind, SealRow, Seals,
    Subject, Terms,
};

/// Runs every check, each on a store of its own.
///
/// # Panics
/// Where the backend does not do what it must.
pub fn run<S: HostStore>(mut fresh: impl FnMut() -> S) {
    counting::counts_clients_and_leases_to_the_second(&mut fresh());
    counting::counts_twins_once_while_one_of_them_counts(&mut fresh());
    counting::remembers_when_requests_were_made(&mut fresh());
    keeps_capacity_within_one_batch(&mut fresh());
    remembers_leases_forks_and_releases(&mut fresh());
    shows_each_client_with_all_its_families(&mut fresh());
    forgets_clients_and_ends_leases(&mut fresh());
    runs_no_lease_again_that_was_ended(&mut fresh());
    counting::counts_no_forgotten_client_at_any_time(&mut fresh());
    keeps_journal_and_seals(&mut fresh());
    users::counts_the_devices_of_each_user(&mut fresh());
    users::gives_a_device_to_the_user_who_signed_in_last(&mut fresh());
    users::counts_a_users_leases_to_their_end(&mut fresh());
    records_nothing_of_a_batch_that_decides_nothing(&mut fresh());
    changes_nothing_by_a_probe(&mut fresh());
    finds::finds_clients_stretch_by_stretch(&mut fresh());
    finds::reads_the_journal_backwards(&mut fresh());
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
                    match ledger.tally(at).admit(policy, LeaseLength::LONGEST, &asked.fingerprint, now) {
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
