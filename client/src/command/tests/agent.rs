//! How the agent is, and how it is locked and ended.

use usher_proto::Timestamp;
use usher_proto::answer::{Sandbox, State, Status, StoreStatus};
use usher_proto::revocation::RevocationState;

use super::*;

pub(super) fn status(state: State) -> Answer {
    Answer::Status(Status {
        version: "1.2.3".into(),
        pid: 7,
        started: Timestamp(0),
        socket: "/s".into(),
        store: StoreStatus {
            name: "keyring".into(),
            chosen: "asked for".into(),
            keeps: "until deleted".into(),
            trouble: None,
        },
        state,
        credentials: 1,
        unsaved: 0,
        connections: 1,
    })
}

/// An agent that ends when it is told to.
pub(super) fn stopping() -> Agent {
    crate::testing::agent(|mut stream| {
        crate::testing::question(&mut stream);
        let answer = usher_proto::frame::encode(&Answer::Stopping {}).expect("small");
        io::Write::write_all(&mut stream, &answer).expect("a client");
    })
}

#[test]
fn a_passphrase_comes_from_one_line_or_twice_from_a_person() {
    let locking = || {
        answering(|request| {
            let Request::Lock { passphrase } = request else { panic!("{request:?}") };
            assert_eq!(passphrase, secret("pass phrase"));
            Answer::Locked {}
        })
    };
    assert_eq!(usher(&["lock"], b"pass phrase\nmore", locking()).exit, Exit::Done);
    let same: fn(&str) -> io::Result<String> = |_| Ok("pass phrase".into());
    assert_eq!(usher_on(&["lock"], b"", locking(), same, || true).exit, Exit::Done);
    let differing: fn(&str) -> io::Result<String> = |question| Ok(question.to_owned());
    let done = usher_on(&["lock"], b"", unasked(), differing, || true);
    assert_eq!(done.exit, Exit::Usage);
}

#[test]
fn unlocking_an_open_agent_or_a_keyring_asks_for_no_passphrase() {
    for state in [State::Open, State::Unavailable, State::Closed] {
        let agent = answering(move |request| match request {
            Request::Status {} => status(state),
            Request::Unlock { passphrase: None } => Answer::Unlocked {},
            _ => panic!("{request:?}"),
        });
        assert_eq!(usher_on(&["unlock"], b"", agent, |_| unreachable!(), || true).exit, Exit::Done);
    }
}

#[test]
fn the_status_says_what_a_person_wants_to_know() {
    let agent = |left: bool| {
        answering(move |request| match request {
            Request::Status {} => status(State::Open),
            Request::Sandbox {} => Answer::Sandbox(Sandbox {
                holds: vec!["no-new-privileges".into(), "seccomp".into()],
                lacks: vec!["landlock: it is switched off".into()],
            }),
            Request::Pending {} => {
                let revoked = left.then(|| revoke::revoked(RevocationState::Pending));
                let rotations = left.then(credential).into_iter().collect();
                Answer::Pending { revoked: revoked.into_iter().collect(), rotations }
            }
            _ => panic!("{request:?}"),
        })
    };
    let done = usher(&["status"], b"", agent(false));
    for words in [
        "1.2.3, process 7",
        "no-new-privileges, seccomp\n",
        "without landlock: it is switched off",
        "keyring (asked for)",
        "until deleted",
        "open",
    ] {
        assert!(done.output.contains(words), "{words}: {}", done.output);
    }
    assert!(!done.output.contains("revoked") && !done.output.contains("rotated"), "{}", done.output);
    let done = usher(&["status"], b"", agent(true));
    for words in ["to be revoked: app.example.test", "half rotated: app.example.test"] {
        assert!(done.output.contains(words), "{words}: {}", done.output);
    }
    let json: serde_json::Value =
        serde_json::from_str(&usher(&["status", "--json"], b"", agent(true)).output).expect("JSON");
    assert_eq!(json["sandbox"]["holds"][1], "seccomp");
    assert_eq!((&json["pid"], &json["revocations"][0]["state"]), (&7.into(), &"pending".into()));
    let done = usher(&["agent", "stop"], b"", stopping());
    assert_eq!((done.exit, &*done.output), (Exit::Done, "The agent has ended.\n"));
}
