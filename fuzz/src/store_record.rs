//! What a store reads back: records that travel from one store to another, and fingerprints in rows.

use leasehold_store::host::{Record, decode_fingerprint, encode_fingerprint};

/// A record of a store that is copied or backed up.
pub fn store_record(input: &[u8]) {
    if let Some(fingerprint) = decode_fingerprint(input) {
        let again = decode_fingerprint(&encode_fingerprint(&fingerprint));
        assert_eq!(again, Some(fingerprint), "a fingerprint is read as it was written");
    }
    let Ok(record) = Record::decode(input) else { return };
    let bytes = record.encode();
    let again = Record::decode(&bytes).expect("what was written is read");
    assert_eq!(again.encode(), bytes, "a record is read as it was written");
}
