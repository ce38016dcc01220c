//! Access: logins, exchanges, renewals and verification, against a simulated edge.

mod crowd;
mod hostile;
mod login;
mod renewal;
mod service;
mod verify;

use serde_json::Value;

/// Tells the code of a refusal.
fn code(answer: &Value) -> &str {
    answer["error"]["code"].as_str().unwrap_or("none")
}

/// Tells the token of an answer.
fn token(answer: &Value) -> &str {
    answer["token"]["token"].as_str().unwrap_or_else(|| panic!("no token: {answer}"))
}

/// Tells whether the words of a refusal, and its hint, say something.
fn says(answer: &Value, words: &str) -> bool {
    let text = |part: &str| answer["error"][part].as_str().unwrap_or_default().to_owned();
    format!("{} {}", text("message"), text("hint")).contains(words)
}
