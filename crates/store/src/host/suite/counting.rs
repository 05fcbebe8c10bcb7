//! What every backend must do where clients and leases are counted.

use leasehold_core::{Counting, Policy, ProductId, Span, Timestamp};

use super::{Act, act, client, counts, family};
use crate::host::{Counts, HostStore};

pub(super) fn counts_twins_once_while_one_of_them_counts<S: HostStore>(store: &mut S) {
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

pub(super) fn remembers_when_requests_were_made<S: HostStore>(store: &mut S) {
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

pub(super) fn counts_clients_and_leases_to_the_second<S: HostStore>(store: &mut S) {
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

pub(super) fn counts_no_forgotten_client_at_any_time<S: HostStore>(store: &mut S) {
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
