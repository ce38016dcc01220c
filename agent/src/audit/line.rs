//! A line of the audit log: an object of JSON with the same members each time.

use std::path::Path;

use serde::{Serialize, Serializer};
use usher_proto::date::written_with_milliseconds;
use usher_proto::{Code, CredentialId, Kind, ProfileName};

use super::{About, Note, Outcome, Taken};
use crate::peer::{Process, Program};
use crate::platform;

/// What a line says when others were lost.
const LOST: &str = "lost";

#[derive(Serialize)]
struct Line<'n> {
    time: String,
    uid: Option<u32>,
    pid: u32,
    exe: Option<Text<'n>>,
    parent: Option<Parent<'n>>,
    verb: &'static str,
    id: Option<&'n CredentialId>,
    kind: Option<Kind>,
    label: Option<&'n str>,
    profile: Option<&'n ProfileName>,
    outcome: Word,
    count: u64,
}

#[derive(Serialize)]
struct Parent<'n> {
    pid: u32,
    exe: Option<Text<'n>>,
}

/// A path as text; what is none is replaced.
struct Text<'n>(&'n Path);

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_string_lossy())
    }
}

/// What became of it, in a word.
#[derive(Serialize)]
#[serde(untagged)]
enum Word {
    Plain(&'static str),
    Code(Code),
}

/// Adds a line for each note, and one for those that are lost.
pub(super) fn render(notes: &[Taken], lost: u64, now: i64, text: &mut Vec<u8>) {
    let uid = platform::uid();
    for taken in notes {
        add(&line(taken, uid), text);
    }
    if lost > 0 {
        let who = Program::own();
        let line = begin(now, uid, &who);
        add(&Line { verb: LOST, outcome: Word::Plain(LOST), count: lost, ..line }, text);
    }
}

fn add(line: &Line<'_>, text: &mut Vec<u8>) {
    // Nothing in it cannot be written as JSON, and a vector takes everything.
    let _ = serde_json::to_writer(&mut *text, line);
    text.push(b'\n');
}

fn begin(at: i64, uid: Option<u32>, who: &Program) -> Line<'_> {
    let Program { process, parent } = who;
    Line {
        time: written_with_milliseconds(at),
        uid,
        pid: process.pid,
        exe: process.exe.as_deref().map(Text),
        parent: parent
            .as_ref()
            .map(|Process { pid, exe }| Parent { pid: *pid, exe: exe.as_deref().map(Text) }),
        verb: "",
        id: None,
        kind: None,
        label: None,
        profile: None,
        outcome: Word::Plain("done"),
        count: 1,
    }
}

fn line(taken: &Taken, uid: Option<u32>) -> Line<'_> {
    let Taken { at, note: Note { who, verb, about, outcome, .. }, count } = taken;
    let outcome = match outcome {
        Outcome::Done => Word::Plain("done"),
        Outcome::Refused(code) => Word::Code(*code),
        Outcome::Revoked(state) => Word::Plain(state.as_str()),
    };
    let line = Line { verb, outcome, count: *count, ..begin(*at, uid, who) };
    match about {
        About::Credential(credential) => Line {
            id: Some(&credential.id),
            kind: Some(credential.kind),
            label: Some(&credential.label),
            profile: Some(&credential.profile),
            ..line
        },
        About::Named(named) => Line {
            id: named.id.as_ref(),
            label: named.label.as_deref(),
            profile: named.profile.as_ref(),
            ..line
        },
        About::Nothing => line,
    }
}
