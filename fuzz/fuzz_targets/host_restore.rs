#![no_main]

#[path = "../src/host.rs"]
mod host;
#[path = "../src/serving.rs"]
mod serving;

libfuzzer_sys::fuzz_target!(|input: &[u8]| host::host_restore(input));
