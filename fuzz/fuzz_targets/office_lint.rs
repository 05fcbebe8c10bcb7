#![no_main]

#[path = "../src/office_lint.rs"]
mod office_lint;

libfuzzer_sys::fuzz_target!(|input: &[u8]| office_lint::office_lint(input));
