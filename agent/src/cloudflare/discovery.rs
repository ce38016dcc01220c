//! Which application is at a URL: told by metadata that the edge signs, and by nothing else.
//!
//! Redirects and headers that used to tell it can be made up by any host, which then gets a token.

use std::time::Duration;

use jsonwebtoken::dangerous;
use serde::Deserialize;
use usher_proto::{AppPattern, AppUrl, TeamDomain};

use super::EdgeError;
use super::edge::{Application, Edge};
use super::http::{Call, Head, Method};
use super::jwt::MAX_JWT;
use super::verify::{Moment, TOLERANCE};

/// As with cloudflared.
const LIMIT: Duration = Duration::from_secs(7);

/// The oldest metadata that counts, in seconds: the edge may keep it for a while.
const MAX_AGE: i64 = 24 * 60 * 60;

/// What the metadata says.
#[derive(Deserialize)]
pub(super) struct Claims {
    #[serde(rename = "type")]
    kind: Option<String>,
    hostname: Option<String>,
    auth_domain: String,
    /// Plain text here; in tokens it is a list.
    aud: Option<String>,
    app_hostname: Option<String>,
    iat: Option<i64>,
}

/// Finds the application at a URL. Neither cookie nor token is sent.
///
/// # Errors
/// There is none, or what the host says of it does not hold.
pub(super) async fn discover(edge: &Edge, url: &AppUrl) -> Result<Application, EdgeError> {
    let call = Call::new(Method::Head, super::parsed(url), LIMIT).with("cf-access-metadata-request", "true");
    let head = edge.http.make(call).await?.head;
    let moment = Moment::of(&head, edge.clock.now());
    let metadata = metadata(&head, url)?;
    let team = team(metadata).map_err(|what| head.untrusted(what))?;
    let verified = edge.keys.verify(&edge.http, &team, metadata, moment.now).await;
    let claims = verified.map_err(|fault| fault.into_error(&moment))?;
    let application = check(claims, url, team, &moment)?;
    log::debug!("{} is the application {} of {}", url.host(), application.app, application.team);
    Ok(application)
}

/// Takes the metadata off an answer. Its status does not matter: the edge answers before the policy
/// and before the origin.
pub(super) fn metadata<'a>(head: &'a Head, url: &AppUrl) -> Result<&'a str, EdgeError> {
    match head.header("cf-access-metadata") {
        Some(text) if text.len() > MAX_JWT => {
            Err(head.untrusted("its metadata is longer than any of Access"))
        }
        Some(text) if !text.is_empty() => Ok(text),
        _ if head.status() >= 500 => Err(head.unexpected()),
        _ => Err(EdgeError::NoAccess { host: url.host().to_owned() }),
    }
}

/// Reads, unverified, whose keys shall verify the metadata. That is safe because Cloudflare alone
/// gives out names of this form; so nothing is cut off or put right here but capital letters.
pub(super) fn team(metadata: &str) -> Result<TeamDomain, &'static str> {
    let claims = dangerous::insecure_decode::<Claims>(metadata).map_err(|_| "its metadata is no JWT")?.claims;
    claims.auth_domain.to_ascii_lowercase().parse().map_err(|_| "its metadata names no team domain")
}

pub(super) fn check(
    claims: Claims,
    url: &AppUrl,
    team: TeamDomain,
    moment: &Moment,
) -> Result<Application, EdgeError> {
    let Claims { kind, hostname, aud, app_hostname, iat, .. } = claims;
    let hostname = hostname.filter(|name| name.eq_ignore_ascii_case(url.host()));
    let hostname = hostname.ok_or_else(|| moment.untrusted("its metadata is for another host"))?;
    if kind.as_deref() != Some("match") {
        return Err(moment.untrusted("its metadata is of another type"));
    }
    let audience = aud.and_then(|aud| aud.parse().ok());
    let audience = audience.ok_or_else(|| moment.untrusted("its metadata names no audience"))?;
    check_age(iat.unwrap_or_default(), moment)?;
    let covering = app_hostname.and_then(|app| app.parse().ok()).filter(|app: &AppPattern| app.covers(url));
    let alone = || hostname.parse().map_err(|_| moment.untrusted("its metadata names no host"));
    let app = covering.map_or_else(alone, Ok)?;
    Ok(Application { app, audience, team })
}

/// Checks when the metadata was made. Where the sender does not say what time it is, metadata from
/// the future says it: Cloudflare signed it, and not ahead of its time.
fn check_age(made: i64, moment: &Moment) -> Result<(), EdgeError> {
    if made <= 0 {
        return Err(moment.untrusted("its metadata does not say when it was made"));
    }
    let age = moment.now.0.saturating_sub(made);
    if age > MAX_AGE {
        return Err(moment.blame(moment.untrusted("its metadata is more than a day old")));
    }
    if age < -TOLERANCE {
        return Err(match moment.date {
            None => EdgeError::WrongClock { behind: age.saturating_neg() },
            Some(_) => moment.blame(moment.untrusted("its metadata is from the future")),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::cloudflare::testing::{AUD, DATE, NOW, Signer};

    fn discovered(
        changes: Value,
        url: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Application, EdgeError> {
        let mut claims = json!({
            "type": "match",
            "hostname": "app.example.com",
            "auth_domain": "acme.cloudflareaccess.com",
            "aud": AUD,
            "app_hostname": "*.example.com",
            "iat": NOW.0,
        });
        for (name, value) in changes.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        let claims = serde_json::from_value(claims).expect("claims");
        let url = url.parse().expect("a URL");
        let team = "acme.cloudflareaccess.com".parse().expect("a team");
        check(claims, &url, team, &Moment::of(&Head::sample("app.example.com", 200, headers), NOW))
    }

    fn app(changes: Value, url: &str) -> String {
        discovered(changes, url, &[]).expect("an application").app.to_string()
    }

    #[test]
    fn takes_the_application_that_covers_the_url() {
        let url = "https://APP.example.com:8443/admin/x?y";
        assert_eq!(app(json!({}), url), "*.example.com");
        assert_eq!(app(json!({"hostname": "App.Example.Com"}), url), "*.example.com");
        assert_eq!(app(json!({"app_hostname": "app.example.com/admin"}), url), "app.example.com/admin");
        for other in
            [json!(null), json!(""), json!("other.example.com"), json!("app.example.com/x"), json!("*")]
        {
            assert_eq!(app(json!({"app_hostname": other}), url), "app.example.com", "{other}");
        }
    }

    #[test]
    fn refuses_metadata_of_another_host_type_or_form() {
        for wrong in [
            json!({"hostname": "evil.example.com"}),
            json!({"hostname": "app.example.com:443"}),
            json!({"hostname": null}),
            json!({"type": "no_match"}),
            json!({"type": "app"}),
            json!({"type": null}),
            json!({"aud": ""}),
            json!({"aud": null}),
            json!({"aud": "0123"}),
            json!({"iat": 0}),
            json!({"iat": -1}),
            json!({"iat": null}),
        ] {
            let found = discovered(wrong.clone(), "app.example.com", &[("date", DATE)]);
            assert!(matches!(found, Err(EdgeError::Untrusted { .. })), "{wrong}: {found:?}");
        }
        assert!(serde_json::from_value::<Claims>(json!({"auth_domain": "a", "aud": [AUD]})).is_err());
    }

    #[test]
    fn metadata_is_a_day_old_at_most_and_hardly_from_the_future() {
        let made = |ahead: i64, date: Option<&str>| {
            let headers: Vec<_> = date.map(|date| ("date", date)).into_iter().collect();
            discovered(json!({"iat": NOW.0 + ahead}), "app.example.com", &headers).map(|_| ())
        };
        let untrusted = |found| matches!(found, Err(EdgeError::Untrusted { .. }));
        for date in [None, Some(DATE)] {
            assert_eq!(made(-MAX_AGE, date), Ok(()));
            assert_eq!(made(TOLERANCE, date), Ok(()));
            assert!(untrusted(made(-MAX_AGE - 1, date)));
        }
        assert!(untrusted(made(TOLERANCE + 1, Some(DATE))));
        assert_eq!(made(TOLERANCE + 1, None), Err(EdgeError::WrongClock { behind: 301 }));
        let tomorrow = Some("Wed, 15 Nov 2023 22:13:20 GMT");
        assert_eq!(made(86_400, tomorrow), Err(EdgeError::WrongClock { behind: 86_400 }));
        let days_ago = Some("Sun, 12 Nov 2023 22:13:20 GMT");
        assert_eq!(made(-2 * 86_400, days_ago), Err(EdgeError::WrongClock { behind: -2 * 86_400 }));
        assert!(made(i64::MAX - NOW.0, None).is_err());
    }

    #[test]
    fn the_team_domain_is_taken_as_it_stands_or_not_at_all() {
        let named = |domain: &str| {
            let metadata = Signer::ours().sign(&json!({ "auth_domain": domain }));
            team(&metadata).map(|team| team.to_string()).ok()
        };
        for (domain, canonical) in [
            ("acme.cloudflareaccess.com", "acme.cloudflareaccess.com"),
            ("Acme.CloudflareAccess.com", "acme.cloudflareaccess.com"),
            ("acme.fed.cloudflareaccess.com", "acme.fed.cloudflareaccess.com"),
        ] {
            assert_eq!(named(domain).as_deref(), Some(canonical));
        }
        for hostile in [
            "",
            "%",
            "evil.com",
            "cloudflareaccess.com",
            ".cloudflareaccess.com",
            "evilcloudflareaccess.com",
            "keys.evil.example#.cloudflareaccess.com",
            "keys.evil.example/x.cloudflareaccess.com",
            "keys.evil.example?x=.cloudflareaccess.com",
            "team.cloudflareaccess.com@evil.example",
            "team.cloudflareaccess.com.evil.example",
            // cloudflared puts these right; Cloudflare has no reason to sign them.
            "team.cloudflareaccess.com#x",
            "team.cloudflareaccess.com/path",
            "team.cloudflareaccess.com:443",
            "evil@team.cloudflareaccess.com",
            "https://team.cloudflareaccess.com",
            "team.cloudflareaccess.com.",
            " team.cloudflareaccess.com",
            "a.b.c.cloudflareaccess.com",
            "t\u{e9}am.cloudflareaccess.com",
            "t\u{212a}.cloudflareaccess.com",
        ] {
            assert_eq!(named(hostile), None, "{hostile}");
        }
        assert!(team("no.jwt").is_err());
    }

    #[test]
    fn without_metadata_there_is_no_application() {
        let url = "https://app.example.com:8443/".parse().expect("a URL");
        let answer = |status, headers: &[(&'static str, &str)]| {
            let head = Head::sample("app.example.com", status, headers);
            metadata(&head, &url).map(str::to_owned)
        };
        let none = Err(EdgeError::NoAccess { host: "app.example.com".to_owned() });
        assert_eq!(answer(200, &[]), none);
        assert_eq!(answer(404, &[("cf-access-metadata", "")]), none);
        assert_eq!(
            answer(302, &[("location", "https://acme.cloudflareaccess.com/cdn-cgi/access/login")]),
            none
        );
        let down = answer(502, &[]).expect_err("no answer");
        assert!(matches!(
            down,
            EdgeError::Network { trouble: crate::cloudflare::error::Trouble::Status(502), .. }
        ));
        for status in [200, 401, 404, 502] {
            assert_eq!(answer(status, &[("cf-access-metadata", "x")]), Ok("x".to_owned()));
        }
        let long = "x".repeat(MAX_JWT + 1);
        assert!(matches!(answer(200, &[("cf-access-metadata", &long)]), Err(EdgeError::Untrusted { .. })));
    }
}
