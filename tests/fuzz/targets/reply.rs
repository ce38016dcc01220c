//! The head of an answer: date, cookies, challenges, redirects.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| usher_fuzz::reply(bytes));
