use usher_proto::request::Target;
use usher_proto::{Credential, Kind};

use super::*;

fn refreshed() -> Answer {
    Answer::Refreshed { credential: credential() }
}

fn refused(code: Code) -> Answer {
    Answer::Error(Refusal::new(code, "no", "a hint"))
}

#[test]
fn ids_and_urls_are_told_apart() {
    let agent = answering(|request| {
        let Request::Refresh { target, profile } = request else { panic!("{request:?}") };
        match target {
            Target::Id(id) => assert_eq!((id.as_str(), profile.as_str()), ("app-3b01511e5b32", "work")),
            Target::App(app) => assert_eq!((app.host(), app.path()), ("a.test", "/x")),
        }
        refreshed()
    });
    let done = usher(&["refresh", "app-3b01511e5b32", "a.test/x", "--profile=work"], b"", agent);
    assert_eq!((done.exit, &*done.errors), (Exit::Done, ""));
    let line = "Refreshed the token for app.example.test\u{fffd}[2J (app-3b01511e5b32).\n";
    assert_eq!(done.output, line.repeat(2));
}

#[test]
fn a_refused_token_is_said_to_be_replaced() {
    let mut replaced = true;
    let agent = answering(move |request| {
        let Request::Verify { .. } = request else { panic!("{request:?}") };
        replaced = !replaced;
        Answer::Verified { credential: credential(), replaced }
    });
    let done = usher(&["verify", "a.test", "b.test"], b"", agent);
    assert_eq!(done.exit, Exit::Done);
    let lines: Vec<_> = done.output.lines().collect();
    assert!(lines[0].starts_with("Cloudflare takes the token for app.example.test"), "{}", lines[0]);
    assert!(lines[1].contains("refused the token") && lines[1].contains("took its place"), "{}", lines[1]);
    let agent = answering(|_| Answer::Verified { credential: credential(), replaced: true });
    let done = usher(&["verify", "a.test", "--json"], b"", agent);
    assert!(done.output.starts_with(r#"{"credential":{"id":"app-3b01511e5b32","#), "{}", done.output);
    assert!(done.output.ends_with("},\"replaced\":true}\n"), "{}", done.output);
}

#[test]
fn one_that_fails_does_not_keep_the_others_back() {
    let mut codes = vec![None, Some(Code::Network), Some(Code::LoginRequired), None];
    let agent = answering(move |_| codes.pop().flatten().map_or_else(refreshed, refused));
    let done = usher(&["refresh", "a.test", "b.test", "c.test", "d.test"], b"", agent);
    assert_eq!((done.exit, done.output.lines().count()), (Exit::Missing, 2), "the first failure counts");
    let login = "usher: b.test: no\n  hint: log in with: usher login b.test\n";
    assert_eq!(done.errors, format!("{login}usher: c.test: no\n  hint: a hint\n"));
    let done = usher(&["refresh", "a.test", "--json"], b"", answering(|_| refused(Code::AccessDenied)));
    assert_eq!((done.exit, &*done.output), (Exit::Network, ""));
    assert_eq!(
        done.errors,
        "{\"error\":{\"code\":\"access-denied\",\"message\":\"no\",\"hint\":\"a hint\"}}\n"
    );
}

#[test]
fn what_concerns_all_of_them_is_said_once() {
    let mut asked = false;
    let agent = answering(move |_| {
        assert!(!std::mem::replace(&mut asked, true), "a locked agent is asked once");
        refused(Code::Locked)
    });
    let done = usher(&["verify", "a.test", "b.test"], b"", agent);
    assert_eq!((done.exit, done.errors.lines().count()), (Exit::Refused, 2));
}

#[test]
fn all_are_the_app_tokens_of_the_list() {
    let page = |number: u32, kind| {
        let id = format!("app-{number:012}").parse().expect("an id");
        let profile = "work".parse().expect("a profile");
        Arc::new(Credential { id, kind, profile, ..(*credential()).clone() })
    };
    let agent = answering(move |request| match request {
        Request::List { profile: None, after: None } => {
            Answer::List { credentials: vec![page(1, Kind::AppToken), page(2, Kind::OrgToken)], more: true }
        }
        Request::List { after: Some(id), .. } if id.as_str() == "app-000000000002" => {
            Answer::List { credentials: vec![page(3, Kind::AppToken)], more: false }
        }
        Request::Refresh { target: Target::Id(id), profile } => {
            assert_eq!(profile.as_str(), "work");
            assert_ne!(id.as_str(), "app-000000000002");
            refreshed()
        }
        _ => panic!("{request:?}"),
    });
    let done = usher(&["refresh", "--all", "--json"], b"", agent);
    assert_eq!((done.exit, done.output.lines().count(), &*done.errors), (Exit::Done, 2, ""));
    let none = || answering(|_| Answer::List { credentials: vec![], more: false });
    let done = usher(&["verify", "--all"], b"", none());
    assert_eq!((done.exit, &*done.output), (Exit::Done, "There are no app tokens here.\n"));
    assert_eq!(usher(&["verify", "--all", "--json"], b"", none()).output, "");
}
