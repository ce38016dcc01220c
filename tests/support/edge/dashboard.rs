//! The dashboard's page on which a person picks an account for a program, and the person.

use url::Url;

use super::answer::Answer;
use super::api::account;
use super::case::Case;
use super::cli::NotLoggedIn;
use super::hosts::{ACME, AGENCY, DASHBOARD, FEDRAMP_TRANSFER, TRANSFER};
use super::sealed;

/// Where the page is.
const PATH: &str = "/argotunnel";

/// How long the public key is in its text.
const KEY: usize = 44;

/// Shows a page with a button; the button logs in.
pub(super) fn answer(case: &mut Case<'_>) -> Answer {
    let done = match &*case.asked.method {
        "POST" => complete(case).map(|()| "<h1>Success</h1><p>You may close this window.</p>\n"),
        _ => check(case).map(|_| PAGE).map_err(NotLoggedIn::Malformed),
    };
    match done {
        Ok(page) => Answer::new(200).html(page),
        Err(NotLoggedIn::Malformed(what)) => Answer::new(400).text(&format!("{what}\n")),
        Err(NotLoggedIn::Denied) => case.denied(),
    }
}

/// The form has no address of its own, so it goes where the page came from, query included.
const PAGE: &str = "<!doctype html><title>Simulated dashboard</title><h1>Authorize a tunnel</h1>\n\
    <form method=\"post\"><button autofocus>Authorize</button></form>\n";

/// Picks the one account there is, and leaves its certificate at the transfer service as it is, for who
/// knows the key. Who looks there must be woken.
pub(super) fn complete(case: &mut Case<'_>) -> Result<(), NotLoggedIn> {
    let place = check(case).map_err(NotLoggedIn::Malformed)?;
    let team = if place.0 == TRANSFER { ACME } else { AGENCY };
    let pem = case.state.add_certificate(&account::of_team(team), case.now);
    case.state.certificates.insert(place, pem);
    Ok(())
}

/// Checks every part of the page's URL; tells the transfer service and the program's public key.
fn check(case: &Case<'_>) -> Result<(String, String), &'static str> {
    if case.asked.path != PATH {
        return Err("this is no page for logins");
    }
    if case.asked.authority != case.asked.host() {
        return Err("the dashboard has no port of its own");
    }
    let transfer = if case.asked.host() == DASHBOARD { TRANSFER } else { FEDRAMP_TRANSFER };
    let parameters = case.asked.parameters();
    let [(aud, nothing), (callback, url)] = &parameters[..] else {
        return Err("there are not just aud and callback");
    };
    if (&**aud, &**nothing, &**callback) != ("aud", "", "callback") {
        return Err("it is not an empty aud, and then callback");
    }
    let url = Url::parse(url).map_err(|_| "callback is no URL")?;
    let bare = url.username().is_empty() && url.password().is_none() && url.port().is_none();
    if url.scheme() != "https" || !bare || url.host_str() != Some(transfer) {
        return Err("callback is not at the transfer service");
    }
    let key = url.path().trim_start_matches('/');
    let plain = url.query().is_none() && url.fragment().is_none() && url.path().len() == KEY + 1;
    if !plain || sealed::public_key(key).is_none() {
        return Err("callback does not end in 32 bytes of URL-safe base64");
    }
    Ok((transfer.to_owned(), key.to_owned()))
}
