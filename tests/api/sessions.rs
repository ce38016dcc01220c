//! The end of a person's own session, and whether it holds.

use usher_agent::cloudflare::EdgeError;
use usher_agent::cloudflare::edge::{Application, Issued, Region};
use usher_agent::cloudflare::error::Trouble;
use usher_proto::{AppUrl, ProfileName, Secret, TeamDomain};
use usher_tests::edge::hosts::{ACME, EVIL};
use usher_tests::edge::{Fault, Where};
use usher_tests::token::secret;

use super::{Bench, text};

/// What a login brought.
pub(super) struct Session {
    url: AppUrl,
    application: Application,
    pub(super) team: TeamDomain,
    app: Secret,
    pub(super) org: Secret,
}

/// Logs Ada in.
pub(super) fn logged_in(bench: &Bench, url: &str) -> Session {
    let url: AppUrl = url.parse().expect("a URL");
    let application = bench.run(bench.client.discover(&url)).expect("an application");
    let login = bench.client.begin_login(&url, &application, Region::Commercial, true);
    bench.edge.log_in(text(login.page())).expect("the page is as it must be");
    let tokens = bench.run(bench.client.collect(&login, &application)).expect("tokens");
    let copy = |issued: Issued| secret(text(&issued.into_record(ProfileName::default()).secret));
    let (app, org) = (copy(tokens.app), copy(tokens.org.expect("an org token too")));
    Session { url, team: application.team.clone(), application, app, org }
}

/// Tells whether the application takes the session's token.
pub(super) fn opens(bench: &Bench, session: &Session) -> bool {
    bench.run(bench.client.takes(&session.url, &session.application, &session.app)).expect("an answer")
}

#[test]
fn a_session_ends_at_the_team_for_all_applications() {
    let bench = Bench::start();
    let (first, second) = (
        logged_in(&bench, "https://app.example.test/x?y=1"),
        logged_in(&bench, "https://other.example.test/"),
    );
    let rival = logged_in(&bench, "https://app.rival.test/");
    let holds = |session: &Session| bench.run(bench.client.session_holds(&session.team, &session.org));
    assert_eq!((holds(&first), holds(&rival)), (Ok(true), Ok(true)));
    assert_eq!(bench.run(bench.client.log_out(&first.team, &first.org)), Ok(()));
    assert_eq!((holds(&first), holds(&second), holds(&rival)), (Ok(false), Ok(false), Ok(true)));
    assert!(!opens(&bench, &first) && !opens(&bench, &second) && opens(&bench, &rival));
    assert_eq!(bench.run(bench.client.log_out(&first.team, &first.org)), Ok(()), "once more does not matter");
    assert_eq!(bench.edge.log().strays().len(), 0);
}

#[test]
fn a_session_ends_at_the_application_too() {
    let bench = Bench::start();
    let session = logged_in(&bench, "https://app.example.test/x?y=1");
    assert_eq!(bench.run(bench.client.log_out_at(&session.url, &session.app)), Ok(()));
    assert_eq!(bench.run(bench.client.session_holds(&session.team, &session.org)), Ok(false));
    assert!(!opens(&bench, &session));
    let log = bench.edge.log();
    assert_eq!((log.strays().len(), log.count_of(Where::Logout)), (0, 1));
    let last = log.entries.iter().find(|entry| entry.part == Where::Logout).expect("it");
    assert_eq!((&*last.path, &last.query), ("/cdn-cgi/access/logout", &None));
}

#[test]
fn what_is_no_answer_says_nothing_about_a_session() {
    let bench = Bench::start();
    let session = logged_in(&bench, "https://app.example.test/");
    let holds = || bench.run(bench.client.session_holds(&session.team, &session.org));
    let with = |fault: Fault| {
        let _fault = bench.edge.fault(Where::Identity, fault);
        holds()
    };
    let failed = |trouble| EdgeError::Network { host: ACME.to_owned(), trouble };
    let network = |trouble| Err(failed(trouble));
    assert_eq!(with(Fault::Cut), network(Trouble::Cut));
    assert_eq!(with(Fault::CutInside), network(Trouble::Cut));
    assert_eq!(with(Fault::Status(503)), network(Trouble::Status(503)));
    assert_eq!(with(Fault::Status(429)), network(Trouble::Status(429)));
    assert_eq!(with(Fault::Endless), network(Trouble::TooLarge));
    assert!(matches!(with(Fault::Body(b"<html>".to_vec())), Err(EdgeError::Untrusted { .. })));
    assert_eq!(with(Fault::Redirect(format!("https://{EVIL}/"))), Ok(false));
    assert_eq!(
        with(Fault::Body(br#"{"err":"unable to find your Access organization!"}"#.to_vec())),
        Ok(false)
    );
    assert_eq!(holds(), Ok(true));
    let bad = secret("a b;c");
    assert_eq!(bench.run(bench.client.session_holds(&session.team, &bad)), Ok(false));
    let asked = bench.edge.log().entries.len();
    assert_eq!(bench.run(bench.client.log_out(&session.team, &bad)), Ok(()));
    assert_eq!(bench.edge.log().entries.len(), asked, "it is no cookie");
    let _down = bench.edge.fault(Where::Logout, Fault::Status(500));
    let done = bench.run(bench.client.log_out(&session.team, &session.org));
    assert_eq!(done, Err(failed(Trouble::Status(500))));
    assert_eq!(bench.edge.log().strays().len(), 0, "no redirect is followed");
}
