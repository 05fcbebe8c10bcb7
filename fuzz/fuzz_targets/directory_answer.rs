#![no_main]

#[path = "../src/directory.rs"]
mod directory;

libfuzzer_sys::fuzz_target!(|input: &[u8]| directory::directory_answer(input));
