//! Recorded messages: each decodes, and encodes back to the same bytes, in both forms.
//!
//! A new message is recorded with `RECORD=1 cargo test -p usher-proto`, which writes the files that
//! are missing and never changes one that is there. A recorded file changes only together with
//! `frame::VERSION`.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;
use usher_proto::frame::Scan;
use usher_proto::{Request, codec, frame, json};

use crate::{dump, samples};

#[test]
fn requests_are_as_they_were() {
    for (name, request) in samples::requests() {
        check(&format!("request/{name}"), &request);
    }
}

#[test]
fn answers_are_as_they_were() {
    for (name, answer) in samples::answers() {
        check(&format!("answer/{name}"), &answer);
    }
}

/// The numbers of variants follow the order in which the code declares them; this file keeps them.
#[test]
fn numbers_and_words_are_as_they_were() {
    assert_eq!(numbers(), String::from_utf8_lossy(&recorded("numbers.txt", numbers().as_bytes())));
}

#[test]
fn nothing_is_recorded_that_nobody_says() {
    let count = |folder| fs::read_dir(path(folder)).map(Iterator::count).unwrap_or_default();
    // RECORD may be writing beside this test.
    assert!(count("request") <= 2 * samples::requests().len());
    assert!(count("answer") <= 2 * samples::answers().len());
}

#[test]
fn what_a_request_leaves_out_has_its_default() {
    for (short, whole) in [
        (r#"{"token":{"app":"app.example.com"}}"#, "token"),
        (r#"{"token":{"app":" HTTP://APP.example.com"}}"#, "token"),
        (r#"{"list":{}}"#, "list"),
        (r#"{"forget-all":{}}"#, "forget-all"),
        (r#"{"unlock":{}}"#, "unlock"),
        (r#"{"cert":{}}"#, "cert"),
        (r#"{"tunnel":{"tunnel":"web"}}"#, "tunnel"),
        (r#"{"watch":{}}"#, "watch"),
    ] {
        let request: Request = json::decode(short.as_bytes()).expect("a short request");
        let line = json::encode(&request).expect("a request is JSON");
        let (_, whole) =
            samples::requests().into_iter().find(|(name, _)| *name == whole).expect("a sample of this name");
        assert_eq!(line, json::encode(&whole).expect("a request is JSON"), "{short}");
    }
}

#[test]
fn what_the_document_refuses_is_refused() {
    assert!(json::decode::<Request>(b"{\"hello\":{}}\r").is_ok(), "a carriage return does no harm");
    for line in [
        r#"{"hello":{},"status":{}}"#,
        r#"{"token":{"app":"a.example","app":"b.example"}}"#,
        r#"{"token":{"app":"a.example","min_valid":-1}}"#,
        r#"{"token":{"app":"a.example","min_valid":5.0}}"#,
        r#"{"token":{"app":"a.example","profile":null}}"#,
        r#"{"lock":{"passphrase":""}}"#,
        r#"{"lock":{}}"#,
        r#"{"hello":null}"#,
    ] {
        assert!(json::decode::<Request>(line.as_bytes()).is_err(), "{line}");
    }
    for bytes in [
        &[2, 0, 0, 0, 2][..],                        // an optional that is neither there nor not
        &[8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],       // an empty secret
        &[3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xff], // text that is not UTF-8
        &[99, 0, 0, 0],                              // a request that there is not
        &[0, 0, 0, 0, 0],                            // a byte left over
    ] {
        assert!(codec::decode::<Request>(bytes).is_err(), "{bytes:?}");
    }
}

#[test]
fn the_largest_message_is_read() {
    let lock = |length| Request::Lock { passphrase: samples::secret(&"x".repeat(length)) };
    let room = frame::MAX_MESSAGE - 4 - 8; // the variant and the length of the passphrase
    let largest = frame::encode(&lock(room)).expect("it fits");
    assert_eq!(largest.len(), frame::HEADER + frame::MAX_MESSAGE);
    let Ok(Scan::Message { body, .. }) = frame::scan(&largest) else { panic!("a whole message") };
    assert!(codec::decode::<Request>(body).is_ok());
    assert!(frame::encode(&lock(room + 1)).is_err());
}

/// Tells number and word of every variant of every enum that travels, one a line.
pub(crate) fn numbers() -> String {
    let mut rows = String::new();
    rows += &numbers_of("request", &samples::requests());
    rows += &numbers_of("origin", &samples::origins());
    rows += &numbers_of("target", &samples::targets());
    rows += &numbers_of("revocation", &samples::revocations());
    rows += &numbers_of("answer", &samples::answers());
    rows += &numbers_of("event", &samples::events());
    rows += &numbers_of("kind", &samples::kinds());
    rows += &numbers_of("source", &samples::sources());
    rows += &numbers_of("outcome", &samples::outcomes());
    rows += &numbers_of("state", &samples::states());
    rows += &numbers_of("tunnel form", &samples::tunnel_forms());
    rows += &numbers_of("tunnel status", &samples::tunnel_statuses());
    rows += &numbers_of("revocation state", &samples::revocation_states());
    rows += &numbers_of("happening", &samples::happenings());
    rows += &numbers_of("code", &samples::codes());
    rows
}

fn numbers_of<T: Serialize>(of: &str, samples: &[(&str, T)]) -> String {
    let mut rows = String::new();
    let mut last = None;
    for (_, sample) in samples {
        let frame = frame::encode(sample).expect("small");
        let number = frame[frame::HEADER..].first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
        if number != last {
            let number = number.expect("an enum begins with its number");
            writeln!(rows, "{of} {number} {}", word(sample)).expect("a string takes it");
        }
        last = number;
    }
    rows
}

/// Tells the word that stands for a variant in JSON.
pub(crate) fn word<T: Serialize>(message: &T) -> String {
    match serde_json::to_value(message).expect("it is JSON") {
        serde_json::Value::String(word) => word,
        serde_json::Value::Object(members) => members.keys().cloned().collect(),
        other => panic!("no variant: {other}"),
    }
}

/// Reads the recorded frame of a message, or what will be recorded.
pub(crate) fn recorded_frame(name: &str, now: &[u8]) -> Vec<u8> {
    let dumped = recorded(&format!("{name}.hex"), dump::write(now).as_bytes());
    dump::read(&String::from_utf8(dumped).expect("a dump is text"))
}

fn check<T: Serialize + DeserializeOwned>(name: &str, sample: &T) {
    let now = frame::encode(sample).expect("small");
    let then = recorded_frame(name, &now);
    assert_eq!(dump::write(&now), dump::write(&then), "{name}");
    let Ok(Scan::Message { body, end }) = frame::scan(&then) else { panic!("{name}: no frame") };
    assert_eq!(end, then.len(), "{name}");
    let decoded: T = codec::decode(body).unwrap_or_else(|_| panic!("{name}: does not decode"));
    assert_eq!(*frame::encode(&decoded).expect("small"), then, "{name}");

    let now = json::encode(sample).expect("a sample is text");
    let then = recorded(&format!("{name}.json"), &now);
    assert_eq!(String::from_utf8_lossy(&now), String::from_utf8_lossy(&then), "{name}");
    let decoded: T = json::decode(&then).unwrap_or_else(|_| panic!("{name}: does not decode"));
    assert_eq!(*json::encode(&decoded).expect("a sample is text"), then, "{name}");
}

fn recorded(name: &str, now: &[u8]) -> Vec<u8> {
    let file = path(name);
    if !file.exists() {
        assert!(std::env::var_os("RECORD").is_some(), "{name} is not recorded: run the test with RECORD=1");
        fs::create_dir_all(file.parent().expect("a folder")).expect("our own folder");
        fs::write(&file, now).expect("our own folder");
    }
    fs::read(&file).expect("a recorded file")
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/recorded").join(name)
}
