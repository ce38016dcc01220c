//! The page on which a person logs in for a program, and the person.

use std::collections::HashSet;

use url::Url;

use super::answer::Answer;
use super::app::App;
use super::case::Case;
use super::hosts::transfer_service;
use super::known::Deposit;
use super::sealed;

/// Who logs in when nobody else is named.
pub const ADA: &str = "ada@example.test";

/// Parameters that every login's URL has.
const NEEDED: [&str; 5] = ["aud", "edge_token_transfer", "redirect_url", "send_org_token", "token"];

/// Shows a page with a button; the button logs in.
pub(super) fn answer(case: &mut Case<'_>) -> Answer {
    match &*case.asked.method {
        "POST" => match complete(case, ADA) {
            Ok(()) => Answer::new(200).html("<h1>Success</h1><p>You may close this window.</p>\n"),
            Err(NotLoggedIn::Denied) => case.denied(),
            Err(NotLoggedIn::Malformed(what)) => Answer::new(400).text(&format!("{what}\n")),
        },
        _ => match check(case) {
            Ok(_) => Answer::new(200).html(PAGE),
            Err(what) => Answer::new(400).text(&format!("{what}\n")),
        },
    }
}

/// The form has no address of its own, so it goes where the page came from, query included.
const PAGE: &str = "<!doctype html><title>Simulated edge</title><h1>Access requested</h1>\n\
    <p>A program on this machine asks to be logged in.</p>\n\
    <form method=\"post\"><button autofocus>Log in and approve</button></form>\n";

/// Why a login did not come about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotLoggedIn {
    /// The URL is not as a program must make it; says in what.
    Malformed(&'static str),
    /// The application's policy keeps the person out.
    Denied,
}

/// Logs a person in, and leaves the answer at the transfer service. Who looks there must be woken.
pub(super) fn complete(case: &mut Case<'_>, email: &str) -> Result<(), NotLoggedIn> {
    let (app, key) = check(case).map_err(NotLoggedIn::Malformed)?;
    if !app.admits_persons() {
        return Err(NotLoggedIn::Denied);
    }
    let place = (transfer_service(&app.settings.team).to_owned(), key);
    let deposit = Deposit { app, email: email.to_owned(), at: case.now };
    case.state.deposits.insert(place, deposit);
    case.entry().issued_app_token = true;
    Ok(())
}

/// Checks every part of a login's URL; tells the application and the program's public key.
fn check(case: &Case<'_>) -> Result<(App, String), &'static str> {
    let parameters = case.asked.parameters();
    let mut names = HashSet::new();
    if !parameters.iter().all(|(name, _)| names.insert(name)) {
        return Err("a parameter is there twice");
    }
    let parameter =
        |name: &str| parameters.iter().find(|(theirs, _)| theirs == name).map(|(_, value)| &**value);
    let [Some(audience), Some(transfer), Some(back), Some(org), Some(key)] = NEEDED.map(parameter) else {
        return Err("one of aud, edge_token_transfer, redirect_url, send_org_token and token is missing");
    };
    if [transfer, org] != ["true"; 2] || parameter("close_interstitial").is_some_and(|value| value != "true")
    {
        return Err("a switch is not \"true\"");
    }
    if sealed::public_key(key).is_none() {
        return Err("the token is not 32 bytes in URL-safe base64");
    }
    let back = Url::parse(back).map_err(|_| "redirect_url is no URL")?;
    let port = back.port().map(|port| format!(":{port}")).unwrap_or_default();
    if back.scheme() != "https"
        || format!("{}{port}", back.host_str().unwrap_or_default()) != case.asked.authority
    {
        return Err("redirect_url leads elsewhere");
    }
    // What is not the login's own is the application's, and then it is in both places.
    let theirs: Vec<_> = back.query_pairs().collect();
    let own = |name: &str| NEEDED.contains(&name) || name == "close_interstitial";
    let missing = |(name, value): &(String, String)| {
        !own(name)
            && !theirs.iter().any(|(their_name, their_value)| their_name == name && their_value == value)
    };
    if parameters.iter().any(missing) {
        return Err("a parameter is not known");
    }
    // The path of redirect_url does not tell which of the host's applications it is: it may be left out.
    let app = case.state.app(audience).filter(|app| app.is_at(case.asked.host()));
    let app = app.ok_or("aud is not the application's")?;
    Ok((app.clone(), key.to_owned()))
}
