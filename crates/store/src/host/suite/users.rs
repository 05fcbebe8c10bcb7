//! What every backend must do where users hold leases.

use leasehold_core::{KeyId, Policy, Refusal, Span, Timestamp, UserId};

use super::{Act, act, client, counts};
use crate::host::{ClientKind, ClientSearch, Decision, HostStore};

/// The devices of each user are counted in the transaction that records the lease.
pub(super) fn counts_the_devices_of_each_user<S: HostStore>(store: &mut S) {
    let policy = policy(2);
    // Within one batch as between batches; each user by itself.
    let asks = [1, 2, 3].map(|n| (n, Act::SignedIn(1)));
    assert_eq!(act(store, &policy, &asks, 1_000), [true, true, false]);
    assert_eq!(act(store, &policy, &[(3, Act::SignedIn(1)), (3, Act::SignedIn(2))], 1_001), [false, true]);
    let [entry, ..] = &store.events(2).expect("events")[..] else { panic!("an entry") };
    assert!(matches!(entry.decision, Decision::Granted { user: Some(found), .. } if found == user(2)));
    let refused = &store.events(3).expect("events")[1].decision;
    let expected = Refusal::DevicesReached { devices: 2, retry: policy.retry };
    assert!(matches!(refused, Decision::Refused { refusal, .. } if *refusal == expected), "{refused:?}");
    // A user's own device renews in a full house.
    assert_eq!(act(store, &policy, &[(1, Act::SignedIn(1))], 1_002), [true]);
    assert_eq!(devices(store, 1, 1_002), clients(&[1, 2]));
    assert_eq!(counts(store, &policy, 1_002).live, 3);
}

/// A device is another user's, or no user's, as soon as its lease is.
pub(super) fn gives_a_device_to_the_user_who_signed_in_last<S: HostStore>(store: &mut S) {
    let policy = policy(1);
    assert_eq!(act(store, &policy, &[(1, Act::SignedIn(1)), (2, Act::SignedIn(2))], 1_000), [true, true]);
    assert_eq!(act(store, &policy, &[(2, Act::SignedIn(1)), (1, Act::SignedIn(2))], 1_001), [false, false]);
    let freed = [(1, Act::Release), (1, Act::SignedIn(2)), (3, Act::SignedIn(1)), (2, Act::End), (1, Act::SignedIn(2))];
    assert_eq!(act(store, &policy, &freed, 1_002), [false, false, true, true, true]);
    assert_eq!((devices(store, 1, 1_002), devices(store, 2, 1_002)), (clients(&[3]), clients(&[1])));
    assert_eq!(act(store, &policy, &[(3, Act::Ask)], 1_003), [true], "a machine's from now on");
    assert_eq!(devices(store, 1, 1_003), []);
    let search =
        ClientSearch { kind: ClientKind::Subscribed, now: Timestamp::from_unix(1_003), ..ClientSearch::default() };
    let found = store.find_clients(&search, None, 100).expect("clients").rows;
    assert_eq!(found.iter().map(|row| row.client).collect::<Vec<_>>(), clients(&[1]));
    assert_eq!(act(store, &policy, &[(4, Act::SignedIn(1)), (5, Act::SignedIn(1))], 1_004), [true, false]);
}

/// A lease that has ended leaves room to the second, whether it is folded or not.
pub(super) fn counts_a_users_leases_to_their_end<S: HostStore>(store: &mut S) {
    let policy = policy(1);
    assert_eq!(act(store, &policy, &[(1, Act::SignedIn(1))], 1_000), [true]);
    for fold in [false, true] {
        while fold && store.tidy().expect("tidy") {}
        assert_eq!(act(store, &policy, &[(2, Act::SignedIn(1))], 4_599), [false]);
        assert_eq!(devices(store, 1, 4_599), clients(&[1]));
        assert_eq!(devices(store, 1, 4_600), []);
    }
    assert_eq!(act(store, &policy, &[(2, Act::SignedIn(1))], 4_600), [true]);
    while store.tidy().expect("tidy") {}
    // Folded again, with the rows of the tables behind what waits.
    assert_eq!(act(store, &policy, &[(2, Act::Release), (3, Act::SignedIn(1))], 4_700), [false, true]);
    assert_eq!(devices(store, 1, 4_700), clients(&[3]));
}

fn policy(devices: u64) -> Policy {
    Policy { threshold: 1, devices: Some(devices), validity: Span::HOUR, ..Policy::default() }
}

fn devices(store: &mut impl HostStore, who: u8, now: u64) -> Vec<KeyId> {
    store.devices(user(who), Timestamp::from_unix(now)).expect("devices")
}

fn clients(numbers: &[u64]) -> Vec<KeyId> {
    let mut clients: Vec<KeyId> = numbers.iter().map(|n| client(*n)).collect();
    clients.sort_unstable();
    clients
}

/// The suite's user of this number.
pub(super) fn user(n: u8) -> UserId {
    UserId::of("https://login.example", &n.to_string())
}
