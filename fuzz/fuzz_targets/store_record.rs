#![no_main]

#[path = "../src/store_record.rs"]
mod store_record;

libfuzzer_sys::fuzz_target!(|input: &[u8]| store_record::store_record(input));
