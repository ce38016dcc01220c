//! Logging in with the real programs, before a simulated edge: what a person types and a script reads.
//! The browser is `edge open`, which approves.

#[cfg(unix)]
mod curl;
mod person;
mod printed;
mod service;
mod together;

use usher_tests::desk::Desk;

use crate::{BROWSER, PROGRAMS};

const APP: &str = "https://app.example.test";
const OTHER: &str = "https://other.example.test";

fn desk() -> Desk {
    Desk::new(PROGRAMS, BROWSER)
}

/// Tells whether a text is one JWT and nothing else.
fn is_token(text: &str) -> bool {
    text.starts_with("eyJ") && text.split('.').count() == 3 && !text.contains(char::is_whitespace)
}
