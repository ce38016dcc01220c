//! Looks at an agent and its clients while they work, and at what they say.

use usher_tests::desk::Desk;
use usher_tests::edge::{Fault, Where};
use usher_tests::home::Home;
use usher_tests::process::{Foreground, Ran};

use super::search::Search;

/// Finds the key in a login page by which the login is fetched.
pub(super) type KeyOf = fn(&str) -> &str;

/// Starts an agent that says as much as it can.
pub(super) fn loud_agent(home: &Home) -> Foreground {
    let mut command = home.command(home.program("usher-agent"));
    command.env("USHER_LOG", "trace").env("RUST_LOG", "trace");
    Foreground::start(command)
}

/// Logs in while the browser is held up, so that every process can be looked at.
pub(super) fn log_in(desk: &Desk, search: &mut Search, words: &[&str], page: Where, key_of: KeyOf) {
    let held_up = desk.edge.fault(page, Fault::Hang);
    let mut client = desk.begin(words);
    let page = client.line_with("https://");
    client.line_with("Waiting for the login");
    search.add(key_of(&page));
    #[cfg(target_os = "linux")]
    only_the_browser_has(desk, search, &page);
    drop(held_up);
    let ran = client.finish().expect(0);
    shown_to_the_person_alone(search, &ran, key_of);
}

/// Expects the page where a person reads it, and nothing else.
pub(super) fn shown_to_the_person_alone(search: &mut Search, ran: &Ran, key_of: KeyOf) {
    let (page, rest): (Vec<&str>, Vec<&str>) =
        ran.stderr.lines().partition(|line| line.starts_with("    https://"));
    assert_eq!(page.len(), 1, "{ran:?}");
    search.add(key_of(page[0]));
    search.clean("a login", rest.join("\n"));
    search.clean("a login's standard output", &ran.stdout);
}

/// Expects a refusal in words of our own.
pub(super) fn refused(desk: &Desk, search: &Search, what: &str, words: &[&str]) {
    let ran = desk.usher(words);
    assert_ne!(ran.code, Some(0), "{what}");
    search.clean(what, ran.stdout + &ran.stderr);
}

/// Asks what has no secret in its answer, neither for a person nor for a program.
pub(super) fn asked_in_both_forms(desk: &Desk, search: &Search, words: &[&str]) {
    asked(desk, search, words);
    asked(desk, search, &[words, &["--json"]].concat());
}

/// Asks what has no secret in its answer.
pub(super) fn asked(desk: &Desk, search: &Search, words: &[&str]) {
    let ran = desk.usher(words);
    search.clean(&format!("{words:?}"), ran.stdout + &ran.stderr);
}

/// Expects nothing where every process of a machine can look.
#[cfg(target_os = "linux")]
pub(super) fn nobody_shows(home: &Home, search: &Search) {
    for process in super::search::processes(home.path()) {
        search.clean("a command line", process.command_line);
        search.clean("an environment", process.environment);
    }
}

/// Expects client, agent, its witness and browser, and the page with the browser alone.
#[cfg(target_os = "linux")]
fn only_the_browser_has(desk: &Desk, search: &Search, page: &str) {
    let (with, without): (Vec<_>, Vec<_>) = super::search::processes(desk.home.path())
        .into_iter()
        .partition(|process| search.find(&process.command_line).is_some());
    let shown: Vec<_> = with.iter().map(|process| String::from_utf8_lossy(&process.command_line)).collect();
    assert_eq!(shown, [format!("edge\0open\0{page}\0")], "which shows that the search finds it");
    assert_eq!(without.len(), 3, "agent, its witness and client");
    for process in with.iter().chain(&without) {
        search.clean("an environment", &process.environment);
    }
}
