//! An app token for a service token: the pair goes out once, and the token comes back in a cookie.

use std::time::Duration;

use url::Url;
use usher_proto::credential::Source;
use usher_proto::{AppUrl, Secret, TeamDomain};

use crate::cloudflare::cookie::{self, TokenCookie};
use crate::cloudflare::edge::{Application, Edge, Issued};
use crate::cloudflare::http::{Call, Head, Method};
use crate::cloudflare::verify::{self, Moment};
use crate::cloudflare::{EdgeError, challenge, parsed};

/// A pair that is taken leads through to the origin, which may be slow; the wait is the caller's.
const LIMIT: Duration = Duration::from_secs(7);

/// Exchanges the pair. It never falls back to anything: what the edge has against it is the answer.
///
/// # Errors
/// The edge does not take the pair, gives no token for it, or gives one that does not hold.
pub(in crate::cloudflare) async fn exchange(
    edge: &Edge,
    url: &AppUrl,
    app: &Application,
    service: &Secret,
) -> Result<Issued, EdgeError> {
    let unusable = || EdgeError::ServiceTokenRefused { host: url.host().to_owned(), wants_login: false };
    let pair = super::kept(service).map_err(|_| unusable())?;
    let asked = parsed(url);
    let mut call = Call::new(Method::Head, asked.clone(), LIMIT);
    for (name, value) in super::headers(service).map_err(|_| unusable())? {
        call = call.with_secret(name.as_str(), "", &value).map_err(|_| unusable())?;
    }
    let head = edge.http.make(call).await?.head;
    let moment = Moment::of(&head, edge.clock.now());
    let token = token(&head, &asked, &app.team, cookie::token(&head, moment.now))?;
    let issued = verify::app_token(edge, token, app, Source::Exchange, &moment).await?;
    if issued.facts.client_id.as_deref() != Some(pair.id.as_str()) {
        return Err(head.untrusted("an app token is for another service token"));
    }
    Ok(issued)
}

/// Takes the token off an answer, or tells why there is none.
fn token(head: &Head, asked: &Url, team: &TeamDomain, cookie: TokenCookie) -> Result<Secret, EdgeError> {
    let host = head.host().to_owned();
    if let TokenCookie::Set(token) = cookie {
        return Ok(token);
    }
    if challenge::of(head, asked, team).is_some() {
        return Err(EdgeError::ServiceTokenRefused { host, wants_login: true });
    }
    Err(match head.status() {
        403 if head.is_denial() => EdgeError::Denied { host },
        401 | 403 => EdgeError::ServiceTokenRefused { host, wants_login: false },
        _ => EdgeError::ServiceTokenNotExchanged { host },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::testing::{NOW, secret};

    #[test]
    fn every_answer_has_its_meaning() {
        let taken = |status, headers: &[(&'static str, &str)]| {
            let asked = Url::parse("https://app.example.com/").expect("a URL");
            let team = "acme.cloudflareaccess.com".parse().expect("a team");
            let head = Head::sample("app.example.com", status, headers);
            token(&head, &asked, &team, cookie::token(&head, NOW))
        };
        let host = || "app.example.com".to_owned();
        let refused = |wants_login| Err(EdgeError::ServiceTokenRefused { host: host(), wants_login });
        let kept = || Err(EdgeError::ServiceTokenNotExchanged { host: host() });
        let cookie = ("set-cookie", "CF_Authorization=a.b.c; Expires=Wed, 15 Nov 2023 22:13:20 GMT");
        let login = ("location", "https://acme.cloudflareaccess.com/cdn-cgi/access/login/app.example.com");
        for status in [200, 204, 302, 404, 405, 500] {
            assert_eq!(taken(status, &[cookie]), Ok(secret("a.b.c")), "{status}");
            assert_eq!(taken(status, &[]), kept(), "{status}");
        }
        assert_eq!(taken(302, &[login]), refused(true));
        assert_eq!(taken(302, &[("location", "/home")]), kept());
        assert_eq!(taken(401, &[]), refused(false));
        assert_eq!(taken(403, &[]), refused(false));
        assert_eq!(taken(403, &[("cf-access-error", "x")]), Err(EdgeError::Denied { host: host() }));
    }
}
