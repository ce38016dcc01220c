use std::cell::RefCell;

use usher_proto::answer::{Event, Header};

use super::*;
use crate::testing::telling;

const PAGE: &str = "https://a.test/cdn-cgi/access/cli?aud=1&token=key";

thread_local! {
    /// The pages that the browser of this test was given, and whether there is one.
    static BROWSER: RefCell<(bool, Vec<String>)> = const { RefCell::new((true, Vec::new())) };
}

/// The browser of the tests.
pub(super) fn opened(page: &str) -> bool {
    BROWSER.with_borrow_mut(|(works, pages)| {
        pages.push(page.to_owned());
        *works
    })
}

/// Tells what the browser was given since the last time.
pub(super) fn pages() -> Vec<String> {
    BROWSER.with_borrow_mut(|(_, pages)| std::mem::take(pages))
}

fn log_in(open: bool) -> Answer {
    Answer::Event(Event::LogIn {
        url: Arc::new(secret(PAGE)),
        label: "a.test\u{1b}[2J".into(),
        team: "acme.cloudflareaccess.com".parse().expect("a team"),
        open,
        left: 600,
    })
}

fn waiting(left: u32) -> Answer {
    Answer::Event(Event::Waiting { left })
}

/// A whole login: a person is asked, waited for, and comes.
fn login(open: bool) -> Agent {
    telling(move |request| {
        let Request::Login { app, profile, min_valid, fedramp, auto_close } = request else {
            panic!("{request:?}")
        };
        assert_eq!((app.host(), profile.as_str(), min_valid), ("a.test", "default", 5));
        assert!(!fedramp && !auto_close);
        vec![log_in(open), waiting(599), waiting(9), token()]
    })
}

fn refusal() -> Answer {
    Answer::Error(Refusal::new(Code::LoginRequired, "it has expired", "the agent's own hint"))
}

/// An agent that has no token until somebody logged in.
fn expired() -> Agent {
    telling(|request| match request {
        Request::Token { .. } => vec![refusal()],
        Request::Login { .. } => vec![log_in(true), waiting(599), token()],
        _ => panic!("{request:?} was not to be asked"),
    })
}

/// Runs a command line where a person sits.
fn in_terminal(words: &[&str], agent: Agent) -> Outcomes {
    usher_on(words, b"", agent, |_| unreachable!(), || true)
}

#[test]
fn a_login_shows_the_page_opens_it_and_says_who_came() {
    let done = usher(&["login", "a.test"], b"", login(true));
    assert_eq!(done.exit, Exit::Done, "{}", done.errors);
    assert_eq!(done.output, "Logged in to app.example.test\u{fffd}[2J as me@example.test.\n");
    assert_eq!(
        done.errors,
        format!(
            "Log in to a.test\u{fffd}[2J (team acme.cloudflareaccess.com) on this page:\n\n    {PAGE}\n\n\
             Your browser was asked to open it.\nWaiting for the login; 10:00 left\n"
        )
    );
    assert_eq!(pages(), [PAGE]);
}

#[test]
fn on_a_terminal_one_line_is_rewritten_and_then_taken_away() {
    let done = in_terminal(&["login", "a.test"], login(true));
    let line = |text: &str| format!("\r{text:33}");
    let left = |left: &str| line(&format!("Waiting for the login; {left} left"));
    let expected = [left("10:00"), left("9:59"), left("0:09"), line(""), "\r".to_owned()];
    assert!(done.errors.ends_with(&expected.concat()), "{:?}", done.errors);
}

#[test]
fn no_browser_is_claimed_that_was_not_opened() {
    for (words, open, works, expected, tried) in [
        (&["login", "a.test"][..], true, false, "\nNo browser could be opened here; open the URL above", 1),
        (&["login", "a.test"], false, true, "\nAnother client was asked to open it", 0),
        (&["login", "a.test", "--no-browser"], true, true, "\n\nWaiting", 0),
    ] {
        BROWSER.with_borrow_mut(|browser| browser.0 = works);
        let done = usher(words, b"", login(open));
        assert!(done.errors.contains(expected) && done.errors.contains(PAGE), "{}", done.errors);
        assert!(!done.errors.contains("Your browser"), "{}", done.errors);
        assert_eq!((done.exit, pages().len()), (Exit::Done, tried), "{words:?}");
    }
}

#[test]
fn a_telephone_gets_a_drawing() {
    let done = usher(&["login", "a.test", "--qr"], b"", login(true));
    assert!(done.errors.contains('▀') && done.errors.contains(PAGE));
    assert!(!done.output.contains('▀'));
}

#[test]
fn what_was_said_about_the_login_is_passed_on() {
    let agent = telling(|request| {
        let Request::Login { profile, min_valid, fedramp, auto_close, .. } = request else {
            panic!("{request:?}")
        };
        assert_eq!((profile.as_str(), min_valid, fedramp, auto_close), ("work", 600, true, true));
        vec![token()]
    });
    let words = ["login", "a.test", "--fedramp", "--auto-close", "--min-valid=10m", "--profile=work"];
    let done = usher(&words, b"", agent);
    assert_eq!((done.exit, &*done.errors), (Exit::Done, ""));
    assert!(done.output.starts_with("No login was needed: there is a token for"), "{}", done.output);
}

#[test]
fn a_program_reads_events_and_the_answer_a_line_each() {
    let done = usher(&["login", "a.test", "--json"], b"", login(true));
    let lines: Vec<_> = done.output.lines().collect();
    assert_eq!((done.exit, &*done.errors, lines.len()), (Exit::Done, "", 4));
    assert_eq!(
        lines[0],
        format!(
            r#"{{"event":{{"log-in":{{"url":"{PAGE}","label":"a.test\u001b[2J","team":"acme.cloudflareaccess.com","open":true,"left":600}}}}}}"#
        )
    );
    assert_eq!(lines[1], r#"{"event":{"waiting":{"left":599}}}"#);
    assert!(lines[3].starts_with(r#"{"token":"eyJ.x.y","credential":{"id":"app-3b01511e5b32","#));
    assert_eq!(pages(), [PAGE]);
    let agent =
        telling(|_| vec![log_in(false), Answer::Error(Refusal::new(Code::LoginTimeout, "late", "again"))]);
    let done = usher(&["login", "a.test", "--json"], b"", agent);
    assert_eq!((done.exit, done.output.lines().count()), (Exit::Missing, 1));
    assert_eq!(
        done.errors,
        "{\"error\":{\"code\":\"login-timeout\",\"message\":\"late\",\"hint\":\"again\"}}\n"
    );
}

#[test]
fn an_agent_that_hangs_up_in_the_middle_leaves_a_clean_line() {
    let done = in_terminal(&["login", "a.test"], telling(|_| vec![log_in(true), waiting(599)]));
    assert_eq!((done.exit, &*done.output), (Exit::NoAgent, ""));
    assert!(done.errors.contains("\rusher: the agent hung up before it answered"), "{:?}", done.errors);
}

#[test]
fn a_page_that_is_no_plain_address_is_neither_shown_nor_opened() {
    let page = "file:///canary\u{1b}[2J";
    let agent = move || {
        telling(move |_| {
            let Answer::Event(Event::LogIn { label, team, open, left, .. }) = log_in(true) else {
                unreachable!()
            };
            vec![
                Answer::Event(Event::LogIn { url: Arc::new(secret(page)), label, team, open, left }),
                token(),
            ]
        })
    };
    let done = usher(&["login", "a.test"], b"", agent());
    assert_eq!((done.exit, &*done.output, pages().len()), (Exit::Other, "", 0));
    assert!(!done.errors.contains("canary"), "{}", done.errors);
    assert_eq!(usher(&["login", "a.test", "--json"], b"", agent()).exit, Exit::Other);
    assert_eq!(pages().len(), 0);
}

#[test]
fn cloudflareds_forms_of_output() {
    for (words, expected) in [
        (&["a.test"][..], "Successfully fetched your token:\n\neyJ.x.y\n\n"),
        (&["a.test", "--no-verbose"], "eyJ.x.y"),
        (&["--app", "https://a.test"], "eyJ.x.y"),
        (&["--app=https://a.test", "-q"], ""),
        (&["a.test", "--quiet", "--no-verbose"], ""),
        (&["a.test", "--quiet", "--json"], ""),
    ] {
        let done = usher(&[&["access", "login"], words].concat(), b"", login(true));
        assert_eq!((done.exit, &*done.output), (Exit::Done, expected), "{words:?}");
        assert!(done.errors.contains(PAGE) && !done.errors.contains("eyJ"), "{}", done.errors);
    }
    let done = usher(&["access", "login", "a.test", "--json"], b"", login(true));
    assert_eq!((done.output.lines().count(), &*done.errors), (4, ""));
}

#[test]
fn without_a_person_no_login_begins_and_the_hint_says_how() {
    let asking = || {
        answering(|request| {
            let Request::Token { .. } = request else { panic!("{request:?} was not to be asked") };
            refusal()
        })
    };
    for words in [&["token", "a.test/?x&y"][..], &["access", "token", "--app=a.test/?x&y"]] {
        let done = usher(words, b"", asking());
        assert_eq!((done.exit, &*done.output), (Exit::Missing, ""));
        assert_eq!(done.errors, "usher: it has expired\n  hint: log in with: usher login 'a.test/?x&y'\n");
    }
    let done = in_terminal(&["token", "a.test", "--no-login", "--profile", "work"], asking());
    assert_eq!(done.exit, Exit::Missing);
    assert!(done.errors.contains("log in with: usher login a.test --profile work\n"), "{}", done.errors);
    assert_eq!(pages().len(), 0);
}

#[test]
fn a_person_is_asked_to_log_in_and_the_token_stands_alone() {
    let done = in_terminal(&["token", "a.test"], expired());
    assert_eq!((done.exit, &*done.output), (Exit::Done, "eyJ.x.y\n"));
    assert!(done.errors.contains("\rLogged in to app.example.test"), "{:?}", done.errors);
    assert!(!done.errors.contains("eyJ"));
    assert_eq!(pages(), [PAGE]);
    for words in [&["token", "a.test", "--login"][..], &["access", "token", "a.test", "--login"]] {
        let done = usher(words, b"", expired());
        assert_eq!((done.exit, &*done.output, pages().len()), (Exit::Done, "eyJ.x.y", 1), "{words:?}");
        assert!(!done.errors.contains("eyJ"));
    }
    let done = usher(&["token", "a.test", "--login", "--json"], b"", expired());
    assert!(done.output.starts_with(r#"{"token":"eyJ.x.y","#), "{}", done.output);
    assert_eq!(done.output.lines().count(), 1);
}

#[test]
fn other_refusals_open_no_browser() {
    for code in [Code::ServiceTokenRefused, Code::Network, Code::Locked, Code::NoAccess] {
        let agent = answering(move |request| {
            let Request::Token { .. } = request else { panic!("{request:?} was not to be asked") };
            Answer::Error(Refusal::new(code, "no", "a hint"))
        });
        let done = in_terminal(&["token", "a.test", "--login"], agent);
        assert_eq!((&*done.output, &*done.errors), ("", "usher: no\n  hint: a hint\n"), "{code:?}");
    }
    assert_eq!(pages().len(), 0);
}

fn headers(value: &str) -> Answer {
    let header = |name: &str, value: &str| Header {
        name: name.parse().expect("a name"),
        value: Arc::new(secret(value)),
    };
    let headers = vec![header("CF-Access-Client-Id", "1.access"), header("CF-Access-Client-Secret", value)];
    Answer::Headers { headers, credential: credential() }
}

#[test]
fn headers_are_printed_one_a_line() {
    let asking = || {
        answering(|request| {
            let Request::Headers { app, min_valid, .. } = request else { panic!("{request:?}") };
            assert_eq!((app.host(), min_valid), ("a.test", 60));
            headers("canary")
        })
    };
    let words = ["token", "--header", "a.test", "--min-valid=60"];
    let done = usher(&words, b"", asking());
    assert_eq!((done.exit, &*done.errors), (Exit::Done, ""));
    assert_eq!(done.output, "CF-Access-Client-Id: 1.access\nCF-Access-Client-Secret: canary\n");
    let done = usher(&[&words[..], &["--json"]].concat(), b"", asking());
    assert!(
        done.output.starts_with(r#"{"headers":[{"name":"CF-Access-Client-Id","value":"1.access"},"#),
        "{}",
        done.output
    );
    let done = usher(&["token", "a.test", "--header"], b"", answering(|_| headers("a\nX-Other: b")));
    assert_eq!((done.exit, &*done.output), (Exit::Other, ""));
    let done = usher(&["token", "a.test", "--header"], b"", answering(|_| token()));
    assert_eq!((done.exit, &*done.output), (Exit::Other, ""));
}

#[test]
fn headers_are_asked_for_again_after_a_login() {
    let mut logged_in = false;
    let agent = telling(move |request| match request {
        Request::Headers { .. } if logged_in => vec![headers("canary")],
        Request::Headers { .. } => vec![refusal()],
        Request::Login { .. } => {
            logged_in = true;
            vec![log_in(true), token()]
        }
        _ => panic!("{request:?} was not to be asked"),
    });
    let done = usher(&["token", "a.test", "--header", "--login"], b"", agent);
    assert_eq!((done.exit, done.output.lines().count()), (Exit::Done, 2));
}
