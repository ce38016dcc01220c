//! The URL that a caller asks a token for.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::{Position, Url};

use crate::name::{BadName, from_text};

/// Longest URL in bytes, as it is given and as it is sent: escaping makes some longer.
const MAX_URL: usize = 8 * 1024;

/// An application's URL as a caller gives it: `https`, a host, and perhaps a path and a query.
///
/// The scheme may be left out and `http` becomes `https`, as with cloudflared; a host in any script
/// becomes punycode; a user name or password is refused, because a URL ends up in logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppUrl {
    /// As browsers write it, beginning with [`SCHEME`].
    text: String,
    host: Range<usize>,
    path: Range<usize>,
}

/// What the text of every [`AppUrl`] begins with.
const SCHEME: &str = "https://";

impl AppUrl {
    /// Tells the host: lower case, punycode, without port.
    pub fn host(&self) -> &str {
        &self.text[self.host.clone()]
    }

    /// Tells the path, which begins with `/`.
    pub fn path(&self) -> &str {
        &self.text[self.path.clone()]
    }

    /// Tells whether there is nothing but a host and a path.
    pub(super) fn is_host_and_path(&self) -> bool {
        self.host.end == self.path.start && self.path.end == self.text.len()
    }

    /// Reads a host and a path that browsers leave as they are, as most are: [`Url`] would cost a
    /// third of the work for a lookup. Whatever is not surely of that form is left to it.
    fn plain(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(SCHEME)?;
        let bytes = rest.as_bytes();
        let (host, path) = bytes.split_at(bytes.iter().position(|b| *b == b'/').unwrap_or(bytes.len()));
        let mut labels = host.split(|b| *b == b'.');
        // A last label that begins with a digit may be a number, and the host an address.
        let plain_end = labels.clone().next_back()?.first().is_some_and(u8::is_ascii_lowercase);
        let plain_host = labels.all(|label| {
            !label.is_empty()
                && !label.starts_with(b"xn--")
                && label.iter().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        });
        let plain_path = path.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_'));
        if !plain_end || !plain_host || !plain_path {
            return None;
        }
        let host = SCHEME.len()..SCHEME.len() + host.len();
        let text = if path.is_empty() { [text, "/"].concat() } else { text.to_owned() };
        Some(Self { path: host.end..text.len(), host, text })
    }
}

impl<'de> Deserialize<'de> for AppUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer)
    }
}

impl FromStr for AppUrl {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let bad = BadName {
            what: "an application's URL",
            form: "https://HOST[/PATH], without user name or password",
        };
        let text = text.trim();
        if text.is_empty() || text.len() > MAX_URL {
            return Err(bad);
        }
        if let Some(url) = Self::plain(text).filter(|url| url.text.len() <= MAX_URL) {
            return Ok(url);
        }
        let rest = match text.split_once("://") {
            Some((scheme, rest))
                if scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http") =>
            {
                rest
            }
            Some((before, _)) if !before.contains(['/', '?', '#']) => return Err(bad),
            _ => text,
        };
        if rest.starts_with(['/', '\\']) {
            return Err(bad);
        }
        let url = Url::parse(&format!("{SCHEME}{rest}")).map_err(|_| bad)?;
        let plain = url.username().is_empty() && url.password().is_none() && url.host_str().is_some();
        if plain && url.as_str().len() <= MAX_URL { Ok(url.into()) } else { Err(bad) }
    }
}

impl From<Url> for AppUrl {
    fn from(url: Url) -> Self {
        let before = |position| url[..position].len();
        let host = before(Position::BeforeHost)..before(Position::AfterHost);
        let path = before(Position::BeforePath)..before(Position::AfterPath);
        Self { text: url.into(), host, path }
    }
}

impl Serialize for AppUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl fmt::Display for AppUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> AppUrl {
        text.parse().unwrap_or_else(|_| panic!("{text} is a URL"))
    }

    #[test]
    fn reads_urls_as_cloudflared_does() {
        for (given, host, path) in [
            ("https://app.example.com", "app.example.com", "/"),
            ("app.example.com/x?y=1", "app.example.com", "/x"),
            ("HTTP://APP.example.com:8443/a b", "app.example.com", "/a%20b"),
            ("https://bücher.example/", "xn--bcher-kva.example", "/"),
            ("app.example.com?next=https://other.example", "app.example.com", "/"),
        ] {
            let url = url(given);
            assert_eq!((url.host(), url.path()), (host, path), "{given}");
        }
    }

    /// What is read without the parser of URLs must come out of that as it went in.
    #[test]
    fn what_looks_plain_is_plain() {
        for text in [
            "https://app.example.com",
            "https://app.example.com/",
            "https://app-1.example.com/a/b_c-D",
            "https://localhost/",
            "https://a--b.example/x//y/",
            "https://-a.b-.c1/",
            "https://1.2.3.x/",
            "https://a.0x1f.b/",
        ] {
            let plain = AppUrl::plain(text).unwrap_or_else(|| panic!("{text} is plain"));
            assert_eq!(AppUrl::from(Url::parse(text).expect("a URL")), plain, "{text}");
        }
        for text in [
            "app.example.com/",
            "http://app.example.com/",
            "https://App.example.com/",
            "https://xn--bcher-kva.example/",
            "https://a.xn--bcher-kva.example/",
            "https://b\u{fc}cher.example/",
            "https://app.example.com:8443/",
            "https://app.example.com./",
            "https://.example.com/",
            "https://a..b/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://a.0x7f/",
            "https://[::1]/",
            "https://*.example.com/",
            "https://u@a.example/",
            "https://a.example/..",
            "https://a.example/%2e%2e/",
            "https://a.example/a b",
            "https://a.example/?x",
            "https://a.example/#x",
            "https://a.example/\\x",
            "https:///x",
            "https://",
        ] {
            assert_eq!(AppUrl::plain(text), None, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_applications_url() {
        let long = format!("https://a.example/{}", "x".repeat(MAX_URL));
        let long_when_escaped = format!("https://a.example/{}", "é".repeat(MAX_URL / 4));
        for bad in [
            "",
            "   ",
            "https://",
            "https:///x",
            "ssh://a.example",
            "javascript://x",
            "https://u:p@a.example",
            "https://u@a.example",
            "https://a b.example",
            "https://[::1",
            &long,
            &long_when_escaped,
        ] {
            assert!(bad.parse::<AppUrl>().is_err(), "{bad:.40}");
        }
    }
}
