use leasehold_core::{CheckOutcome, KeyId, Policy, Timestamp};
use leasehold_store::host::suite::{Act, Host, act_as};
use leasehold_store::host::{HostStore, SealRow};
use leasehold_store_sqlite::host::SqliteHost;
use leasehold_wire::Keypair;

use super::*;
use crate::sealing::Documents;

/// A store that shows these records.
struct Shown(Vec<Record>);

impl Records for Shown {
    fn dump(&mut self, each: &mut dyn FnMut(Record) -> Result<(), StoreError>) -> Result<(), StoreError> {
        self.0.iter().cloned().try_for_each(each)
    }

    fn restore(&mut self, _: &mut dyn FnMut() -> Result<Option<Record>, StoreError>) -> Result<(), StoreError> {
        Err(StoreError::NotEmpty)
    }

    fn flaws(&mut self) -> Result<Vec<Flaw>, StoreError> {
        Ok(Vec::new())
    }
}

/// The records of a store with a history, of which the first hours are pruned where that is asked for.
fn history(pruned: Option<Timestamp>) -> Vec<Record> {
    let folder = tempfile::tempdir().unwrap();
    let mut store = SqliteHost::open(folder.path()).unwrap();
    live(&mut store);
    if let Some(before) = pruned {
        while store.prune(before).unwrap() {}
    }
    all(&mut store)
}

/// Makes a history.
fn live(store: &mut SqliteHost) {
    let policy = Policy { threshold: 2, validity: leasehold_core::Span::HOUR, ..Policy::default() };
    let pairs = [Keypair::from_seed(&[1; 32]), Keypair::from_seed(&[2; 32])];
    for pair in &pairs {
        store.introduce(&pair.public()).unwrap();
    }
    for round in 0..60_u64 {
        let pair = &pairs[usize::try_from(round / 7 % 2).unwrap()];
        let seal = |ledger: &leasehold_store::host::Ledger| {
            Documents::of(ledger.entries()).seal(ledger.tip(), pair).rows(ledger.now())
        };
        let acts = [(round % 23, Act::Ask), (round / 2, Act::Release), (round % 5, Act::Ask), (round % 7, Act::End)];
        act_as(store, &Host { id: pair.id(), seal: &seal }, &policy, &acts, 10_000 + round * 100);
    }
    while store.tidy().unwrap() {}
}

fn all(store: &mut SqliteHost) -> Vec<Record> {
    let mut records = Vec::new();
    store
        .dump(&mut |record| {
            records.push(record);
            Ok(())
        })
        .unwrap();
    records
}

/// The checks that do not find all well.
fn failing(records: Vec<Record>, max: usize) -> Vec<String> {
    let found = check_within(&mut Shown(records), &[], max).into_iter();
    found.filter(|finding| finding.outcome != CheckOutcome::Ok).map(|finding| finding.name).collect()
}

/// The checks that do not find all well after `change`, the same however few clients are in memory at once.
fn after(mut records: Vec<Record>, change: impl FnOnce(&mut Vec<Record>)) -> Vec<String> {
    change(&mut records);
    let failing: Vec<Vec<String>> = [1_000, 7, 1].map(|max| failing(records.clone(), max)).into();
    assert!(failing.windows(2).all(|pair| pair[0] == pair[1]), "{failing:?}");
    failing.into_iter().next().unwrap()
}

fn client(records: &mut [Record]) -> &mut ClientRow {
    let rows = records.iter_mut().filter_map(|record| if let Record::Client(row) = record { Some(row) } else { None });
    rows.filter(|row| !row.leases.is_empty()).nth(4).unwrap()
}

fn batch(records: &mut [Record], at: usize) -> &mut BatchRow {
    let rows = records.iter_mut().filter_map(|record| if let Record::Batch(row) = record { Some(row) } else { None });
    rows.filter(|row| !row.seals.is_empty()).nth(at).unwrap()
}

#[test]
fn a_store_is_whole_before_and_after_it_is_pruned() {
    let (whole, pruned) = (history(None), history(Some(Timestamp::from_unix(15_000))));
    let emptied = |record: &&Record| matches!(record, Record::Batch(batch) if batch.entries.is_empty());
    assert!(pruned.iter().filter(emptied).count() > 9 && whole.iter().filter(emptied).count() == 0);
    for records in [whole, pruned] {
        assert_eq!(after(records, |_| {}), [""; 0]);
    }
}

#[test]
fn rows_that_the_journal_does_not_lead_to_are_found() {
    for records in [history(None), history(Some(Timestamp::from_unix(15_000)))] {
        let removed = after(records.clone(), |records| {
            let row = client(records).client;
            records.retain(|record| !matches!(record, Record::Client(other) if other.client == row));
        });
        assert_eq!(removed, ["rows"], "a client without a row");
        let last = |records: &mut Vec<Record>| client(records).sighting.last = Timestamp::from_unix(9);
        assert_eq!(after(records.clone(), last), ["rows"], "a client last seen at another time");
        let ends = |records: &mut Vec<Record>| client(records).leases[0].1.held.expires = Timestamp::from_unix(9);
        assert_eq!(after(records.clone(), ends), ["rows"], "a lease that ends at another time");
        let seal = |records: &mut Vec<Record>| client(records).leases[0].1.seal = 999;
        assert_eq!(after(records, seal), ["leases", "rows"], "a seal that is not there");
    }
}

type Change = fn(&mut SealRow);

#[test]
fn every_bit_of_a_batch_and_its_seals_is_noticed() {
    let records = history(None);
    let length = batch(&mut records.clone(), 9).entries.len();
    for byte in (0..length).step_by(5) {
        let found = after(records.clone(), |records| batch(records, 9).entries[byte] ^= 1 << (byte % 8));
        assert!(found.contains(&"journal".to_owned()), "byte {byte}: {found:?}");
    }
    let changes: [(Change, &str); 8] = [
        (|seal| seal.number ^= 1, "seals"),
        (|seal| seal.previous[3] ^= 1, "seals"),
        (|seal| seal.root[3] ^= 1, "seals"),
        (|seal| seal.seal[3] ^= 1, "seals"),
        (|seal| seal.leaves[0][3] ^= 1, "seals"),
        (|seal| seal.size ^= 1, "seals"),
        (|seal| seal.at = Timestamp::from_unix(1), "seals"),
        (|seal| seal.signature[3] ^= 1, "signatures"),
    ];
    for records in [records, history(Some(Timestamp::from_unix(15_000)))] {
        for (at, (change, name)) in changes.iter().enumerate() {
            for place in [0, 20] {
                let found = after(records.clone(), |records| {
                    let seal = &mut batch(records, place).seals[0].1;
                    if !seal.leaves.is_empty() || at != 4 {
                        change(seal);
                    } else {
                        seal.signature[9] ^= 1;
                    }
                });
                assert!(found.iter().any(|found| found == name || found == "signatures"), "{at} {place}: {found:?}");
            }
        }
    }
}

#[test]
fn entries_that_are_not_what_was_sealed_are_found_though_the_rows_follow_them() {
    let mut records = history(None);
    let batch = batch(&mut records, 9);
    let mut entries = decode_entries(&batch.entries, batch.at).unwrap();
    for entry in &mut entries {
        if let leasehold_store::host::Decision::Granted { count, .. } = &mut entry.decision {
            *count += 1;
        }
    }
    batch.entries = leasehold_store::host::encode_entries(&entries);
    assert_eq!(after(records, |_| {}), ["seals"], "another count is in no row");
}

#[test]
fn a_bit_flipped_anywhere_in_a_database_is_noticed_or_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(leasehold_store_sqlite::host::FILE);
    let mut store = SqliteHost::open(folder.path()).unwrap();
    live(&mut store);
    let whole = all(&mut store);
    drop(store);
    let bytes = std::fs::read(&path).unwrap();
    let mut noticed = 0;
    for (at, byte) in (0..bytes.len()).step_by(bytes.len() / 211).enumerate() {
        let mut flipped = bytes.clone();
        flipped[byte] ^= 1 << (at % 8);
        std::fs::write(&path, &flipped).unwrap();
        let Ok(mut store) = SqliteHost::open_reader(folder.path()) else {
            noticed += 1;
            continue;
        };
        if check(&mut store, &[]).iter().any(Finding::is_failure) {
            noticed += 1;
        } else {
            assert!(all(&mut store) == whole, "byte {byte} of {}", bytes.len());
        }
    }
    assert!(noticed > 50, "{noticed}");
}

#[test]
fn a_host_whose_key_is_not_known_is_named_and_one_can_be_given() {
    let unsigned: Vec<Record> =
        history(None).into_iter().filter(|record| !matches!(record, Record::Signer(_))).collect();
    assert_eq!(failing(unsigned.clone(), 99), ["signatures"]);
    let keys = [1, 2].map(|seed| Keypair::from_seed(&[seed; 32]).public());
    assert!(check(&mut Shown(unsigned), &keys).iter().all(|finding| finding.outcome == CheckOutcome::Ok));
    let foreign =
        |record: &Record| matches!(record, Record::Signer(key) if key.id() == Keypair::from_seed(&[1; 32]).id());
    let another = history(None)
        .into_iter()
        .map(|record| if foreign(&record) { Record::Signer(Keypair::from_seed(&[3; 32]).public()) } else { record });
    assert_eq!(failing(another.collect(), 99), ["signatures"], "the key of another host");
    assert_ne!(keys[0].id(), KeyId([0; 16]));
}
