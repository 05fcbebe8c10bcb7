use leasehold_core::{Policy, Span};
use leasehold_store::host::suite::{self, Act, act};
use leasehold_store::host::{Family, HostStore};
use tempfile::TempDir;

use super::*;

fn store(folder: &TempDir) -> SqliteHost {
    SqliteHost::open(folder.path()).expect("a store")
}

#[test]
fn it_passes_the_suite() {
    let mut folders = Vec::new();
    suite::run(|| {
        folders.push(tempfile::tempdir().expect("a folder"));
        store(&folders[folders.len() - 1])
    });
}

#[test]
fn it_is_copied_record_by_record() {
    let folders = std::cell::RefCell::new(Vec::new());
    let fresh = || {
        let folder = tempfile::tempdir().expect("a folder");
        let fresh = store(&folder);
        folders.borrow_mut().push(folder);
        fresh
    };
    suite::run_copies(fresh, fresh);
}

#[test]
fn what_is_folded_opened_again_or_read_beside_is_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let policy = Policy { threshold: 3, window: Span::seconds(500), capacity: Some(40), ..Policy::default() };
    let mut one = store(&folder);
    let (mut seed, mut seen) = (7_u64, Vec::new());
    for round in 0..120_u64 {
        let acts: Vec<(u64, Act)> = (0..=round % 7)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (seed >> 33 & 63, if seed >> 60 == 0 { Act::Release } else { Act::Ask })
            })
            .collect();
        act(&mut one, &policy, &acts, 1_000 + round * 10);
        let now = Timestamp::from_unix(1_000 + round * 10);
        match round % 9 {
            0 => {
                let step = Transaction::new_unchecked(&one.connection, TransactionBehavior::Immediate).expect("a step");
                let folded = fold::some(&step, &one.overlay, 5, one.last_batch).expect("folded");
                step.commit().expect("a commit");
                one.overlay.forget(&folded);
            }
            4 => {
                drop(one);
                one = store(&folder);
            }
            8 => while one.tidy().expect("tidy") {},
            _ => {}
        }
        let mut beside = SqliteHost::open_reader(folder.path()).expect("a reader");
        let clients = one.clients(None, 1_000).expect("clients");
        assert_eq!(beside.clients(None, 1_000).expect("clients"), clients, "round {round}");
        let family = Family { id: "acme".parse().expect("an id"), window: policy.window };
        let counts = one.counts(&family, now).expect("counts");
        assert_eq!(beside.counts(&family, now).expect("counts"), counts, "round {round}");
        let live = clients.iter().flat_map(|row| &row.leases).filter(|(_, lease)| lease.held.runs_at(now)).count();
        assert_eq!(counts.live, live as u64);
        assert!(counts.live <= 40);
        seen.push(counts);
    }
    assert!(seen.iter().any(|counts| counts.live == 40), "the walk has reached the capacity");
}

#[test]
fn a_second_writer_and_a_newer_schema_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = store(&folder);
    assert!(matches!(SqliteHost::open(folder.path()), Err(StoreError::InUse)));
    first.connection.pragma_update(None, "user_version", 99).expect("a version");
    drop(first);
    let refused = SqliteHost::open(folder.path());
    assert!(matches!(refused, Err(StoreError::Newer { found: 99, known: 1 })), "{refused:?}");
}
