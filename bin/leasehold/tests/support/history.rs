//! What a host's store must say of what was answered.

use std::collections::{HashMap, HashSet};

use leasehold_core::{KeyId, PublicKey};
use leasehold_store::host::{Decision, HostStore, SealRow};
use leasehold_wire::{Envelope, seal};

use super::Vendor;

/// The seals of `host` by their numbers; they form one chain from the first on, each signed with its key.
pub(crate) fn chain(store: &mut dyn HostStore, host: KeyId, key: &PublicKey) -> HashMap<u64, SealRow> {
    let seals = store.seals(host, usize::MAX).expect("seals");
    let seals: HashMap<u64, SealRow> = seals.into_iter().map(|seal| (seal.number, seal)).collect();
    let mut previous = [0; 32];
    for number in 1..=seals.len() as u64 {
        let seal = seals.get(&number).unwrap_or_else(|| panic!("seal {number} of {} is missing", seals.len()));
        assert_eq!(seal.previous, previous, "seal {number} goes on from the one before");
        assert_eq!(seal::root(&seal.leaves), Some(seal.root));
        assert_eq!(seal::link(&previous, number, seal.leaves.len() as u64, &seal.root), seal.seal);
        assert!(leasehold_wire::signature::strictly(
            key,
            &seal::message(leasehold_host::mark::typ(seal.kind), &seal.seal),
            &seal.signature
        ));
        previous = seal.seal;
    }
    seals
}

/// The lease in `answer` is in the batch that its seal names.
pub(crate) fn stands_in(seals: &HashMap<u64, SealRow>, vendor: &Vendor, answer: &[u8]) {
    let by = vendor.lease(answer).seal.expect("a sealed lease");
    let seal = seals.get(&by.number).unwrap_or_else(|| panic!("seal {} is not in the store", by.number));
    assert_eq!(seal.seal, by.seal, "the seal that the client holds is the one in the store");
    let payload = Envelope::parse(answer).expect("an envelope").payload;
    assert!(seal.leaves.contains(&seal::leaf(payload)), "the lease is in its batch");
}

/// How many of the leases that were answered are not in the journal.
pub(crate) fn lost(store: &mut dyn HostStore, vendor: &Vendor, answers: &[Vec<u8>]) -> usize {
    let journal = store.events(usize::MAX).expect("events");
    let granted = journal.iter().filter_map(|entry| match entry.decision {
        Decision::Granted { lease, .. } => Some(lease),
        _ => None,
    });
    let granted: HashSet<_> = granted.collect();
    answers.iter().filter(|answer| !granted.contains(&vendor.lease(answer).document.cti)).count()
}

/// Every lease that was answered is in the journal, and there were never more live ones than `capacity`.
pub(crate) fn was_kept(store: &mut dyn HostStore, vendor: &Vendor, answers: &[Vec<u8>], capacity: u64) {
    assert_eq!(lost(store, vendor, answers), 0, "leases that are not in the journal");
    let journal = store.events(usize::MAX).expect("events");
    let mut live = HashMap::new();
    for entry in journal.into_iter().rev() {
        match entry.decision {
            Decision::Granted { expires, .. } => drop(live.insert(entry.client, expires)),
            Decision::Released { .. } | Decision::Ended { .. } => drop(live.remove(&entry.client)),
            Decision::Refused { .. } | Decision::Forgotten { .. } => {}
        }
        let count = live.values().filter(|expires| entry.at < **expires).count() as u64;
        assert!(count <= capacity, "{count} live leases");
    }
}
