//! Where the way from an org token to an app token may lead.

use url::Url;
use usher_proto::{Secret, TeamDomain};

use crate::cloudflare::EdgeError;
use crate::cloudflare::challenge::{self, Challenge};
use crate::cloudflare::cookie::TokenCookie;
use crate::cloudflare::error::Unsupported;
use crate::cloudflare::http::Head;

/// Between whom the way goes.
pub(in crate::cloudflare) struct Route<'a> {
    /// The application's URL.
    pub(in crate::cloudflare) asked: &'a Url,
    /// The team's host, as verified metadata told it.
    pub(in crate::cloudflare) team: &'a TeamDomain,
}

/// The kinds of place on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The application's host, before the login.
    Application,
    /// The team's login page.
    Login,
    /// The application's host, where it takes over from the login.
    Authorized,
}

/// What follows from an answer.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// Another call.
    Hop {
        /// Where it goes.
        to: Url,
        /// What is there.
        place: Place,
        /// The org token that the team set in place of the one it was shown.
        renewed: Option<Secret>,
    },
    /// The end: an app token, not verified yet.
    Token(Secret),
    /// The end: an app token that was taken away as it was given.
    Ended(Secret),
}

impl Route<'_> {
    /// Decides what follows from the answer to a call for `url`, which is `at` a place of the way.
    pub(in crate::cloudflare) fn next(
        &self,
        at: Place,
        url: &Url,
        head: &Head,
        token: TokenCookie,
    ) -> Result<Next, EdgeError> {
        match (at, token) {
            (Place::Authorized, TokenCookie::Set(token)) => Ok(Next::Token(token)),
            (Place::Authorized, TokenCookie::Deleted(Some(token))) => Ok(Next::Ended(token)),
            (Place::Login | Place::Authorized, TokenCookie::Deleted(_)) => Err(EdgeError::OrgTokenRefused),
            (Place::Login, TokenCookie::Set(renewed)) => self.hop(at, url, head, Some(renewed)),
            _ => self.hop(at, url, head, None),
        }
    }

    fn hop(&self, at: Place, url: &Url, head: &Head, renewed: Option<Secret>) -> Result<Next, EdgeError> {
        if !head.is_redirect() {
            return self.end(at, url, head);
        }
        let to = challenge::location(head, url);
        let place = to.as_ref().and_then(|to| self.place(to));
        match (at, to, place) {
            (Place::Application, Some(to), Some(place @ (Place::Application | Place::Login)))
            | (Place::Login, Some(to), Some(place @ (Place::Login | Place::Authorized)))
            | (Place::Authorized, Some(to), Some(place @ Place::Authorized)) => {
                Ok(Next::Hop { to, place, renewed })
            }
            // A session that nobody logged in to here would be somebody else's.
            (Place::Application, _, _) => Err(head.untrusted("it redirects to where no login is")),
            // The login page sends to the provider of identities; or the way back leads nowhere.
            (Place::Login | Place::Authorized, _, _) => Err(EdgeError::OrgTokenRefused),
        }
    }

    /// Reads an answer that leads no further.
    fn end(&self, at: Place, url: &Url, head: &Head) -> Result<Next, EdgeError> {
        let host = || self.asked.host_str().unwrap_or_default().to_owned();
        match head.status() {
            // A policy speaks before the way back; there it is something else that is missing.
            403 if head.is_denial() || at != Place::Authorized => Err(EdgeError::Denied { host: host() }),
            405 | 429 | 500.. => Err(head.unexpected()),
            _ if challenge::of(head, url, self.team) == Some(Challenge::ManagedOauth) => {
                Err(EdgeError::NotSupported(Unsupported::ManagedOauth))
            }
            _ if at == Place::Application => Err(EdgeError::NoAccess { host: host() }),
            200..300 | 401 => Err(EdgeError::OrgTokenRefused),
            _ => Err(head.unexpected()),
        }
    }

    /// Tells what kind of place a URL is; nothing if it is none of ours.
    fn place(&self, url: &Url) -> Option<Place> {
        if challenge::is_login(url, self.team) {
            return Some(Place::Login);
        }
        // Cloudflare may lead from another port of the host to the usual one.
        let same_port = url.port().is_none() || url.port() == self.asked.port();
        if !challenge::is_plain(url) || url.host_str() != self.asked.host_str() || !same_port {
            return None;
        }
        Some(if challenge::is_authorized(url) { Place::Authorized } else { Place::Application })
    }
}

#[cfg(test)]
mod tests {
    use super::Place::{Application, Authorized, Login};
    use super::*;
    use crate::cloudflare::cookie;
    use crate::cloudflare::error::Trouble;
    use crate::cloudflare::testing::{NOW, secret};

    const APP: &str = "https://app.example.com:8443/x";
    const LOGIN: &str = "https://acme.cloudflareaccess.com/cdn-cgi/access/login/app.example.com?kid=1";
    const BACK: &str = "https://app.example.com:8443/cdn-cgi/access/authorized?code=1";

    fn next(at: Place, status: u16, headers: &[(&'static str, &str)]) -> Result<Next, EdgeError> {
        let asked = Url::parse(APP).expect("a URL");
        let team = "acme.cloudflareaccess.com".parse().expect("a team");
        let url = Url::parse(match at {
            Application => APP,
            Login => LOGIN,
            Authorized => BACK,
        });
        let head = Head::sample("host", status, headers);
        let token = cookie::token(&head, NOW);
        Route { asked: &asked, team: &team }.next(at, &url.expect("a URL"), &head, token)
    }

    /// Tells to which place a redirect leads from another, or what is wrong with it.
    fn led(at: Place, location: &str) -> Result<Place, EdgeError> {
        match next(at, 302, &[("location", location)])? {
            Next::Hop { place, .. } => Ok(place),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_way_leads_from_the_application_to_the_login_and_back() {
        let untrusted =
            || EdgeError::Untrusted { host: "host".to_owned(), what: "it redirects to where no login is" };
        let refused = || EdgeError::OrgTokenRefused;
        for (to, from_application, from_login, from_authorized) in [
            (LOGIN, Ok(Login), Ok(Login), Err(refused())),
            (BACK, Err(untrusted()), Ok(Authorized), Ok(Authorized)),
            ("/cdn-cgi/access/authorized", Err(untrusted()), Err(refused()), Ok(Authorized)),
            (
                "https://app.example.com/cdn-cgi/access/authorized/x",
                Err(untrusted()),
                Ok(Authorized),
                Ok(Authorized),
            ),
            (APP, Ok(Application), Err(refused()), Err(refused())),
            ("https://app.example.com/home", Ok(Application), Err(refused()), Err(refused())),
        ] {
            assert_eq!(led(Application, to), from_application, "{to}");
            assert_eq!(led(Login, to), from_login, "{to}");
            assert_eq!(led(Authorized, to), from_authorized, "{to}");
        }
        for foreign in [
            "https://idp.example/authorize",
            "https://evil.example/cdn-cgi/access/login/app.example.com",
            "https://evil.example/cdn-cgi/access/authorized",
            "https://evil.cloudflareaccess.com/cdn-cgi/access/login/app.example.com",
            "https://acme.cloudflareaccess.com:8443/cdn-cgi/access/login/app.example.com",
            "https://acme.cloudflareaccess.com/cdn-cgi/access/certs",
            "https://acme.cloudflareaccess.com/cdn-cgi/access/login/../authorized",
            "https://acme.cloudflareaccess.com/cdn-cgi/access/loginx",
            "http://acme.cloudflareaccess.com/cdn-cgi/access/login/app.example.com",
            "http://app.example.com/cdn-cgi/access/authorized",
            "https://app.example.com:9443/cdn-cgi/access/authorized",
            "https://u:p@app.example.com/cdn-cgi/access/authorized",
            "https://sub.app.example.com/cdn-cgi/access/authorized",
            "ftp://app.example.com/",
            "https://",
        ] {
            assert_eq!(led(Application, foreign), Err(untrusted()), "{foreign}");
            assert_eq!(led(Login, foreign), Err(refused()), "{foreign}");
            assert_eq!(led(Authorized, foreign), Err(refused()), "{foreign}");
        }
        assert_eq!(next(Application, 302, &[]), Err(untrusted()));
        assert_eq!(next(Login, 302, &[]), Err(refused()));
    }

    #[test]
    fn every_answer_that_leads_no_further_has_its_error() {
        let host = || "app.example.com".to_owned();
        let denied = || Err(EdgeError::Denied { host: host() });
        let none = || Err(EdgeError::NoAccess { host: host() });
        let refused = || Err(EdgeError::OrgTokenRefused);
        let status =
            |status| Err(EdgeError::Network { host: "host".to_owned(), trouble: Trouble::Status(status) });
        for (code, application, login, authorized) in [
            (200, none(), refused(), refused()),
            (204, none(), refused(), refused()),
            (304, none(), status(304), status(304)),
            (400, none(), status(400), status(400)),
            (401, none(), refused(), refused()),
            (403, denied(), denied(), status(403)),
            (404, none(), status(404), status(404)),
            (405, status(405), status(405), status(405)),
            (429, status(429), status(429), status(429)),
            (501, status(501), status(501), status(501)),
            (530, status(530), status(530), status(530)),
        ] {
            assert_eq!(next(Application, code, &[]), application, "{code}");
            assert_eq!(next(Login, code, &[]), login, "{code}");
            assert_eq!(next(Authorized, code, &[]), authorized, "{code}");
        }
        let by_access = ("cf-access-error", "x");
        assert_eq!(next(Authorized, 403, &[by_access]), denied());
        let oauth = "Bearer realm=\"OAuth\", \
             resource_metadata=\"https://app.example.com:8443/.well-known/cloudflare-access-protected-resource/x\"";
        assert_eq!(
            next(Application, 401, &[("www-authenticate", oauth)]),
            Err(EdgeError::NotSupported(Unsupported::ManagedOauth))
        );
    }

    #[test]
    fn cookies_count_where_they_belong() {
        let live = ("set-cookie", "CF_Authorization=token; Expires=Wed, 15 Nov 2023 22:13:20 GMT");
        let dead = ("set-cookie", "CF_Authorization=; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
        let ended = ("set-cookie", "CF_Authorization=token; Expires=Tue, 14 Nov 2023 22:13:20 GMT");
        let endless = ("set-cookie", "CF_Authorization=token");
        assert_eq!(next(Authorized, 302, &[live, ("location", APP)]), Ok(Next::Token(secret("token"))));
        assert_eq!(next(Authorized, 200, &[live]), Ok(Next::Token(secret("token"))));
        assert_eq!(next(Authorized, 302, &[ended, ("location", APP)]), Ok(Next::Ended(secret("token"))));
        assert_eq!(next(Login, 302, &[ended, ("location", BACK)]), Err(EdgeError::OrgTokenRefused));
        assert_eq!(next(Authorized, 302, &[endless, ("location", APP)]), Err(EdgeError::OrgTokenRefused));
        assert_eq!(next(Authorized, 302, &[dead, ("location", BACK)]), Err(EdgeError::OrgTokenRefused));
        assert_eq!(next(Login, 302, &[dead, ("location", BACK)]), Err(EdgeError::OrgTokenRefused));
        let Ok(Next::Hop { place, renewed, .. }) = next(Login, 302, &[live, ("location", BACK)]) else {
            panic!("the way back");
        };
        assert_eq!((place, renewed), (Authorized, Some(secret("token"))));
        // An origin can set what it likes: it is not looked at.
        let Ok(Next::Hop { place, renewed, .. }) = next(Application, 302, &[live, ("location", LOGIN)])
        else {
            panic!("the login");
        };
        assert_eq!((place, renewed), (Login, None));
        assert!(next(Application, 200, &[live]).is_err());
    }
}
