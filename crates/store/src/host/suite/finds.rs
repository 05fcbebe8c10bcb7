//! What every backend must find.

use leasehold_core::{Policy, Span, Timestamp};

use super::{Act, act};
use crate::host::{ClientKind, ClientRow, ClientSearch, HostStore, Stretch};

/// Every client is in one stretch, whatever its length, and those that are looked for are found.
pub(super) fn finds_clients_stretch_by_stretch<S: HostStore>(store: &mut S) {
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

pub(super) fn reads_the_journal_backwards<S: HostStore>(store: &mut S) {
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
