//! The audit log: what stands in it, whose it says it was, and what becomes of it on a bad disk.

mod client;
mod file;
mod lines;
#[cfg(unix)]
mod who;

use std::fs;
use std::path::Path;

use serde_json::Value;

/// The lines of a log's newest file.
pub(crate) fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// Shows what lines tell: verb, label or id, outcome.
fn told(lines: &[Value]) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let about = |line: &Value| match line["label"].as_str() {
        Some(label) => label.to_owned(),
        None => text(&line["id"]),
    };
    lines
        .iter()
        .map(|line| format!("{} {} {}", text(&line["verb"]), about(line), text(&line["outcome"])))
        .collect()
}
