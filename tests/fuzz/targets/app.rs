//! An application's URL, and the pattern that covers it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| usher_fuzz::app(bytes));
