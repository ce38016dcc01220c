//! What a token must say of itself before anybody gets it, once its signature holds.

use serde::de::DeserializeOwned;
use usher_proto::credential::Source;
use usher_proto::{Kind, Secret, TeamDomain, Timestamp};

use super::edge::{Application, Edge, Issued};
use super::error::Unsupported;
use super::http::Head;
use super::jwt::Claims;
use super::{EdgeError, Facts, secret_text};

/// How far our clock and Cloudflare's may lie apart, in seconds.
pub(super) const TOLERANCE: i64 = 5 * 60;

/// What time it was when an answer came: by our clock, and by the sender's if it said so.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    host: String,
    pub(super) now: Timestamp,
    pub(super) date: Option<Timestamp>,
}

/// Why a token does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is not what was expected, to follow "what HOST answered does not hold: ".
    Wrong(&'static str),
    /// It has ended.
    Ended,
    /// Its time has not come.
    Early,
    /// The keys to verify it with could not be had.
    Keys(EdgeError),
}

/// Verifies an app token: of the application's team, for its audience, and alive.
pub(super) async fn app_token(
    edge: &Edge,
    secret: Secret,
    application: &Application,
    source: Source,
    moment: &Moment,
) -> Result<Issued, EdgeError> {
    let checked = match claims(edge, &secret, &application.team, moment).await {
        Ok(claims) => check_app(claims, application, moment.now),
        Err(fault) => Err(fault),
    };
    let facts = checked.map_err(|fault| fault.into_error(moment))?;
    Ok(Issued { kind: Kind::AppToken, secret, facts, source })
}

/// Verifies an org token: of the application's team, and alive.
pub(super) async fn org_token(
    edge: &Edge,
    secret: Secret,
    team: &TeamDomain,
    source: Source,
    moment: &Moment,
) -> Result<Issued, Fault> {
    let claims = claims(edge, &secret, team, moment).await?;
    let facts = check_org(claims, team, moment.now)?;
    Ok(Issued { kind: Kind::OrgToken, secret, facts, source })
}

async fn claims<C: DeserializeOwned>(
    edge: &Edge,
    secret: &Secret,
    team: &TeamDomain,
    moment: &Moment,
) -> Result<C, Fault> {
    let token = secret_text(secret).map_err(|_| Fault::Wrong("a token is no text"))?;
    edge.keys.verify(&edge.http, team, token, moment.now).await
}

pub(super) fn check_app(claims: Claims, application: &Application, now: Timestamp) -> Result<Facts, Fault> {
    check(&claims, "app", &application.team, now)?;
    if !claims.is_for(&application.audience) {
        return Err(Fault::Wrong("an app token is for another application"));
    }
    let facts = claims.facts().map_err(|_| Fault::Wrong("a token's issuer is no team"))?;
    Ok(Facts {
        label: application.app.to_string(),
        app: Some(application.app.clone()),
        audience: Some(application.audience.clone()),
        ..facts
    })
}

pub(super) fn check_org(claims: Claims, team: &TeamDomain, now: Timestamp) -> Result<Facts, Fault> {
    check(&claims, "org", team, now)?;
    let facts = claims.facts().map_err(|_| Fault::Wrong("a token's issuer is no team"))?;
    Ok(Facts { label: team.to_string(), ..facts })
}

/// Checks what both kinds have. A token's end is its end: it would be refused at the edge, whatever
/// our clock allows for.
fn check(claims: &Claims, kind: &str, team: &TeamDomain, now: Timestamp) -> Result<(), Fault> {
    if claims.kind.as_deref() != Some(kind) {
        return Err(Fault::Wrong("a token is of another type"));
    }
    if claims.iss.strip_prefix("https://") != Some(team.as_str()) {
        return Err(Fault::Wrong("a token is of another team"));
    }
    if claims.exp <= now.0 {
        return Err(Fault::Ended);
    }
    if claims.nbf.is_some_and(|start| start > now.0.saturating_add(TOLERANCE)) {
        return Err(Fault::Early);
    }
    Ok(())
}

impl Moment {
    pub(super) fn of(head: &Head, now: Timestamp) -> Self {
        Self { host: head.host().to_owned(), now, date: head.date() }
    }

    /// Blames our clock, if it differs from the sender's; else it is `otherwise`.
    pub(super) fn blame(&self, otherwise: EdgeError) -> EdgeError {
        let behind = self.date.map(|date| self.now.seconds_until(date));
        match behind.filter(|behind| behind.saturating_abs() > TOLERANCE) {
            Some(behind) => EdgeError::WrongClock { behind },
            None => otherwise,
        }
    }

    pub(super) fn untrusted(&self, what: &'static str) -> EdgeError {
        EdgeError::Untrusted { host: self.host.clone(), what }
    }
}

impl Fault {
    pub(super) fn into_error(self, moment: &Moment) -> EdgeError {
        match self {
            Fault::Wrong(what) => moment.untrusted(what),
            Fault::Ended => moment.blame(EdgeError::NotSupported(Unsupported::ImmediateTimeout)),
            Fault::Early => moment.blame(moment.untrusted("a token's time has not come")),
            Fault::Keys(error) => error,
        }
    }

    /// Says in a few words for the log what is wrong.
    pub(super) fn words(&self) -> &'static str {
        match self {
            Fault::Wrong(what) => what,
            Fault::Ended => "it has ended",
            Fault::Early => "its time has not come",
            Fault::Keys(_) => "the team's keys could not be had",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::cloudflare::testing::{AUD, NOW, application};

    fn claims(changes: Value) -> Claims {
        let mut claims = json!({
            "type": "app",
            "iss": "https://acme.cloudflareaccess.com",
            "aud": [AUD],
            "exp": NOW.0 + 1,
            "nbf": NOW.0 + TOLERANCE,
            "iat": NOW.0 - 5,
            "email": "ada@example.com",
        });
        for (name, value) in changes.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        serde_json::from_value(claims).expect("claims")
    }

    fn app(changes: Value) -> Result<Facts, Fault> {
        check_app(claims(changes), &application(), NOW)
    }

    #[test]
    fn an_app_token_is_of_the_team_for_the_application_and_alive() {
        let facts = app(json!({})).expect("it holds");
        assert_eq!(facts.label, "app.example.com");
        assert_eq!(facts.email.as_deref(), Some("ada@example.com"));
        assert_eq!(
            (facts.client_id, facts.issued, facts.expires),
            (None, Some(Timestamp(NOW.0 - 5)), Some(Timestamp(NOW.0 + 1)))
        );
        assert!(app(json!({"aud": AUD})).is_ok());
        assert!(app(json!({"aud": ["other", AUD]})).is_ok());
        assert!(app(json!({"nbf": null})).is_ok());

        let fault = |changes| app(changes).map(|_| ()).expect_err("it does not hold");
        assert_eq!(fault(json!({"exp": NOW.0})), Fault::Ended);
        assert_eq!(fault(json!({"exp": i64::MIN})), Fault::Ended);
        assert_eq!(fault(json!({"nbf": NOW.0 + TOLERANCE + 1})), Fault::Early);
        for wrong in [
            json!({"type": "org"}),
            json!({"type": null}),
            json!({"iss": "https://evil.cloudflareaccess.com"}),
            json!({"iss": "acme.cloudflareaccess.com"}),
            json!({"iss": "https://acme.cloudflareaccess.com/"}),
            json!({"aud": []}),
            json!({"aud": "other"}),
            json!({"aud": [AUD.to_uppercase()]}),
        ] {
            assert!(matches!(fault(wrong.clone()), Fault::Wrong(_)), "{wrong}");
        }
    }

    #[test]
    fn a_token_for_a_service_names_it_and_no_person() {
        let service = json!({"email": null, "common_name": "0123.access", "sub": ""});
        let facts = app(service).expect("it holds");
        assert_eq!((facts.email, facts.client_id.as_deref()), (None, Some("0123.access")));
    }

    #[test]
    fn an_org_token_needs_no_audience_of_ours() {
        let team = application().team;
        let org = json!({"type": "org", "aud": "account"});
        let facts = check_org(claims(org), &team, NOW).expect("it holds");
        assert_eq!((facts.label.as_str(), facts.audience), ("acme.cloudflareaccess.com", None));
        assert!(check_org(claims(json!({})), &team, NOW).is_err());
    }

    #[test]
    fn a_clock_is_blamed_only_when_it_is_wrong() {
        let moment = |date: Option<i64>| Moment {
            host: "app.example.com".to_owned(),
            now: NOW,
            date: date.map(|ahead| Timestamp(NOW.0 + ahead)),
        };
        let ended = |date| Fault::Ended.into_error(&moment(date));
        let immediate = EdgeError::NotSupported(Unsupported::ImmediateTimeout);
        assert_eq!(ended(None), immediate);
        assert_eq!(ended(Some(TOLERANCE)), immediate);
        assert_eq!(ended(Some(-TOLERANCE)), immediate);
        assert_eq!(ended(Some(-TOLERANCE - 1)), EdgeError::WrongClock { behind: -301 });
        assert_eq!(Fault::Early.into_error(&moment(Some(3600))), EdgeError::WrongClock { behind: 3600 });
        assert!(matches!(Fault::Early.into_error(&moment(None)), EdgeError::Untrusted { .. }));
        assert!(matches!(Fault::Wrong("x").into_error(&moment(Some(3600))), EdgeError::Untrusted { .. }));
    }
}
