//! What every backend must do with whole stores: copies, and pruned journals.

use std::collections::BTreeMap;

use leasehold_core::{FamilyId, KeyId, Policy, PublicKey, Span, Timestamp};

use super::{Act, act, act_by, counts};
use crate::StoreError;
use crate::host::{
    ClientRow, HostStore, Record, Records, SealHistory, SealRow, SealedEntries, Summary, decode_entries, fold_into_base,
};

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
