//! Cookies that an answer sets. They are read one by one: nothing keeps them for a later call.

use usher_proto::{Secret, Timestamp};

use super::date;
use super::http::{Call, Head, Unsendable};
use super::jwt::MAX_JWT;

/// Holds an Access token: an app's at the application, the team's at the team domain.
pub(super) const AUTHORIZATION: &str = "CF_Authorization";

/// Ties the way back from the login to the browser that set out (Cloudflare's page on cookies).
pub(super) const APP_SESSION: &str = "CF_AppSession";

/// Longest session cookie that is sent back, in bytes.
const MAX_SESSION: usize = 4 * 1024;

/// What an answer does to the cookie that holds a token.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum TokenCookie {
    /// Sets it.
    Set(Secret),
    /// Deletes it, as its `Expires` is past; a value may be left, such as a token that lives no time.
    Deleted(Option<Secret>),
    /// Neither; one without `Expires` does not count, as with cloudflared.
    None,
}

/// Reads what an answer does to the cookie that holds a token. Whether it is past is a matter of the
/// sender's time, where it tells it: that is the clock by which the cookie was made.
pub(super) fn token(head: &Head, now: Timestamp) -> TokenCookie {
    let now = head.date().unwrap_or(now);
    let mut deleted = TokenCookie::None;
    for cookie in head.all("set-cookie").filter_map(|text| Cookie::named(AUTHORIZATION, text)) {
        let value = cookie.value.as_bytes();
        let value = (value.len() <= MAX_JWT).then(|| Secret::new(value.to_vec()).ok()).flatten();
        match (cookie.expires, value) {
            (Some(end), value) if end <= now => deleted = TokenCookie::Deleted(value),
            (Some(_), Some(value)) => return TokenCookie::Set(value),
            _ => {}
        }
    }
    deleted
}

/// Finds the cookie that the way back needs.
pub(super) fn app_session(head: &Head) -> Option<Secret> {
    head.all("set-cookie")
        .filter_map(|text| Cookie::named(APP_SESSION, text))
        .filter(|cookie| cookie.value.len() <= MAX_SESSION)
        .find_map(|cookie| Secret::new(cookie.value.as_bytes().to_vec()).ok())
}

/// Tells whether a secret can be sent as a cookie's value, and as nothing beside it.
pub(super) fn is_value(secret: &Secret) -> bool {
    super::secret_text(secret).is_ok_and(|text| text.bytes().all(is_plain))
}

/// Sends a token as a browser would.
///
/// # Errors
/// It cannot be sent as a cookie's value, and as nothing beside it.
pub(super) fn with_token(call: Call, token: &Secret) -> Result<Call, Unsendable> {
    if !is_value(token) {
        return Err(Unsendable);
    }
    call.with_secret("cookie", &format!("{AUTHORIZATION}="), token)
}

fn is_plain(b: u8) -> bool {
    b.is_ascii_graphic() && !b"\",;\\".contains(&b)
}

struct Cookie<'a> {
    value: &'a str,
    expires: Option<Timestamp>,
}

impl<'a> Cookie<'a> {
    /// Reads one `Set-Cookie` header, if it sets the cookie of that name to a value that may be sent
    /// back (RFC 6265, section 4.1.1).
    fn named(name: &str, text: &'a str) -> Option<Self> {
        let mut parts = text.split(';');
        let (theirs, value) = parts.next()?.split_once('=')?;
        if theirs.trim() != name {
            return None;
        }
        let value = value.trim();
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        if !value.bytes().all(is_plain) {
            return None;
        }
        let attributes = parts.filter_map(|part| part.split_once('='));
        let mut expires = attributes.filter(|(name, _)| name.trim().eq_ignore_ascii_case("expires"));
        let expires = expires.next_back().and_then(|(_, when)| date::parse(when));
        Some(Self { value, expires })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::testing::{NOW, secret};

    fn cookies(cookies: &[&str]) -> TokenCookie {
        let headers: Vec<_> = cookies.iter().map(|cookie| ("set-cookie", *cookie)).collect();
        token(&Head::sample("app.example.com", 302, &headers), NOW)
    }

    fn set(value: &str) -> TokenCookie {
        TokenCookie::Set(secret(value))
    }

    #[test]
    fn the_first_cookie_that_lives_is_the_token() {
        let live = "CF_Authorization=a.b.c; Path=/; Secure; Expires=Wed, 15 Nov 2023 22:13:20 GMT; HttpOnly";
        let dead = "CF_Authorization=; Path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT";
        let now = "CF_Authorization=x; Expires=Tue, 14 Nov 2023 22:13:20 GMT";
        let later = "CF_Authorization=\"second\"; EXPIRES=Thu, 16-Nov-2023 22:13:20 GMT";
        assert_eq!(cookies(&[live]), set("a.b.c"));
        assert_eq!(
            cookies(&["CF_Session=x; Expires=Wed, 15 Nov 2023 22:13:20 GMT", live, later]),
            set("a.b.c")
        );
        assert_eq!(cookies(&[dead, later]), set("second"));
        assert_eq!(cookies(&[dead]), TokenCookie::Deleted(None));
        assert_eq!(cookies(&[now]), TokenCookie::Deleted(Some(secret("x"))));
        for none in [
            "CF_Authorization=a.b.c",
            "CF_Authorization=a.b.c; Max-Age=86400",
            "CF_Authorization=a.b.c; Expires=soon",
            "CF_Authorization=; Expires=Wed, 15 Nov 2023 22:13:20 GMT",
            "CF_Authorization=a b; Expires=Wed, 15 Nov 2023 22:13:20 GMT",
            "cf_authorization=a.b.c; Expires=Wed, 15 Nov 2023 22:13:20 GMT",
            "CF_Authorization",
            "",
        ] {
            assert_eq!(cookies(&[none]), TokenCookie::None, "{none}");
        }
    }

    #[test]
    fn past_is_what_the_sender_thinks_is_past() {
        let cookie = ("set-cookie", "CF_Authorization=a; Expires=Wed, 15 Nov 2023 22:13:20 GMT");
        let date = ("date", "Thu, 16 Nov 2023 22:13:20 GMT");
        assert_eq!(
            token(&Head::sample("h", 302, &[cookie, date]), NOW),
            TokenCookie::Deleted(Some(secret("a")))
        );
    }

    #[test]
    fn a_session_needs_no_end() {
        let head = |cookie| Head::sample("app.example.com", 302, &[("set-cookie", cookie)]);
        let found = app_session(&head("CF_AppSession=n0nce; Path=/; HttpOnly"));
        assert_eq!(found, Some(secret("n0nce")));
        assert_eq!(app_session(&head("CF_AppSession=")), None);
        assert_eq!(app_session(&head("CF_Session=x")), None);
    }
}
