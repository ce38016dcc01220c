//! A team's keys, and what they verify.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| usher_fuzz::keys(bytes));
