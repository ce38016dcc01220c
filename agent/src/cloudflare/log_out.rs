//! The end of a session: what a browser does at the logout page, with the cookie alone. It ends the
//! session for all of the team's applications (Cloudflare's page on session management).

use std::time::Duration;

use url::Url;
use usher_proto::{AppUrl, Secret, TeamDomain};

use super::edge::Edge;
use super::http::{Call, Head, Method};
use super::{EdgeError, cookie};

/// A page that is quick to make; as for the other pages of a team.
const LIMIT: Duration = Duration::from_secs(7);

const LOGOUT: &str = "/cdn-cgi/access/logout";

/// Logs out at the team's host with the org token.
///
/// # Errors
/// No answer, or one that says that it was not done.
pub(super) async fn at_team(edge: &Edge, team: &TeamDomain, org: &Secret) -> Result<(), EdgeError> {
    log_out(edge, super::page_of(team, LOGOUT), org).await
}

/// Logs out at an application's host with the app token.
///
/// # Errors
/// As [`at_team`].
pub(super) async fn at_app(edge: &Edge, url: &AppUrl, token: &Secret) -> Result<(), EdgeError> {
    let mut page = super::parsed(url);
    page.set_path(LOGOUT);
    page.set_query(None);
    log_out(edge, page, token).await
}

async fn log_out(edge: &Edge, page: Url, token: &Secret) -> Result<(), EdgeError> {
    let call = Call::new(Method::Get, page, LIMIT);
    // What no cookie carries is no session, and none is left.
    let Ok(call) = cookie::with_token(call, token) else { return Ok(()) };
    done(&edge.http.make(call).await?.head)
}

/// A page, or the way to another one, is what a browser gets.
fn done(head: &Head) -> Result<(), EdgeError> {
    match head.status() {
        200..400 => Ok(()),
        _ => Err(head.unexpected()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::error::Trouble;

    #[test]
    fn a_page_or_a_redirect_is_the_end() {
        let done = |status| done(&Head::sample("acme.cloudflareaccess.com", status, &[]));
        for status in [200, 204, 302] {
            assert_eq!(done(status), Ok(()));
        }
        for status in [400, 404, 429, 500] {
            let host = "acme.cloudflareaccess.com".to_owned();
            assert_eq!(done(status), Err(EdgeError::Network { host, trouble: Trouble::Status(status) }));
        }
    }
}
