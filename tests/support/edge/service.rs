//! Service tokens: two headers, or one that holds both halves.

use serde_json::Value;

use super::answer::Answer;
use super::app::App;
use super::app_host::gate;
use super::case::Case;
use super::known::ServiceToken;
use super::token::cookie;

/// Lets a service token through, and exchanges it for an app token on the way.
pub(super) fn answer(case: &mut Case<'_>, app: &App) -> Answer {
    let known = presented(case, app).and_then(|(id, secret)| known(case, app, &id, &secret));
    match known {
        Some(token) if app.admits_services() => {
            let answer = case.origin();
            if app.settings.strict_service_tokens {
                return answer;
            }
            let jwt = case.state.service_jwt(app, &token.id, case.now, &case.faults.forgeries());
            case.entry().issued_app_token = true;
            answer.with("set-cookie", &cookie(&jwt, case.now + app.settings.token_life, case.faults))
        }
        Some(_) if app.settings.strict_service_tokens => {
            Answer::new(403).with("cf-access-error", "service token not allowed")
        }
        None if app.settings.strict_service_tokens => {
            Answer::new(401).with("cf-access-error", "service token not valid")
        }
        _ => gate(case, app),
    }
}

/// Reads the pair. One that is not whole, or that is there twice, is none.
fn presented(case: &Case<'_>, app: &App) -> Option<(String, String)> {
    let half = |name| case.asked.header(name).map(str::to_owned);
    let both = half("cf-access-client-id").zip(half("cf-access-client-secret"));
    let single = case.asked.single_header(app).and_then(|text| {
        let pair: Value = serde_json::from_str(text).ok()?;
        let half = |name: &str| pair[name].as_str().map(str::to_owned);
        half("cf-access-client-id").zip(half("cf-access-client-secret"))
    });
    match (both, single) {
        (Some(_), Some(_)) if app.settings.strict_service_tokens => None,
        (both, single) => both.or(single),
    }
}

fn known(case: &Case<'_>, app: &App, id: &str, secret: &str) -> Option<ServiceToken> {
    let mut tokens = case.state.service_tokens.iter();
    let known = tokens.find(|known| known.takes(id, secret, case.now));
    known.map(|known| known.token.clone()).filter(|token| token.team == app.settings.team)
}
