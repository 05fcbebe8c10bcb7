#![no_main]

#[path = "../src/office_status.rs"]
mod office_status;

libfuzzer_sys::fuzz_target!(|input: &[u8]| office_status::office_status(input));
