//! The committed corpora of the fuzz targets, replayed.

#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/replay.rs"]
mod replay;
#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/store_journal.rs"]
mod store_journal;
#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/store_record.rs"]
mod store_record;

use leasehold_store::host::{Record, decode_entries};
use replay::replay;

#[test]
fn the_corpus_of_journals_replays() {
    replay("store_journal", 5_000, store_journal::store_journal);
}

#[test]
fn the_corpus_of_records_replays() {
    replay("store_record", 5_000, store_record::store_record);
}

/// A corpus of a former form reaches nothing.
#[test]
fn the_corpora_are_of_todays_form() {
    let read = |file: &str| std::fs::read(format!("{}/../../fuzz/corpus/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let entries = decode_entries(&read("store_journal/all"), store_journal::AT).unwrap();
    assert_eq!(entries.len(), 10);
    for record in ["base", "batch", "client", "client-of-a-user", "signer"] {
        assert!(Record::decode(&read(&format!("store_record/{record}"))).is_ok(), "{record}");
    }
}
