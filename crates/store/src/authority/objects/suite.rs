//! Directories and their activation objects.
#![expect(clippy::missing_panics_doc, reason = "cases are tests: to panic is how they fail")]

use leasehold_core::activation::{Allowance, PlaceId, Placement};
use leasehold_core::{Cti, DirectoryId, KeyId, Span};

use crate::authority::suite::{Fixture, Outcome, sample};
use crate::authority::{NewActivation, SignedObject};

/// A directory is found by its id, beside hosts of the same product key, and is no host.
///
/// # Errors
/// Where the store fails.
pub fn a_directory_is_known_by_its_id(fixture: &dyn Fixture) -> Outcome {
    let store = fixture.open();
    let key = sample::fill(&*store)?;
    store.transact("record and look", |tx| {
        tx.record_activation(&sample::activation(key, 1, Placement::New(sample::ordinals(1, 1))), sample::AT)?;
        tx.record_activation(&directory(key, 2, Placement::New(sample::ordinals(2, 1))), sample::AT)?;
        tx.record_activation(&directory(key, 3, Placement::New(sample::ordinals(3, 1))), sample::AT)?;
        let anew =
            NewActivation { subject: sample::pair(9), ..directory(key, 2, Placement::Anew(sample::ordinals(2, 2))) };
        tx.record_activation(&anew, sample::later(Span::DAY))?;
        let usage = tx.key_usage(key, &sample::pair(8), &id(2), 2)?;
        let similar: Vec<_> = usage.similar.iter().map(|known| (known.place, known.activations, known.id)).collect();
        assert_eq!(similar, [(2, 2, id(2)), (2, 2, id(2))]);
        assert_eq!(usage.place(Allowance::HOST_KEY, &id(2), 2), Ok(Placement::Anew(sample::ordinals(2, 3))));
        let machine = PlaceId::Machine(sample::machine(2));
        assert!(tx.key_usage(key, &sample::pair(8), &machine, 2)?.similar.is_empty(), "a machine is no directory");
        assert!(tx.key_usage(KeyId([8; 16]), &sample::pair(8), &id(2), 2)?.similar.is_empty(), "of another key");
        let places: Vec<_> = tx.places(key, 0, 9)?.into_iter().map(|place| place.directory).collect();
        assert_eq!(places, [None, id(2).directory().copied(), id(3).directory().copied()]);
        let known: Vec<_> =
            tx.directories()?.into_iter().map(|(key, known)| (key, known.subject, known.ordinals)).collect();
        let expected = [(key, sample::pair(3), sample::ordinals(3, 1)), (key, sample::pair(9), sample::ordinals(2, 2))];
        assert_eq!(known, expected);
        Ok(())
    })
}

/// All of them, in their order; the same once more changes nothing.
///
/// # Errors
/// Where the store fails.
pub fn objects_are_read_back(fixture: &dyn Fixture) -> Outcome {
    let store = fixture.open();
    let key = sample::fill(&*store)?;
    let objects = [object(key, 3), object(key, 1), object(key, 2)];
    store.transact("record", |tx| {
        assert!(tx.objects()?.is_empty());
        objects.iter().chain(&objects[..1]).try_for_each(|object| tx.record_object(object))
    })?;
    fixture.open().transact("look", |tx| {
        assert_eq!(tx.objects()?, objects);
        Ok(())
    })
}

pub(in crate::authority) fn directory(key: KeyId, n: u64, placement: Placement) -> NewActivation {
    NewActivation { id: id(n), ..sample::activation(key, n, placement) }
}

pub(in crate::authority) fn object(key: KeyId, n: u8) -> SignedObject {
    let expires = sample::AT.at.plus(Span::days(u64::from(n)));
    SignedObject { key, subject: sample::pair(2).id(), cti: Cti([n; 16]), expires }
}

fn id(n: u64) -> PlaceId {
    PlaceId::Directory(DirectoryId([u8::try_from(n).unwrap_or(u8::MAX); 16]))
}
