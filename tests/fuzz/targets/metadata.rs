//! The signed metadata of an application.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| usher_fuzz::metadata(bytes));
