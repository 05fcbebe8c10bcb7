#![no_main]

#[path = "../src/authority.rs"]
mod authority;
#[path = "../src/serving.rs"]
mod serving;

libfuzzer_sys::fuzz_target!(|input: &[u8]| authority::authority_api(input));
