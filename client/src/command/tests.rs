mod lend;
mod login;
mod revoke;
mod targets;
mod tunnel;

use std::ffi::OsString;
use std::io;
use std::sync::{Arc, Mutex};

use usher_proto::answer::{Imported, Outcome, State, Status, StoreStatus};
use usher_proto::request::Origin;
use usher_proto::revocation::RevocationState;
use usher_proto::{Answer, Code, Refusal, Request, Secret, Timestamp};

use super::line::{carry_out, command, refused};
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
    let exit = match command().try_get_matches_from(words) {
        Err(error) => refused(&error, json, &mut streams),
        Ok(matches) => match carry_out(&matches, json, Some(agent), &mut streams) {
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

fn status(state: State) -> Answer {
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

#[test]
fn the_parser_is_sound() {
    let mut command = command();
    command.build();
    command.debug_assert();
}

#[test]
fn help_tells_the_exit_codes_and_is_no_error() {
    let done = usher(&["--help"], b"", unasked());
    assert_eq!((done.exit, &*done.errors), (Exit::Done, ""));
    for code in 0..=7 {
        assert!(done.output.contains(&format!("\n  {code}  ")), "{code}");
    }
    let done = usher(&["token", "--help"], b"", unasked());
    assert!(done.output.starts_with("Print the Access token for"), "{}", done.output);
    let done = usher(&["--version"], b"", unasked());
    assert_eq!(done.output, concat!("usher ", env!("CARGO_PKG_VERSION"), "\n"));
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
    let done = usher(&["--json", "agent", "stop"], b"", stopping());
    assert_eq!(done.output, "{}\n");
}

/// An agent that ends when it is told to.
fn stopping() -> Agent {
    crate::testing::agent(|mut stream| {
        crate::testing::question(&mut stream);
        let answer = usher_proto::frame::encode(&Answer::Stopping {}).expect("small");
        io::Write::write_all(&mut stream, &answer).expect("a client");
    })
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

#[test]
fn wrong_usage_is_told_before_anything_is_asked() {
    for words in [
        &["token"][..],
        &["token", "https://user:canary@a.test"],
        &["token", "a.test", "--min-valid", "soon"],
        &["token", "a.test", "--profile", "../canary"],
        &["access", "token"],
        &["access", "token", "a.test", "--app", "a.test"],
        &["access", "login"],
        &["access", "login", "a.test", "--app", "a.test"],
        &["token", "a.test", "--login", "--no-login"],
        &["login"],
        &["login", "https://user:canary@a.test"],
        &["refresh"],
        &["refresh", "a.test", "https://user:canary@a.test"],
        &["verify", "--all", "a.test"],
        &["show", "canary"],
        &["forget"],
        &["forget", "app-3b01511e5b32", "--all"],
        &["import", "--stdin"],
        &["import", "--kind", "api-token"],
        &["import", "--stdin", "--kind", "canary"],
        &["import", "DIR", "--stdin", "--kind", "api-token"],
        &["import", "--team", "acme"],
        &["import", "--stdin", "--kind", "api-token", "--team", "acme"],
        &["import", "--stdin", "--kind", "service-token", "--team", "canary.test"],
        &["import", "--stdin", "--kind", "service-token", "--single-header", "canary: x"],
        &["import", "--stdin", "--kind", "api-token", "--shred"],
        &["lock", "canary-passphrase"],
        &["bogus"],
        &[],
    ] {
        let done = usher(words, b"", unasked());
        assert_eq!((done.exit, &*done.output), (Exit::Usage, ""), "{words:?}");
        let quoted = done.errors.contains("canary") && words[0] != "lock";
        assert!(!done.errors.is_empty() && !quoted, "{words:?}: {}", done.errors);
    }
}

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
fn one_secret_is_taken_from_a_pipe_without_its_last_newline() {
    let agent = answering(|request| {
        let Request::Import(import) = request else { panic!("{request:?}") };
        assert_eq!(import.secret, secret("canary"));
        assert!(matches!(import.from, Origin::Given { label: Some(label), .. } if label == "ci"));
        imported(Outcome::New, true)
    });
    let done = usher(&["import", "--stdin", "--kind", "api-token", "--label", "ci"], b"canary\r\n", agent);
    assert_eq!(done.exit, Exit::Done, "{}", done.errors);
    assert!(done.output.contains("new, until deleted"), "{}", done.output);
    let done = usher(&["import", "--stdin", "--kind", "api-token"], b"\n", unasked());
    assert_eq!(done.exit, Exit::Usage);
}

#[test]
fn a_service_token_says_what_it_is_for() {
    for (words, team, header, app) in [
        (&["--team", "Acme"][..], Some("acme.cloudflareaccess.com"), None, None),
        (
            &["--team", "acme.fed.cloudflareaccess.com", "--single-header", "Authorization"],
            Some("acme.fed.cloudflareaccess.com"),
            Some("Authorization"),
            None,
        ),
        (&["--app", "a.test"], None, None, Some("a.test")),
    ] {
        let agent = answering(move |request| {
            let Request::Import(import) = request else { panic!("{request:?}") };
            let Origin::ServiceToken { app: for_app, team: for_team, header: in_header, label } = import.from
            else {
                panic!("{:?}", import.from)
            };
            assert_eq!(for_team.map(String::from).as_deref(), team);
            assert_eq!(in_header.map(String::from).as_deref(), header);
            assert_eq!(for_app.map(|app| app.to_string()).as_deref(), app);
            assert_eq!(label.as_deref(), Some("ci"));
            imported(Outcome::New, true)
        });
        let words = [&["import", "--stdin", "--kind", "service-token", "--label", "ci"], words].concat();
        let done = usher(&words, b"0123.access secret\n", agent);
        assert_eq!(done.exit, Exit::Done, "{}", done.errors);
    }
}

fn imported(outcome: Outcome, safe: bool) -> Answer {
    Answer::Imported(Imported { credential: credential(), outcome, safe, trouble: None })
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

#[test]
fn the_status_says_what_a_person_wants_to_know() {
    let agent = |left: bool| {
        answering(move |request| match request {
            Request::Status {} => status(State::Open),
            Request::Pending {} => {
                let revoked = left.then(|| revoke::revoked(RevocationState::Pending));
                let rotations = left.then(credential).into_iter().collect();
                Answer::Pending { revoked: revoked.into_iter().collect(), rotations }
            }
            _ => panic!("{request:?}"),
        })
    };
    let done = usher(&["status"], b"", agent(false));
    for words in ["1.2.3, process 7", "keyring (asked for)", "until deleted", "open"] {
        assert!(done.output.contains(words), "{words}: {}", done.output);
    }
    assert!(!done.output.contains("revoked") && !done.output.contains("rotated"), "{}", done.output);
    let done = usher(&["status"], b"", agent(true));
    for words in ["to be revoked: app.example.test", "half rotated: app.example.test"] {
        assert!(done.output.contains(words), "{words}: {}", done.output);
    }
    let json: serde_json::Value =
        serde_json::from_str(&usher(&["status", "--json"], b"", agent(true)).output).expect("JSON");
    assert_eq!((&json["pid"], &json["revocations"][0]["state"]), (&7.into(), &"pending".into()));
    let done = usher(&["agent", "stop"], b"", stopping());
    assert_eq!((done.exit, &*done.output), (Exit::Done, "The agent has ended.\n"));
}

/// A folder with one file for each thing that can become of it.
fn cloudflared_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content) in [
        ("a-token", "live"),
        ("a-token.url", "https://a.test/"),
        ("a-token.lock", "{}"),
        ("b-token", "expired"),
        ("c-org-token", "memory"),
        ("d-token", "full"),
        ("config.yml", "x: y"),
    ] {
        std::fs::write(folder.path().join(name), content).expect("room");
    }
    folder
}

/// An agent that judges by the content, and notes what it was offered.
fn judging(offered: Arc<Mutex<Vec<String>>>) -> Agent {
    answering(move |request| {
        let Request::Import(import) = request else { return status(State::Open) };
        let Origin::File { name, login_url } = import.from else { panic!("a file is offered") };
        offered.lock().expect("free").push(format!("{name} {}", login_url.is_some()));
        match import.secret.expose() {
            b"live" => imported(Outcome::New, true),
            b"memory" => imported(Outcome::Unchanged, false),
            b"expired" => Answer::Error(Refusal::new(Code::Expired, "it has expired", "log in again")),
            _ => Answer::Error(Refusal::new(Code::StoreFull, "the store is full", "forget some")),
        }
    })
}

fn left(folder: &tempfile::TempDir) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("a name").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_folder_is_offered_file_by_file_and_what_became_of_each_is_told() {
    let folder = cloudflared_folder();
    let path = folder.path().to_str().expect("text");
    let before = left(&folder);
    let offered = Arc::new(Mutex::new(Vec::new()));
    let done = usher(&["import", path], b"", judging(Arc::clone(&offered)));
    assert_eq!(
        *offered.lock().expect("free"),
        ["a-token true", "b-token false", "c-org-token false", "d-token false"]
    );
    assert_eq!(done.exit, Exit::Store, "the store failed for one");
    for words in [
        "a-token      Access app token",
        "left out: b-token: it has expired (log in again)",
        "left out: d-token: the store is full (forget some)",
        "2 credentials came in; store: keyring (until deleted).",
        "hint: 2 files in",
    ] {
        assert!(done.output.contains(words), "{words}: {}", done.output);
    }
    assert_eq!(left(&folder), before, "nothing is removed unless that is asked");
}

#[test]
fn what_is_expired_is_no_failure() {
    let folder = cloudflared_folder();
    std::fs::remove_file(folder.path().join("d-token")).expect("there");
    let path = folder.path().to_str().expect("text");
    let done = usher(&["import", path, "--json"], b"", judging(Arc::default()));
    assert_eq!((done.exit, &*done.errors), (Exit::Done, ""));
    for words in [
        r#"{"imported":[{"file":"a-token","credential":{"#,
        r#""outcome":"new","safe":true,"trouble":null}"#,
        r#""left_out":[{"file":"b-token","code":"expired","message":"it has expired","hint":"log in again"}]"#,
        r#""store":{"name":"keyring""#,
    ] {
        assert!(done.output.contains(words), "{words}: {}", done.output);
    }
}

#[test]
fn only_what_was_read_back_is_shredded_and_what_lies_beside_it() {
    let folder = cloudflared_folder();
    let path = folder.path().to_str().expect("text");
    let done = usher(&["import", path, "--shred"], b"", judging(Arc::default()));
    assert_eq!(left(&folder), ["b-token", "c-org-token", "config.yml", "d-token"]);
    assert_eq!(done.exit, Exit::Store, "one of them cannot be given back after a reboot");
    assert!(done.output.contains("not shredded: c-org-token: "), "{}", done.output);
    assert!(done.output.contains("Shredded 3 files"), "{}", done.output);
}

#[test]
fn a_locked_agent_ends_the_import() {
    let folder = cloudflared_folder();
    let path = folder.path().to_str().expect("text");
    let agent =
        answering(|_| Answer::Error(Refusal::new(Code::Locked, "the agent is locked", "usher unlock")));
    let done = usher(&["import", path, "--shred"], b"", agent);
    assert_eq!((done.exit, &*done.output), (Exit::Refused, ""));
    assert_eq!(left(&folder).len(), 7);
}

/// Writes until its reader goes away.
struct Closed;

impl io::Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_output_ends_the_command_quietly() {
    let mut errors = Vec::new();
    let mut streams = Streams {
        input: &mut io::empty(),
        output: &mut Closed,
        errors: &mut errors,
        input_is_terminal: || false,
        output_is_terminal: || false,
        errors_are_terminal: || false,
        prompt: |_| unreachable!(),
        browser: |_| unreachable!(),
    };
    let matches = command().try_get_matches_from(["usher", "token", "a.test"]).expect("right");
    let error = carry_out(&matches, false, Some(answering(|_| token())), &mut streams).expect_err("closed");
    report(&mut streams, false, &error);
    assert_eq!(error.exit(), Exit::Other);
    assert!(errors.is_empty());
}
