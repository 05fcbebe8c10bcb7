#![no_main]

#[path = "../src/store_journal.rs"]
mod store_journal;

libfuzzer_sys::fuzz_target!(|input: &[u8]| store_journal::store_journal(input));
