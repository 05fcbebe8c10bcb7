//! The committed corpora of the fuzz targets, replayed.

#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/store_journal.rs"]
mod store_journal;
#[expect(unreachable_pub, reason = "a library of its own in `fuzz/`")]
#[path = "../../../fuzz/src/store_record.rs"]
mod store_record;

use std::fs;
use std::path::Path;

#[test]
fn the_corpus_of_journals_replays() {
    replay("store_journal", store_journal::store_journal);
}

#[test]
fn the_corpus_of_records_replays() {
    replay("store_record", store_record::store_record);
}

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let inputs: Vec<_> =
        fs::read_dir(&folder).expect("a corpus").map(|entry| entry.expect("an input").path()).collect();
    assert!(!inputs.is_empty(), "{} is empty", folder.display());
    inputs.iter().for_each(|path| run(&fs::read(path).expect("an input")));
}
