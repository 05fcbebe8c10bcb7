#![no_main]

#[path = "../src/picture.rs"]
mod picture;

libfuzzer_sys::fuzz_target!(|input: &[u8]| picture::picture(input));
