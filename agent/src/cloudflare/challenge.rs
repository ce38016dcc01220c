//! The ways in which Access says "not like this": where it sends a caller, and what it calls for.

use url::Url;
use usher_proto::TeamDomain;

use super::http::Head;

const LOGIN: &str = "/cdn-cgi/access/login";
const AUTHORIZED: &str = "/cdn-cgi/access/authorized";

/// What `resource_metadata` names when it is Access that asks, and not an origin with OAuth of its own.
const RESOURCE: &str = "/.well-known/cloudflare-access-protected-resource";

/// What Access wants in place of what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Challenge {
    /// A login.
    Login,
    /// A token of Managed OAuth.
    ManagedOauth,
}

/// Tells whether an answer to a call for `asked` is a challenge of the application's own team.
///
/// Anything else, such as a redirect to the login of another team, belongs to the origin.
pub(super) fn of(head: &Head, asked: &Url, team: &TeamDomain) -> Option<Challenge> {
    let named = || head.all("www-authenticate").any(|value| names_access(value, asked));
    match head.status() {
        302 => {
            let sent_to_login = location(head, asked).is_some_and(|to| is_login(&to, team));
            (sent_to_login || named()).then_some(Challenge::Login)
        }
        401 => named().then_some(Challenge::ManagedOauth),
        _ => None,
    }
}

/// Resolves where an answer points, if it does.
pub(super) fn location(head: &Head, asked: &Url) -> Option<Url> {
    asked.join(head.header("location")?).ok()
}

/// Tells whether it is the login page of exactly this team, on `https`: the one place that may see an
/// org token.
pub(super) fn is_login(url: &Url, team: &TeamDomain) -> bool {
    is_plain(url) && url.host_str() == Some(team.as_str()) && url.port().is_none() && is_at(url, LOGIN)
}

/// Tells whether it is, by its path, where an application's host takes over from the login.
pub(super) fn is_authorized(url: &Url) -> bool {
    is_at(url, AUTHORIZED)
}

/// Tells whether it is on `https` and names nobody.
pub(super) fn is_plain(url: &Url) -> bool {
    url.scheme() == "https" && url.username().is_empty() && url.password().is_none()
}

fn is_at(url: &Url, path: &str) -> bool {
    url.path().strip_prefix(path).is_some_and(|below| below.is_empty() || below.starts_with('/'))
}

/// Tells whether a `WWW-Authenticate` names a resource of Access at the asked origin.
fn names_access(value: &str, asked: &Url) -> bool {
    const NAME: &str = "resource_metadata=\"";
    let starts = value.match_indices(NAME).map(|(at, _)| &value[at + NAME.len()..]);
    starts.filter_map(|rest| rest.split_once('"')).any(|(named, _)| {
        Url::parse(named).is_ok_and(|named| {
            is_plain(&named) && named.origin() == asked.origin() && is_at(&named, RESOURCE)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(status: u16, headers: &[(&'static str, &str)]) -> Option<Challenge> {
        let asked = Url::parse("https://app.example.com/x?y=1").expect("a URL");
        let team = "acme.cloudflareaccess.com".parse().expect("a team");
        of(&Head::sample("app.example.com", status, headers), &asked, &team)
    }

    #[test]
    fn only_the_own_teams_login_page_is_a_challenge() {
        let to = |status, location: &str| challenge(status, &[("location", location)]);
        for login in [
            "https://acme.cloudflareaccess.com/cdn-cgi/access/login/app.example.com?kid=1",
            "https://acme.cloudflareaccess.com/cdn-cgi/access/login",
            "https://acme.cloudflareaccess.com:443/cdn-cgi/access/login?x",
            "//ACME.cloudflareaccess.com/cdn-cgi/access/login/",
        ] {
            assert_eq!(to(302, login), Some(Challenge::Login), "{login}");
        }
        for other in [
            "https://evil.cloudflareaccess.com/cdn-cgi/access/login/app.example.com",
            "http://acme.cloudflareaccess.com/cdn-cgi/access/login/app.example.com",
            "https://acme.cloudflareaccess.com:8443/cdn-cgi/access/login/app.example.com",
            "https://u@acme.cloudflareaccess.com/cdn-cgi/access/login/app.example.com",
            "https://acme.cloudflareaccess.com/cdn-cgi/access/login-not/app.example.com",
            "https://acme.cloudflareaccess.com/cdn-cgi/access/login/../certs",
            "https://acme.cloudflareaccess.com.evil.example/cdn-cgi/access/login/",
            "/cdn-cgi/access/login/app.example.com",
            "https://",
        ] {
            assert_eq!(to(302, other), None, "{other}");
        }
        assert_eq!(to(200, "https://acme.cloudflareaccess.com/cdn-cgi/access/login"), None);
        assert_eq!(to(307, "https://acme.cloudflareaccess.com/cdn-cgi/access/login"), None);
        assert_eq!(challenge(302, &[]), None);
    }

    #[test]
    fn a_challenge_by_header_names_the_same_origin() {
        let at = |status, value: &str| challenge(status, &[("www-authenticate", value)]);
        let access = |scheme: &str, resource: &str| format!("{scheme} resource_metadata=\"{resource}\"");
        let own = "https://app.example.com/.well-known/cloudflare-access-protected-resource/x";
        assert_eq!(at(302, &access("Cloudflare-Access", own)), Some(Challenge::Login));
        assert_eq!(at(401, &access("Bearer realm=\"OAuth\",", own)), Some(Challenge::ManagedOauth));
        assert_eq!(at(200, &access("Bearer", own)), None);
        assert_eq!(at(403, &access("Bearer", own)), None);
        for other in [
            "https://evil.example/.well-known/cloudflare-access-protected-resource/x",
            "https://app.example.com:8443/.well-known/cloudflare-access-protected-resource/x",
            "http://app.example.com/.well-known/cloudflare-access-protected-resource/x",
            "https://app.example.com/.well-known/oauth-protected-resource",
            "/.well-known/cloudflare-access-protected-resource/x",
            "",
        ] {
            assert_eq!(at(401, &access("Bearer", other)), None, "{other}");
        }
        assert_eq!(at(401, "Basic realm=\"origin\""), None);
        assert_eq!(at(401, "Bearer resource_metadata=\"unfinished"), None);
    }
}
