//! An answer of the API: envelope, errors, lists, secrets.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| usher_fuzz::api_answer(bytes));
