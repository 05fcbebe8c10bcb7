//! Activations: who is known, what is used up, and that limits hold however many ask at once.
#![expect(clippy::missing_panics_doc, reason = "cases are tests: to panic is how they fail")]

use std::collections::{BTreeSet, HashMap};
use std::thread;

use leasehold_core::activation::{Allowance, Ordinals, PlaceId, Placement, Refusal};
use leasehold_core::{Component, Fingerprint, KeyId, PublicKey, Span};

use crate::StoreError;
use crate::authority::objects::suite as objects;
use crate::authority::suite::{Fixture, Outcome, sample};
use crate::authority::{AuthorityStore, NewActivation};

/// Another answer replaces the last one and takes no place.
///
/// # Errors
/// Where the store fails.
pub fn a_key_pair_that_asks_again_keeps_its_ordinals(fixture: &dyn Fixture) -> Outcome {
    let store = fixture.open();
    let key = sample::fill(&*store)?;
    let first = sample::activation(key, 1, Placement::New(sample::ordinals(1, 1)));
    let again = NewActivation {
        placement: Placement::Again(sample::ordinals(1, 1)),
        id: PlaceId::Machine(sample::machine(2)),
        name: Some(sample::text("renamed")),
        expires: None,
        document: vec![1, 2, 3],
        ..first.clone()
    };
    let second = sample::activation(key, 2, Placement::Anew(sample::ordinals(1, 2)));
    store.transact("record", |tx| {
        tx.record_activation(&first, sample::AT)?;
        tx.record_activation(&again, sample::later(Span::DAY))?;
        let places = tx.places(key, 0, 99)?;
        assert_eq!((places.len(), places[0].ordinals, places[0].subject), (1, sample::ordinals(1, 1), first.subject));
        assert_eq!((places[0].first, places[0].last), (sample::AT.at, sample::later(Span::DAY).at));
        assert_eq!((&places[0].name, places[0].expires), (&again.name, None));
        assert_eq!(places[0].document, again.document);
        tx.record_activation(&second, sample::later(Span::DAY))?;
        let places = tx.places(key, 0, 99)?;
        assert_eq!((places.len(), places[0].ordinals, places[0].subject), (1, sample::ordinals(1, 2), second.subject));
        assert_eq!(tx.places_taken(key)?, 1);
        let usage = tx.key_usage(key, &first.subject, &PlaceId::Machine(sample::machine(9)), 2)?;
        assert_eq!((usage.own, usage.places), (Some(sample::ordinals(1, 1)), 1), "the earlier pair is still known");
        Ok(())
    })
}

/// A store may leave out only what cannot be the same machine.
///
/// # Errors
/// Where the store fails.
pub fn machines_that_share_a_component_are_found(fixture: &dyn Fixture) -> Outcome {
    let store = fixture.open();
    let key = sample::fill(&*store)?;
    let changed = Component::ALL.map(|kept| {
        let hashes = Component::ALL.map(|part| (part, [if part == kept { 1 } else { 2 }; 8]));
        Fingerprint::new(hashes).expect("it has components")
    });
    let whole = Fingerprint::new(Component::ALL.map(|part| (part, [1; 8]))).expect("it has components");
    store.transact("record and look", |tx| {
        for (n, activation) in [(1, 1), (2, 2)] {
            let placement = Placement::Anew(sample::ordinals(1, activation));
            let recorded = NewActivation { id: PlaceId::Machine(whole), ..sample::activation(key, n, placement) };
            tx.record_activation(&recorded, sample::AT)?;
        }
        tx.record_activation(&sample::activation(key, 3, Placement::New(sample::ordinals(2, 1))), sample::AT)?;
        for fingerprint in &changed {
            let usage = tx.key_usage(key, &sample::pair(9), &PlaceId::Machine(*fingerprint), 5)?;
            let similar: Vec<_> = usage.similar.iter().filter(|known| known.id == PlaceId::Machine(whole)).collect();
            assert_eq!(similar.len(), 2, "{fingerprint:?}");
            assert!(similar.iter().all(|known| (known.place, known.activations) == (1, 2)));
            assert_eq!((usage.own, usage.places), (None, 2));
        }
        let elsewhere = tx.key_usage(KeyId([8; 16]), &sample::pair(1), &PlaceId::Machine(whole), 5)?;
        assert!(elsewhere.own.is_none() && elsewhere.similar.is_empty() && elsewhere.places == 0);
        Ok(())
    })
}

/// Machines bought together and imaged from one disk share processor and machine id; one of them is found all the same
/// when two of its own parts have changed.
///
/// # Errors
/// Where the store fails.
pub fn machines_of_one_make_are_told_apart(fixture: &dyn Fixture) -> Outcome {
    let store = fixture.open();
    let key = sample::fill(&*store)?;
    let of_one_make = |n: u64, changed: &[Component]| {
        let hash = |part: Component| match part {
            Component::MachineId | Component::Processor => [7; 8],
            Component::SystemUuid | Component::SystemDisk | Component::NetworkAddress | Component::BoardSerial => {
                (n << 8 | u64::from(changed.contains(&part))).to_be_bytes()
            }
        };
        PlaceId::Machine(Fingerprint::new(Component::ALL.map(|part| (part, hash(part)))).expect("it has components"))
    };
    store.transact("record and look", |tx| {
        for n in 1..=40 {
            let placement = Placement::New(sample::ordinals(n, 1));
            let recorded = NewActivation { id: of_one_make(n, &[]), ..sample::activation(key, n, placement) };
            tx.record_activation(&recorded, sample::AT)?;
        }
        for n in 1..=40 {
            let changed = of_one_make(n, &[Component::SystemDisk, Component::NetworkAddress]);
            let usage = tx.key_usage(key, &sample::pair(99), &changed, 2)?;
            assert_eq!(usage.place(Allowance::HOST_KEY, &changed, 2), Ok(Placement::Anew(sample::ordinals(n, 2))));
        }
        let usage = tx.key_usage(key, &sample::pair(99), &of_one_make(41, &[]), 2)?;
        let placed = usage.place(Allowance::multiple_key(50), &of_one_make(41, &[]), 2);
        assert_eq!(placed, Ok(Placement::New(sample::ordinals(41, 1))));
        Ok(())
    })
}

/// Key pairs come and go on machines at random; a model of a few lines says what each must get.
///
/// # Errors
/// Where the store fails.
pub fn a_random_history_agrees_with_a_model(fixture: &dyn Fixture) -> Outcome {
    const SEED: u64 = 0x1ea5_e401;
    let store = fixture.open();
    let key = sample::fill(&*store)?;
    let mut model = Model::default();
    let mut state = SEED;
    for step in 0..300 {
        // Knuth's MMIX generator: the same random numbers everywhere.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (machine, pair) = (state >> 33 & 7, state >> 40 & 31);
        let answer = ask(&*store, key, pair, machine)?;
        assert_eq!(answer.ok().map(|placed| placed.ordinals()), model.ask(pair, machine), "seed {SEED:#x} step {step}");
    }
    Ok(())
}

/// Six hosts, each with an ordinal of its own; all others are refused.
///
/// # Errors
/// Where the store fails.
pub fn a_key_takes_six_hosts_from_many_threads(fixture: &dyn Fixture) -> Outcome {
    let key = sample::fill(&*fixture.open())?;
    let answers = from_threads(fixture, |store, n| ask(store, key, n, n))?;
    let granted: BTreeSet<u64> = answers.iter().flatten().map(|placed| placed.ordinals().place).collect();
    assert_eq!(granted, (1..=6).collect());
    let refused = answers.iter().filter(|answer| **answer == Err(Refusal::HostsExhausted { hosts: 6 })).count();
    assert_eq!(refused, answers.len() - 6);
    fixture.open().transact("count", |tx| {
        assert_eq!((tx.places_taken(key)?, tx.places(key, 0, 99)?.len()), (6, 6));
        Ok(())
    })
}

/// Ten key pairs of one machine, each with an ordinal of its own; all others are refused.
///
/// # Errors
/// Where the store fails.
pub fn a_host_takes_ten_activations_from_many_threads(fixture: &dyn Fixture) -> Outcome {
    let key = sample::fill(&*fixture.open())?;
    let answers = from_threads(fixture, |store, n| ask(store, key, n, 0))?;
    let granted: BTreeSet<Ordinals> = answers.iter().flatten().map(Placement::ordinals).collect();
    assert_eq!(granted, (1..=10).map(|activation| sample::ordinals(1, activation)).collect());
    let refused = answers.iter().filter(|answer| answer.is_err()).count();
    assert_eq!(refused, answers.len() - 10);
    Ok(())
}

/// However often and at once one key pair asks, it is one activation.
///
/// # Errors
/// Where the store fails.
pub fn a_key_pair_that_asks_many_times_at_once_takes_one_place(fixture: &dyn Fixture) -> Outcome {
    let key = sample::fill(&*fixture.open())?;
    let answers = from_threads(fixture, |store, _| ask(store, key, 1, 1))?;
    assert!(answers.iter().all(|answer| answer.is_ok_and(|placed| placed.ordinals() == sample::ordinals(1, 1))));
    let fresh = answers.iter().filter(|answer| matches!(answer, Ok(Placement::New(_)))).count();
    assert_eq!(fresh, 1);
    fixture.open().transact("count", |tx| {
        assert_eq!(tx.places_taken(key)?, 1);
        Ok(())
    })
}

/// What one connection has answered, the next one finds.
///
/// # Errors
/// Where the store fails.
pub fn what_was_answered_outlives_its_connection(fixture: &dyn Fixture) -> Outcome {
    let store = fixture.open();
    let key = sample::fill(&*store)?;
    let activation = sample::activation(key, 1, Placement::New(sample::ordinals(1, 1)));
    store.transact("record", |tx| tx.record_activation(&activation, sample::AT))?;
    drop(store);
    fixture.open().transact("look", |tx| {
        let places = tx.places(key, 0, 99)?;
        assert_eq!(places.len(), 1);
        assert_eq!((&places[0].document, places[0].ordinals), (&activation.document, sample::ordinals(1, 1)));
        assert_eq!(tx.places_taken(key)?, 1);
        Ok(())
    })
}

/// By ordinal, the latest key pair of each.
///
/// # Errors
/// Where the store fails.
pub fn places_are_read_page_by_page(fixture: &dyn Fixture) -> Outcome {
    let store = fixture.open();
    let key = sample::fill(&*store)?;
    store.transact("record and read", |tx| {
        for n in 1..=7 {
            tx.record_activation(&sample::activation(key, n, Placement::New(sample::ordinals(n, 1))), sample::AT)?;
        }
        tx.record_activation(&sample::activation(key, 8, Placement::Anew(sample::ordinals(3, 2))), sample::AT)?;
        let first = tx.places(key, 0, 3)?;
        let ordinals: Vec<_> = first.iter().map(|place| place.ordinals).collect();
        assert_eq!(ordinals, [sample::ordinals(1, 1), sample::ordinals(2, 1), sample::ordinals(3, 2)]);
        assert_eq!(first[2].subject, sample::pair(8));
        let rest = tx.places(key, 3, u64::MAX)?;
        assert_eq!(rest.iter().map(|place| place.ordinals.place).collect::<Vec<_>>(), [4, 5, 6, 7]);
        assert!(tx.places(key, 7, 3)?.is_empty() && tx.places(key, u64::MAX, 3)?.is_empty());
        assert_eq!((tx.places_taken(key)?, tx.activations_taken(key)?), (7, 8));
        assert_eq!(tx.activations_taken(KeyId([8; 16]))?, 0);
        Ok(())
    })
}

/// Those of host keys alone, each with its latest key pair; neither machines nor directories.
///
/// # Errors
/// Where the store fails.
pub fn hosts_of_all_keys_are_read_page_by_page(fixture: &dyn Fixture) -> Outcome {
    let store = fixture.open();
    let key = sample::fill(&*store)?;
    let (multiple, directory) = (sample::multiple_key(9), objects::directory);
    store.transact("record and read", |tx| {
        tx.add_key(&multiple, sample::AT)?;
        let machine = sample::activation(multiple.public.id(), 9, Placement::New(sample::ordinals(1, 1)));
        tx.record_activation(&machine, sample::AT)?;
        for n in 1..=4 {
            tx.record_activation(&sample::activation(key, n, Placement::New(sample::ordinals(n, 1))), sample::AT)?;
        }
        tx.record_activation(&directory(key, 5, Placement::New(sample::ordinals(5, 1))), sample::AT)?;
        tx.record_activation(&sample::activation(key, 6, Placement::Anew(sample::ordinals(2, 2))), sample::AT)?;
        let first = tx.hosts(0, 2)?;
        let after = first.last().expect("two hosts").0;
        let all: Vec<_> = first.into_iter().chain(tx.hosts(after, 9)?).collect();
        let found: Vec<_> = all.iter().map(|(_, key, host)| (*key, host.subject, host.ordinals)).collect();
        let expected = [(1, 1, 1), (3, 3, 1), (4, 4, 1), (6, 2, 2)];
        let expected = expected.map(|(n, place, pair)| (key, sample::pair(n), sample::ordinals(place, pair)));
        assert_eq!(found, expected);
        assert!(tx.hosts(u64::MAX, 9)?.is_empty());
        let mut taken = tx.all_places_taken()?;
        taken.sort_by_key(|(_, taken)| *taken);
        assert_eq!(taken, [(multiple.public.id(), 1), (key, 5)]);
        Ok(())
    })
}

/// Also an earlier pair of a host, and one that several product keys have activated.
///
/// # Errors
/// Where the store fails.
pub fn activations_are_found_by_their_key_pair(fixture: &dyn Fixture) -> Outcome {
    let store = fixture.open();
    let key = sample::fill(&*store)?;
    let second = sample::multiple_key(9);
    store.transact("record and look", |tx| {
        tx.add_key(&second, sample::AT)?;
        let other = second.public.id();
        tx.record_activation(&sample::activation(key, 1, Placement::New(sample::ordinals(1, 1))), sample::AT)?;
        tx.record_activation(&sample::activation(key, 2, Placement::Anew(sample::ordinals(1, 2))), sample::AT)?;
        tx.record_activation(
            &sample::activation(other, 1, Placement::New(sample::ordinals(1, 1))),
            sample::later(Span::DAY),
        )?;
        let found = tx.activations_of(sample::pair(1).id())?;
        assert_eq!(found.iter().map(|(key, _)| *key).collect::<Vec<_>>(), [key, other]);
        assert_eq!((found[0].1.ordinals, found[0].1.subject), (sample::ordinals(1, 1), sample::pair(1)));
        assert_eq!(found[1].1.first, sample::later(Span::DAY).at);
        assert!(tx.activations_of(sample::pair(3).id())?.is_empty());
        assert_eq!(tx.activated(key)?, [sample::pair(1).id(), sample::pair(2).id()]);
        Ok(())
    })
}

type Answer = Result<Placement, Refusal>;

/// Decides and records as an authority does.
fn ask(store: &dyn AuthorityStore, key: KeyId, pair: u64, machine: u64) -> Result<Answer, StoreError> {
    let (subject, id): (PublicKey, PlaceId) = (sample::pair(pair), PlaceId::Machine(sample::machine(machine)));
    store.transact("ask", |tx| {
        let usage = tx.key_usage(key, &subject, &id, 2)?;
        let placed = usage.place(Allowance::HOST_KEY, &id, 2);
        if let Ok(placement) = placed {
            let activation = NewActivation { subject, id, ..sample::activation(key, pair, placement) };
            tx.record_activation(&activation, sample::AT)?;
        }
        Ok(placed)
    })
}

/// What `asks` was answered with the numbers from 0, from threads that have a connection each.
fn from_threads(
    fixture: &dyn Fixture,
    asks: impl Fn(&dyn AuthorityStore, u64) -> Result<Answer, StoreError> + Sync,
) -> Result<Vec<Answer>, StoreError> {
    const THREADS: u64 = 6;
    const EACH: u64 = 4;
    let asks = &asks;
    thread::scope(|scope| {
        let threads = (0..THREADS).map(|thread| {
            scope.spawn(move || {
                let store = fixture.open();
                (0..EACH).map(|n| asks(&*store, thread * EACH + n)).collect::<Result<Vec<_>, _>>()
            })
        });
        let threads: Vec<_> = threads.collect();
        let answers = threads.into_iter().map(|thread| thread.join().expect("a thread that asks does not panic"));
        Ok(answers.collect::<Result<Vec<_>, StoreError>>()?.concat())
    })
}

/// A host key as ten lines: which machine each key pair was last seen on, and the ordinals it was given.
#[derive(Default)]
struct Model {
    pairs: HashMap<u64, (u64, Ordinals)>,
    places: u64,
}

impl Model {
    fn ask(&mut self, pair: u64, machine: u64) -> Option<Ordinals> {
        let own = self.pairs.get(&pair).map(|(_, ordinals)| *ordinals);
        let ordinals = own.or_else(|| self.place(machine))?;
        self.places = self.places.max(ordinals.place);
        self.pairs.insert(pair, (machine, ordinals));
        Some(ordinals)
    }

    fn place(&self, machine: u64) -> Option<Ordinals> {
        let known = self.pairs.values().filter(|(on, _)| *on == machine).map(|(_, ordinals)| ordinals.place).min();
        let place = known.unwrap_or(self.places + 1);
        let used = self.pairs.values().filter(|(_, ordinals)| ordinals.place == place).count();
        let activation = u64::try_from(used).ok()? + 1;
        (place <= 6 && activation <= 10).then_some(Ordinals { place, activation })
    }
}
