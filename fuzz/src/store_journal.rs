//! What a store reads back: the entries of a batch that a damaged disk, or an administrator, has changed.

use leasehold_core::Timestamp;
use leasehold_store::host::{decode_entries, encode_entries};

/// The entries of one batch of the journal.
pub fn store_journal(input: &[u8]) {
    let Ok(entries) = decode_entries(input, AT) else { return };
    let again = decode_entries(&encode_entries(&entries), AT).expect("what was written is read");
    assert_eq!(again, entries, "entries are read as they were written");
}

const AT: Timestamp = Timestamp::from_unix(1_790_255_134);
