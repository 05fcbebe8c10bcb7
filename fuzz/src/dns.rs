//! What the fuzz targets of DNS do with an input: answers to lookups and to updates, and announcements on the local link.

use leasehold_discovery::fuzzing;

/// The answer of a name server to a lookup, whatever was asked.
pub fn dns_answer(input: &[u8]) {
    fuzzing::lookup_answer(input);
}

/// The answer of a zone's server to a signed update: without the key none counts as signed.
pub fn dns_update_answer(input: &[u8]) {
    assert!(!fuzzing::update_answer_counts(input), "an answer was forged");
}

/// A host that announces itself: a name, a port, addresses.
pub fn mdns(input: &[u8]) {
    let (port, rest) = input.split_first_chunk::<2>().unwrap_or((&[0; 2], input));
    let (addresses, name) = rest.split_at(rest.len().min(16));
    fuzzing::announcement(&String::from_utf8_lossy(name), u16::from_be_bytes(*port), addresses);
}
