//! What the agent holds: listed, shown, and forgotten.

use super::*;

#[test]
fn labels_cannot_steer_the_terminal() {
    let done =
        usher(&["list"], b"", answering(|_| Answer::List { credentials: vec![credential()], more: false }));
    let lines: Vec<_> = done.output.lines().collect();
    assert_eq!(
        lines[0],
        "ID                PROFILE  KIND              FOR                   WHO              ENDS"
    );
    assert_eq!(
        lines[1],
        "app-3b01511e5b32  default  Access app token  app.example.test\u{fffd}[2J  me@example.test  until deleted"
    );
    let done =
        usher(&["show", "app-3b01511e5b32"], b"", answering(|_| Answer::Show { credential: credential() }));
    assert!(!done.output.contains('\u{1b}') && done.output.contains("who          me@example.test\n"));
}

#[test]
fn what_is_not_there_does_not_keep_the_rest_from_being_forgotten() {
    let agent = answering(|request| match request {
        Request::Forget { id } if id.as_str() == "app-000000000000" => {
            Answer::Error(Refusal::new(Code::NotFound, "there is no such credential", "see usher list"))
        }
        Request::Forget { .. } => Answer::Forgotten { count: 1 },
        _ => panic!("{request:?}"),
    });
    let done = usher(&["forget", "app-000000000000", "app-111111111111"], b"", agent);
    assert_eq!(done.exit, Exit::Missing);
    assert!(
        done.output.contains("Wiped 1 credential") && done.output.contains("stay valid"),
        "{}",
        done.output
    );
}
