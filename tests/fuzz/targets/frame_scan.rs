//! The beginning of a connection's bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| usher_fuzz::frame_scan(bytes));
