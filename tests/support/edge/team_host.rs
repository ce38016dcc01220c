//! The domain of a team: its keys, its login page, its sessions.

use url::form_urlencoded::byte_serialize;

use super::answer::Answer;
use super::case::Case;
use super::known::{Grant, Visit};
use super::place::Where;
use super::session;
use super::token::cookie;

/// Answers for every path of the host.
pub(super) fn answer(case: &mut Case<'_>) -> Answer {
    match case.part {
        Where::Certs => {
            let team = case.state.team(case.asked.host()).expect("it is a team's host");
            Answer::new(200).json(&team.key_set())
        }
        Where::Login => login(case),
        Where::Identity => session::identity(case),
        Where::Logout => session::log_out(case),
        _ => Answer::new(404).html("<h1>Not found</h1>\n"),
    }
}

/// Sends a person with a session back to the application, and shows the login page to others.
fn login(case: &mut Case<'_>) -> Answer {
    let session = case.asked.cookie("CF_Authorization");
    let email = session.and_then(|token| case.state.org_session(case.asked.host(), token, case.now));
    let (Some(visit), Some(email)) = (visit(case), email) else {
        return Answer::new(200).html("<h1>Log in</h1>\n");
    };
    let Some(app) = case.state.app(&visit.audience).cloned() else {
        return Answer::new(404).html("<h1>No such application</h1>\n");
    };
    if !app.admits_persons() {
        return case.denied();
    }
    let nonce = case.state.fresh("grant");
    let back = byte_serialize(visit.path_and_query.as_bytes()).collect::<String>();
    let place =
        format!("https://{}/cdn-cgi/access/authorized?nonce={nonce}&redirect_url={back}", visit.authority);
    let mut answer = Answer::redirect(&place);
    if case.state.settings.renews_org_tokens {
        let token = case.state.org_token(&app, &email, case.now, &case.faults.org_forgeries());
        let ends = case.now + case.state.settings.org_token_life;
        answer = answer.with("set-cookie", &cookie(&token, ends, case.faults));
    }
    case.state.grants.insert(nonce, Grant { visit, email });
    answer
}

/// Finds out where the caller comes from; the parts of the place must belong together.
fn visit(case: &Case<'_>) -> Option<Visit> {
    let visit = case.state.visits.get(&case.asked.parameter("meta")?)?;
    let app = case.state.app(&visit.audience)?;
    let host = visit.authority.split(':').next();
    let whole = case.asked.parameter("kid")? == visit.audience
        && case.asked.access_page()?.strip_prefix("login/") == host
        && case.asked.parameter("redirect_url")? == visit.path_and_query
        && app.settings.team == case.asked.host();
    whole.then(|| visit.clone())
}
