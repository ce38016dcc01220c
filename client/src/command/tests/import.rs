//! `usher import`: what comes in, from where, and what is told of it.

use usher_proto::answer::{Imported, Outcome, State};
use usher_proto::request::Origin;

use super::agent::status;
use super::*;

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
        match import.secret {
            it if it == secret("live") => imported(Outcome::New, true),
            it if it == secret("memory") => imported(Outcome::Unchanged, false),
            it if it == secret("expired") => {
                Answer::Error(Refusal::new(Code::Expired, "it has expired", "log in again"))
            }
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
