//! A sealed file that somebody changed.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| usher_fuzz::sealed_file(bytes));
