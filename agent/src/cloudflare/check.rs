//! Whether the edge takes an app token. Its end can be read off it; that it was revoked, only the
//! edge knows.

use std::time::Duration;

use url::Url;
use usher_proto::{AppUrl, Secret, TeamDomain};

use super::edge::{Application, Edge};
use super::http::{Call, Head, Method};
use super::{EdgeError, challenge};

/// As with cloudflared.
const LIMIT: Duration = Duration::from_secs(5);

/// Asks the edge by a call to the application, whose body is not read: a token that is taken leads
/// through to the origin.
///
/// # Errors
/// No answer in time, which says nothing about the token; or a policy keeps its owner out.
pub(super) async fn takes(
    edge: &Edge,
    url: &AppUrl,
    app: &Application,
    token: &Secret,
) -> Result<bool, EdgeError> {
    let asked = marked(super::parsed(url));
    let call = Call::new(Method::Get, asked.clone(), LIMIT);
    let Ok(call) = call.with_secret("cf-access-token", "", token) else { return Ok(false) };
    let head = edge.http.make(call).await?.head;
    is_taken(&head, &asked, &app.team)
}

/// Marks a call as cloudflared does, so that it can be told from others in the origin's log.
fn marked(mut url: Url) -> Url {
    url.query_pairs_mut().append_pair("cloudflared_token_check", "true");
    url
}

/// Whatever is not surely of Access is the origin's own answer, and the token was taken.
fn is_taken(head: &Head, asked: &Url, team: &TeamDomain) -> Result<bool, EdgeError> {
    if head.is_denial() {
        return Err(EdgeError::Denied { host: head.host().to_owned() });
    }
    Ok(challenge::of(head, asked, team).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_leaves_the_rest_as_it_is() {
        let marked = |url: &str| marked(Url::parse(url).expect("a URL")).to_string();
        assert_eq!(marked("https://a.example/"), "https://a.example/?cloudflared_token_check=true");
        assert_eq!(
            marked("https://a.example/x?b=%20&a"),
            "https://a.example/x?b=%20&a&cloudflared_token_check=true"
        );
    }

    #[test]
    fn only_access_itself_says_no() {
        let taken = |status, headers: &[(&'static str, &str)]| {
            let asked = Url::parse("https://app.example.com/").expect("a URL");
            let team = "acme.cloudflareaccess.com".parse().expect("a team");
            is_taken(&Head::sample("app.example.com", status, headers), &asked, &team)
        };
        let login = ("location", "https://acme.cloudflareaccess.com/cdn-cgi/access/login/app.example.com");
        let other = ("location", "https://evil.cloudflareaccess.com/cdn-cgi/access/login/app.example.com");
        let oauth = (
            "www-authenticate",
            "Bearer resource_metadata=\"https://app.example.com/.well-known/cloudflare-access-protected-resource/\"",
        );
        assert_eq!(taken(302, &[login]), Ok(false));
        assert_eq!(taken(302, &[oauth]), Ok(false));
        assert_eq!(taken(401, &[oauth]), Ok(false));
        for status in [200, 204, 301, 302, 401, 403, 404, 500, 502] {
            assert_eq!(taken(status, &[other]), Ok(true), "{status}");
        }
        let denied = Err(EdgeError::Denied { host: "app.example.com".to_owned() });
        assert_eq!(taken(403, &[("cf-access-error", "x")]), denied);
        assert_eq!(taken(200, &[("cf-access-error", "x")]), Ok(true));
    }
}
