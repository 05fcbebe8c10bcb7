//! What a store reads back: the entries of a batch that a damaged disk, or an administrator, has changed.

use leasehold_core::Timestamp;
use leasehold_store::host::{decode_entries, encode_entries};
use sha2::{Digest, Sha256};

/// The entries of one batch of the journal: as they are, and with a checksum that holds, so that what stands behind it is reached.
pub fn store_journal(input: &[u8]) {
    read(input);
    let (entries, _) = input.split_at(input.len().saturating_sub(CHECKSUM));
    let digest = Sha256::new().chain_update(AT.unix().to_be_bytes()).chain_update(entries).finalize();
    read(&[entries, &digest[..CHECKSUM]].concat());
}

fn read(bytes: &[u8]) {
    let Ok(entries) = decode_entries(bytes, AT) else { return };
    let again = decode_entries(&encode_entries(&entries), AT).expect("what was written is read");
    assert_eq!(again, entries, "entries are read as they were written");
}

/// The time of the batches in the corpus.
pub const AT: Timestamp = Timestamp::from_unix(1_790_255_134);
/// The bytes with which a batch ends.
const CHECKSUM: usize = 8;
