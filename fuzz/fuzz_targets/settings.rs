#![no_main]

#[path = "../src/client.rs"]
mod client;

libfuzzer_sys::fuzz_target!(|input: &[u8]| client::settings(input));
