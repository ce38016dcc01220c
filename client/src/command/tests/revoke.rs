//! `usher revoke`: nobody is surprised, and the exit code tells the truth.

use usher_proto::revocation::{Revocation, RevocationState, Revoked};
use usher_proto::{Answer, Request};

use super::*;

/// Something that was revoked, or was to be.
pub(super) fn revoked(state: RevocationState) -> Revoked {
    let why = (state == RevocationState::StillValid).then(|| "do it by hand\u{1b}[2J".to_owned());
    Revoked { credential: credential(), state, how: "log its session out".to_owned(), why, until: None }
}

/// An agent that plans, and then tells these states.
fn agent(states: &'static [RevocationState]) -> Agent {
    answering(move |request| match request {
        Request::Revoke { what: Revocation::All(None), dry_run } => {
            let state = |state: &RevocationState| if dry_run { RevocationState::Planned } else { *state };
            Answer::Revoked { revoked: states.iter().map(|one| revoked(state(one))).collect() }
        }
        _ => panic!("{request:?}"),
    })
}

const DONE: &[RevocationState] = &[RevocationState::Done];

#[test]
fn a_person_sees_the_plan_and_is_asked() {
    for (answer, exit) in
        [("y\n", Exit::Done), ("YES\n", Exit::Other), ("n\n", Exit::Other), ("", Exit::Other)]
    {
        let done =
            usher_on(&["revoke", "--all"], answer.as_bytes(), agent(DONE), |_| unreachable!(), || true);
        assert_eq!(done.exit, exit, "{answer:?}: {}", done.errors);
        assert!(
            done.errors.contains("log its session out") && done.errors.contains("[y/N]"),
            "{}",
            done.errors
        );
        assert_eq!(done.output.contains("Revoked 1 of 1 credential."), exit == Exit::Done);
    }
}

#[test]
fn a_script_must_say_yes_and_a_dry_run_does_nothing() {
    let done = usher(&["revoke", "--all"], b"y\n", agent(DONE));
    assert_eq!(done.exit, Exit::Usage);
    assert!(done.errors.contains("--yes"), "{}", done.errors);
    let done = usher(&["revoke", "--all", "--dry-run"], b"", agent(DONE));
    assert_eq!(done.exit, Exit::Done);
    assert!(done.output.contains("planned"), "{}", done.output);
}

#[test]
fn the_exit_code_is_that_of_the_worst() {
    use RevocationState::{Done, Pending, StillValid};
    for (states, exit) in [
        (&[Done, Done][..], Exit::Done),
        (&[Done, Pending], Exit::Network),
        (&[Pending, StillValid], Exit::Other),
    ] {
        let done = usher(&["revoke", "--all", "--yes"], b"", agent(states));
        assert_eq!(done.exit, exit, "{states:?}");
        assert!(!done.output.contains('\u{1b}'), "{}", done.output);
        let done = usher(&["revoke", "--all", "--yes", "--json"], b"", agent(states));
        let json: serde_json::Value = serde_json::from_str(&done.output).expect("one line");
        assert_eq!((done.exit, json["revoked"].as_array().map(Vec::len)), (exit, Some(2)));
    }
}

#[test]
fn what_does_not_go_together_is_refused() {
    for words in [
        &["revoke"][..],
        &["revoke", "--yes"],
        &["revoke", "--dry-run"],
        &["revoke", "--all", "app-3b01511e5b32"],
        &["revoke", "--all", "--person", "ada@example.test"],
        &["revoke", "--person", "nobody"],
        &["revoke", "--app", "ftp://x"],
    ] {
        let done = usher(words, b"", answering(|request| panic!("{request:?}")));
        assert_eq!(done.exit, Exit::Usage, "{words:?}: {}", done.errors);
    }
}
