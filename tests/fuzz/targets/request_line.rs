//! A request as a line of JSON.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| usher_fuzz::request_line(bytes));
