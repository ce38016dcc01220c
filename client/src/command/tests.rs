//! What every verb keeps to; each verb or two has a file of its own below.

mod agent;
mod held;
mod import;
mod lend;
mod line;
mod login;
mod revoke;
mod targets;
mod tunnel;

use std::ffi::OsString;
use std::io;
use std::sync::{Arc, Mutex};

use usher_proto::{Answer, Code, Refusal, Request, Secret};

use super::line::{carry_out, command, matches, refused};
use crate::agent::Agent;
use crate::context::report;
use crate::error::Exit;
use crate::streams::Streams;
use crate::testing::{answering, credential};

/// What came of one command line.
struct Outcomes {
    exit: Exit,
    output: String,
    errors: String,
}

/// Runs a command line against a fake agent, as [`run`] does but for the environment.
fn usher(words: &[&str], input: &[u8], agent: Agent) -> Outcomes {
    usher_on(words, input, agent, |_| Err(io::ErrorKind::Unsupported.into()), || false)
}

fn usher_on(
    words: &[&str],
    mut input: &[u8],
    agent: Agent,
    prompt: fn(&str) -> io::Result<String>,
    terminal: fn() -> bool,
) -> Outcomes {
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let mut streams = Streams {
        input: &mut input,
        output: &mut output,
        errors: &mut errors,
        input_is_terminal: terminal,
        output_is_terminal: terminal,
        errors_are_terminal: terminal,
        prompt,
        browser: login::opened,
    };
    let words: Vec<_> = ["usher"].iter().chain(words).map(OsString::from).collect();
    let json = words.contains(&"--json".into());
    let exit = match matches(&words) {
        Err(error) => refused(&error, json, &mut streams),
        Ok(matches) => match carry_out(matches, json, Some(agent), &mut streams) {
            Ok(exit) => exit,
            Err(error) => {
                report(&mut streams, json, &error);
                error.exit()
            }
        },
    };
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Outcomes { exit, output: text(output), errors: text(errors) }
}

/// An agent that is not asked.
fn unasked() -> Agent {
    answering(|request| panic!("{request:?} was not to be asked"))
}

fn secret(text: &str) -> Secret {
    Secret::new(text.into()).expect("not empty")
}

fn token() -> Answer {
    Answer::Token { token: Arc::new(secret("eyJ.x.y")), credential: credential() }
}

#[test]
fn a_token_stands_alone_on_the_output() {
    for words in [
        &["token", "app.example.test/x"][..],
        &["access", "token", "--app=https://app.example.test/x"],
        &["access", "token", "https://app.example.test/x"],
        &["token", "https://app.example.test/x", "--min-valid", "5", "--profile", "default"],
    ] {
        let agent = answering(|request| {
            let Request::Token { app, profile, min_valid } = request else { panic!("{request:?}") };
            assert_eq!((app.host(), app.path(), min_valid), ("app.example.test", "/x", 5));
            assert_eq!(profile.as_str(), "default");
            token()
        });
        let done = usher(words, b"", agent);
        assert_eq!((done.exit, &*done.output, &*done.errors), (Exit::Done, "eyJ.x.y", ""), "{words:?}");
    }
}

#[test]
fn a_newline_follows_the_token_only_on_a_terminal() {
    let done = usher_on(&["token", "a.test"], b"", answering(|_| token()), |_| unreachable!(), || true);
    assert_eq!(done.output, "eyJ.x.y\n");
}

#[test]
fn for_a_program_the_answer_is_one_line_of_json() {
    let done = usher(&["token", "a.test", "--json"], b"", answering(|_| token()));
    assert!(
        done.output.starts_with(r#"{"token":"eyJ.x.y","credential":{"id":"app-3b01511e5b32","#),
        "{}",
        done.output
    );
    assert!(done.output.ends_with("}\n") && done.output.lines().count() == 1);
    let done =
        usher(&["list", "--json"], b"", answering(|_| Answer::List { credentials: vec![], more: false }));
    assert_eq!(done.output, "{\"credentials\":[],\"more\":false}\n");
    let done = usher(&["--json", "agent", "stop"], b"", agent::stopping());
    assert_eq!(done.output, "{}\n");
}

#[test]
fn refusals_are_told_with_hint_and_exit_code() {
    let refusing = || {
        answering(|_| Answer::Error(Refusal::new(Code::LoginRequired, "it has\u{1b}[2J expired", "log in")))
    };
    let done = usher(&["show", "app-3b01511e5b32"], b"", refusing());
    assert_eq!((done.exit, &*done.output), (Exit::Missing, ""));
    assert_eq!(done.errors, "usher: it has\u{fffd}[2J expired\n  hint: log in\n");
    let done = usher(&["show", "app-3b01511e5b32", "--json"], b"", refusing());
    assert_eq!((done.exit, &*done.output), (Exit::Missing, ""));
    assert_eq!(
        done.errors,
        "{\"error\":{\"code\":\"login-required\",\"message\":\"it has\\u001b[2J expired\",\"hint\":\"log in\"}}\n"
    );
}

#[test]
fn an_answer_to_another_question_is_an_error_for_every_verb() {
    for words in [
        &["token", "a.test"][..],
        &["token", "a.test", "--header"],
        &["login", "a.test"],
        &["access", "login", "a.test"],
        &["refresh", "a.test"],
        &["verify", "a.test"],
        &["verify", "--all"],
        &["list"],
        &["show", "app-3b01511e5b32"],
        &["forget", "app-3b01511e5b32"],
        &["forget", "--all"],
        &["status"],
        &["lock"],
        &["unlock"],
        &["agent", "start"],
        &["agent", "stop"],
        &["import", "--stdin", "--kind", "api-token"],
        &["exec", "--app", "a.test", "--", "false"],
        &["exec", "--tunnel", "web", "--", "false"],
        &["exec", "--cert", "--", "false"],
        &["tunnel", "run", "web"],
        &["cloudflared", "--", "tunnel", "list"],
    ] {
        let done = usher(words, b"secret", answering(|_| Answer::Hello(hello())));
        assert_eq!((done.exit, &*done.output), (Exit::Other, ""), "{words:?}");
        assert!(done.errors.contains("does not belong to the question"), "{words:?}: {}", done.errors);
    }
}

fn hello() -> usher_proto::answer::Hello {
    usher_proto::answer::Hello {
        version: String::new(),
        protocol: 1,
        features: vec![],
        max_message: 0,
        max_connections: 0,
        message_deadline: 0,
    }
}
