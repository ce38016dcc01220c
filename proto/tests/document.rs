//! `PROTOCOL.md` says what the code does.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Deserializer, Value};
use usher_proto::{Answer, Request, frame, json};

use crate::recorded::{numbers, recorded_frame, word};
use crate::{dump, samples};

const DOCUMENT: &str = include_str!("../PROTOCOL.md");

#[test]
fn numbers_are_those_of_the_code() {
    let rows: Vec<String> = DOCUMENT.lines().filter_map(numbered).collect();
    let numbers: Vec<String> = numbers().lines().filter_map(numbered_in_code).collect();
    assert_eq!(rows, numbers);
}

#[test]
fn requests_in_json_are_read_and_whole() {
    let shown = examples::<Request>("json request");
    assert_eq!(shown, samples::requests().iter().map(|(_, request)| word(request)).collect());
}

#[test]
fn answers_in_json_are_read_and_whole() {
    let shown = examples::<Answer>("json answer");
    assert_eq!(shown, samples::answers().iter().map(|(_, answer)| word(answer)).collect());
}

#[test]
fn the_bytes_are_those_of_the_code() {
    let all = frames("request", samples::requests()).chain(frames("answer", samples::answers()));
    let mut shown = 0;
    for (name, frame) in all {
        for block in blocks(&format!("hex {name}")) {
            assert_eq!(dump::write(&dump::read(&block)), dump::write(&frame), "{name}");
            shown += 1;
        }
    }
    assert_eq!(shown, 2, "a request and its answer");
}

#[test]
fn limits_and_defaults_are_those_of_the_code() {
    for number in [frame::MAX_MESSAGE, json::MAX_LINE, frame::HEADER] {
        assert!(DOCUMENT.contains(&format!(" {number} bytes")), "{number}");
    }
    let default = usher_proto::request::DEFAULT_MIN_VALID;
    assert!(DOCUMENT.contains(&format!("| `min_valid` | number, 32 bits | {default} |")));
}

/// Reads `| 3 | `show` |` as `3 show`.
fn numbered(line: &str) -> Option<String> {
    let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
    let number: u32 = cells.next()?.parse().ok()?;
    let word = cells.next()?.strip_prefix('`')?.strip_suffix('`')?;
    Some(format!("{number} {word}"))
}

/// Reads `tunnel form 0 token` as `0 token`.
fn numbered_in_code(row: &str) -> Option<String> {
    let (rest, word) = row.rsplit_once(' ')?;
    Some(format!("{} {word}", rest.rsplit_once(' ')?.1))
}

/// Reads the messages shown in blocks of a kind, and tells their words. Each is as the code writes
/// it but for white space: every member is there, in order.
fn examples<T: Serialize + DeserializeOwned>(kind: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for block in blocks(kind) {
        let mut values = Deserializer::from_str(&block).into_iter::<Value>();
        let mut begin = 0;
        while let Some(value) = values.next() {
            value.unwrap_or_else(|error| panic!("{error} in {block}"));
            let shown = &block[begin..values.byte_offset()];
            begin = values.byte_offset();
            let message: T = json::decode(shown.as_bytes()).unwrap_or_else(|_| panic!("not read: {shown}"));
            let written = json::encode(&message).expect("it is JSON");
            assert_eq!(bare(shown), bare(&String::from_utf8_lossy(&written)));
            words.insert(word(&message));
        }
    }
    words
}

fn bare(json: &str) -> String {
    json.split_whitespace().collect()
}

fn frames<T: Serialize>(
    folder: &str,
    samples: Vec<(&'static str, T)>,
) -> impl Iterator<Item = (String, Vec<u8>)> {
    samples.into_iter().map(move |(name, message)| {
        let name = format!("{folder}/{name}");
        let now = frame::encode(&message).expect("small");
        let then = recorded_frame(&name, &now);
        (name, then)
    })
}

/// Finds the fenced blocks of a kind.
fn blocks(kind: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = DOCUMENT.lines();
    while let Some(line) = lines.next() {
        if line.strip_prefix("```") == Some(kind) {
            blocks.push(
                lines
                    .by_ref()
                    .take_while(|line| *line != "```")
                    .fold(String::new(), |block, line| block + line + "\n"),
            );
        }
    }
    assert!(!blocks.is_empty() || kind.starts_with("hex"), "no block of {kind}");
    blocks
}
