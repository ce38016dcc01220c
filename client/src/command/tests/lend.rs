//! What is asked for programs to which secrets are lent. That they get them is shown with real ones: here
//! none is ever started.

use usher_proto::tunnel::{TunnelForm, WhichTunnel};

use super::*;

/// No program has this name.
const NONE: &str = "usher-test-no-such-program";

fn lent(text: &str) -> Answer {
    Answer::Secret { secret: Arc::new(secret(text)), credential: credential() }
}

/// Answers what is lent, and notes each question.
fn lender(asked: &Arc<Mutex<Vec<String>>>) -> Agent {
    let asked = Arc::clone(asked);
    answering(move |request| {
        let (words, answer) = match &request {
            Request::Token { app, min_valid, .. } => (format!("token {} {min_valid}", app.host()), token()),
            Request::Cert { id, profile } => (format!("cert {id:?} {profile}"), lent("pem")),
            Request::TunnelSecret { which: WhichTunnel { tunnel, profile, cert: None }, form } => {
                assert_eq!(*form, TunnelForm::Token);
                (format!("tunnel {tunnel} {profile}"), lent("token"))
            }
            other => panic!("{other:?} was not to be asked"),
        };
        asked.lock().expect("not poisoned").push(words);
        answer
    })
}

#[test]
fn everything_is_asked_for_before_the_program_starts() {
    let asked = Arc::default();
    let words = ["exec", "--cert", "--tunnel", "T=web", "--app", "a.test", "--min-valid", "1m"];
    let words =
        [&words[..], &["--profile", "work", "--as", "env", "--cert", "C=cert-3b01511e5b32", "--", NONE]];
    let words = words.concat();
    let done = usher(&words, b"", lender(&asked));
    assert_eq!(done.exit, Exit::Usage, "a certificate has no usual variable: {}", done.errors);
    assert!(asked.lock().expect("not poisoned").is_empty(), "nothing is asked for a wrong command line");

    let words: Vec<_> = words.into_iter().map(|word| if word == "env" { "fd" } else { word }).collect();
    let done = usher(&words, b"", lender(&asked));
    assert_eq!(done.exit, Exit::NoProgram, "{}", done.errors);
    assert_eq!(
        *asked.lock().expect("not poisoned"),
        [
            "token a.test 60",
            "tunnel web work",
            "cert None work",
            r#"cert Some(CredentialId("cert-3b01511e5b32")) work"#
        ]
    );
    assert!(done.errors.contains(NONE) && done.errors.contains("hint:") && done.output.is_empty());
}

#[test]
fn a_refusal_is_told_and_nothing_is_started() {
    for words in [
        &["exec", "--tunnel", "web", "--", NONE][..],
        &["tunnel", "run", "web"],
        &["cloudflared", "--", "tunnel", "list"],
    ] {
        let agent = answering(|_| Answer::Error(Refusal::new(Code::Locked, "it is locked", "unlock it")));
        let done = usher(words, b"", agent);
        assert_eq!((done.exit, &*done.errors), (Exit::Refused, "usher: it is locked\n  hint: unlock it\n"));
    }
}

#[test]
fn the_dashes_stand_before_the_program() {
    for words in [&["exec", "true"][..], &["exec", "--app", "a.test"], &["cloudflared", "tunnel", "list"]] {
        assert_eq!(usher(words, b"", unasked()).exit, Exit::Usage, "{words:?}");
    }
}
