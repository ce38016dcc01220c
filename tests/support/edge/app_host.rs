//! The host of an application: its metadata, its challenge, and what lies behind.

use serde_json::json;
use url::form_urlencoded::byte_serialize;

use super::answer::Answer;
use super::app::{self, App};
use super::case::Case;
use super::known::Visit;
use super::place::Where;
use super::text::http_date;
use super::{authorized, cli, service, session};

/// A browser's session at an application holds for a day; in seconds.
const APP_SESSION: i64 = 24 * 60 * 60;

/// Answers for every path of the host.
pub(super) fn answer(case: &mut Case<'_>) -> Answer {
    match case.part {
        Where::Authorized => return authorized::answer(case),
        Where::Cli => return cli::answer(case),
        Where::Identity => return session::identity(case),
        Where::Logout => return session::log_out(case),
        _ => {}
    }
    let Some(app) = app::at(&case.state.apps, case.asked.host(), &case.asked.path).cloned() else {
        return case.origin();
    };
    match case.part {
        Where::Metadata => metadata(case, &app),
        Where::ServiceToken => service::answer(case, &app),
        _ => gate(case, &app),
    }
}

/// Says in signed words which application this is.
fn metadata(case: &Case<'_>, app: &App) -> Answer {
    let claims = json!({
        "type": "match", "hostname": case.asked.host(), "auth_domain": app.settings.team,
        "aud": app.audience, "app_hostname": app.covers.as_str(), "iat": case.now,
    });
    let signed = case.state.signed(app, claims, &case.faults.forgeries());
    Answer::new(200).with("cf-access-metadata", &signed)
}

/// Lets a good token through, and sends all others to log in.
pub(super) fn gate(case: &mut Case<'_>, app: &App) -> Answer {
    let good = case.asked.app_token().is_some_and(|token| case.state.accepts(app, token, case.now));
    match good {
        true if app.settings.policy == app::Policy::Deny => case.denied(),
        true => case.origin(),
        false if app.settings.managed_oauth => oauth_challenge(case),
        false => challenge(case, app),
    }
}

/// Sends the caller to the team's login page.
fn challenge(case: &mut Case<'_>, app: &App) -> Answer {
    let session = case.state.fresh("session");
    let back = case.asked.path_and_query();
    let claims = json!({
        "type": "meta", "aud": app.audience, "hostname": case.asked.host(), "redirect_url": back,
        "service_token_status": false, "is_warp": false, "is_gateway": false, "auth_status": "NONE",
        "iat": case.now, "nbf": case.now, "exp": case.now + 300, "visit": session,
    });
    let meta = case.state.signed(app, claims, &[]);
    let location = format!(
        "https://{}/cdn-cgi/access/login/{}?kid={}&meta={meta}&redirect_url={}",
        app.settings.team,
        case.asked.host(),
        app.audience,
        byte_serialize(back.as_bytes()).collect::<String>()
    );
    let resource = resource_metadata(case);
    let answer = Answer::redirect(&location)
        .with("www-authenticate", &format!("Cloudflare-Access resource_metadata=\"{resource}\""))
        .with(
            "set-cookie",
            &format!(
                "CF_AppSession={session}; Expires={}; Path=/; Secure; HttpOnly; SameSite=None",
                http_date(case.now + APP_SESSION)
            ),
        );
    let authority = case.asked.authority.clone();
    let visit = Visit { audience: app.audience.clone(), authority, path_and_query: back, session };
    case.state.visits.insert(meta, visit);
    answer
}

/// Asks a program to log in by OAuth.
fn oauth_challenge(case: &Case<'_>) -> Answer {
    let resource = resource_metadata(case);
    let challenge =
        format!("Bearer realm=\"OAuth\", error=\"invalid_token\", resource_metadata=\"{resource}\"");
    Answer::new(401)
        .json(&json!({"error": "invalid_token", "resource_metadata": resource}))
        .with("www-authenticate", &challenge)
}

fn resource_metadata(case: &Case<'_>) -> String {
    let place = "/.well-known/cloudflare-access-protected-resource";
    format!("https://{}{place}{}", case.asked.authority, case.asked.path)
}
