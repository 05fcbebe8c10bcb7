#![no_main]

#[path = "../src/tsig.rs"]
mod tsig;

libfuzzer_sys::fuzz_target!(|input: &[u8]| tsig::tsig(input));
