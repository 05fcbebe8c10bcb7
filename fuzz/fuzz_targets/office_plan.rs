#![no_main]

#[path = "../src/office_hunt.rs"]
mod office_hunt;

libfuzzer_sys::fuzz_target!(|input: &[u8]| office_hunt::office_plan(input));
