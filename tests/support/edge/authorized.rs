//! The hop that turns a login into the application's cookie.

use super::answer::Answer;
use super::case::Case;
use super::fault::Fault;

/// Gives the cookie to who was sent here from the login page and was at the application before.
pub(super) fn answer(case: &mut Case<'_>) -> Answer {
    let nonce = case.asked.parameter("nonce").unwrap_or_default();
    let Some(grant) = case.state.grants.get(&nonce).cloned() else {
        return Answer::new(400).html("<h1>This login is not known</h1>\n");
    };
    let visit = &grant.visit;
    let app = case.state.app(&visit.audience).cloned();
    let (Some(app), true) = (app, visit.authority == case.asked.authority) else {
        return Answer::new(400).html("<h1>This login is for another application</h1>\n");
    };
    if case.asked.cookie("CF_AppSession") != Some(&*visit.session) {
        return Answer::new(403).html("<h1>This login began elsewhere</h1>\n");
    }
    let cookie = case.app_cookie(&app, &grant.email);
    if case.faults.has(|fault| matches!(fault, Fault::AuthorizedAgain)) {
        let again = format!("https://{}{}&again=1", case.asked.authority, case.asked.path_and_query());
        return Answer::redirect(&again).with("set-cookie", &cookie);
    }
    case.state.grants.remove(&nonce);
    case.entry().issued_app_token = true;
    Answer::redirect(&format!("https://{}{}", visit.authority, visit.path_and_query))
        .with("set-cookie", &cookie)
}
