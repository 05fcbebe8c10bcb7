#![no_main]

#[path = "../src/chain.rs"]
mod chain;

libfuzzer_sys::fuzz_target!(|input: &[u8]| chain::chain(input));
