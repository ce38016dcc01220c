//! The pattern that an Access application covers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::url::AppUrl;
use crate::name::{BadName, from_text};

/// What an Access application covers: a host, perhaps with `*`, and perhaps a path.
///
/// Rules of Cloudflare's page "Application paths": a `*` in the host stays within one label; a path
/// covers all that lies below it; a `*` in the path may span several segments; at most one `*` a
/// label or segment; no port, no query.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppPattern {
    text: String,
    host_len: usize,
}

impl AppPattern {
    /// Shows the pattern, such as `*.example.com/admin`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Tells the host part, such as `*.example.com`.
    pub fn host(&self) -> &str {
        &self.text[..self.host_len]
    }

    /// Tells the path part: empty, or `/` and what follows, without a slash at the end.
    pub fn path(&self) -> &str {
        &self.text[self.host_len..]
    }

    /// Tells whether the host part holds a `*`.
    pub fn is_wildcard(&self) -> bool {
        self.host().contains('*')
    }

    /// Tells whether the application covers the URL.
    pub fn covers(&self, url: &AppUrl) -> bool {
        self.covers_host(url.host()) && self.covers_path(url.path())
    }

    /// Orders patterns that cover the same URL: the greater one is the more specific.
    ///
    /// Cloudflare documents that the more specific rule wins and inherits nothing from the other.
    pub fn specificity(&self) -> (bool, usize, usize) {
        let literal = |text: &str| text.bytes().filter(|b| *b != b'*').count();
        (!self.is_wildcard(), literal(self.host()), literal(self.path()))
    }

    fn covers_host(&self, host: &str) -> bool {
        if !self.is_wildcard() {
            return self.host() == host;
        }
        let mut theirs = host.split('.');
        let mut ours = self.host().split('.');
        loop {
            match (ours.next(), theirs.next()) {
                (None, None) => return true,
                (Some(label), Some(name)) if glob(label, name) => {}
                _ => return false,
            }
        }
    }

    fn covers_path(&self, path: &str) -> bool {
        let ours = self.path();
        if ours.contains('*') {
            return glob(ours, path) || path.match_indices('/').any(|(at, _)| glob(ours, &path[..at]));
        }
        path.strip_prefix(ours)
            .is_some_and(|below| ours.is_empty() || below.is_empty() || below.starts_with('/'))
    }
}

/// Matches text against a pattern in which each `*` stands for anything, also for nothing.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut rest = rest;
    while let Some((middle, after)) = rest.split_once('*') {
        let Some(at) = text.find(middle) else { return false };
        text = &text[at + middle.len()..];
        rest = after;
    }
    text.ends_with(rest)
}

impl<'de> Deserialize<'de> for AppPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer)
    }
}

impl FromStr for AppPattern {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let bad = BadName {
            what: "an application's domain",
            form: "HOST[/PATH], at most one '*' in each label of the host and each segment of the path",
        };
        let url: AppUrl = text.parse().map_err(|_| bad)?;
        let host = url.host();
        let path = url.path().trim_end_matches('/');
        let one_star = |part: &str| part.bytes().filter(|b| *b == b'*').count() <= 1;
        if !url.is_host_and_path() || !host.split('.').all(one_star) || !path.split('/').all(one_star) {
            return Err(bad);
        }
        Ok(Self { text: format!("{host}{path}"), host_len: host.len() })
    }
}

impl Serialize for AppPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl From<AppPattern> for String {
    fn from(pattern: AppPattern) -> String {
        pattern.text
    }
}

impl fmt::Display for AppPattern {
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

    fn pattern(text: &str) -> AppPattern {
        text.parse().unwrap_or_else(|_| panic!("{text} is a pattern"))
    }

    /// The tables of Cloudflare's page "Application paths".
    #[test]
    fn covers_what_cloudflare_documents() {
        for (app, covered, not_covered) in [
            (
                "*.example.com",
                &["alpha.example.com", "beta.example.com"][..],
                &["example.com", "foo.bar.example.com"][..],
            ),
            ("example.com", &["example.com", "example.com/alpha"], &["alpha.example.com"]),
            ("example.com/*", &["example.com", "example.com/alpha/x"], &["alpha.example.com"]),
            ("*test.example.com", &["test.example.com", "alphatest.example.com"], &["beta.test.example.com"]),
            (
                "example.com/alpha/*",
                &["example.com/alpha/one", "example.com/alpha/two"],
                &["example.com/alpha", "example.com"],
            ),
            (
                "example.com/foo*/bar",
                &[
                    "example.com/foo/bar",
                    "example.com/food/bar",
                    "example.com/food/stuff/bar",
                    "example.com/food/bar/",
                    "example.com/food/bar/below",
                ],
                &["example.com/foo", "example.com/food/barn", "example.com/"],
            ),
            (
                "dashboard.com/eng",
                &["dashboard.com/eng", "dashboard.com/eng/exec", "dashboard.com/eng/"],
                &["dashboard.com/engine", "dashboard.com"],
            ),
        ] {
            for yes in covered {
                assert!(pattern(app).covers(&url(yes)), "{app} covers {yes}");
            }
            for no in not_covered {
                assert!(!pattern(app).covers(&url(no)), "{app} does not cover {no}");
            }
        }
    }

    #[test]
    fn the_more_specific_pattern_is_the_greater() {
        let order = [
            "*.example.com",
            "*.example.com/a",
            "*-test.example.com",
            "app.example.com",
            "app.example.com/a",
            "app.example.com/a/b",
        ];
        assert!(order.windows(2).all(|pair| pattern(pair[0]).specificity() < pattern(pair[1]).specificity()));
    }

    #[test]
    fn refuses_patterns_that_cloudflare_refuses() {
        for bad in
            ["foo*bar*baz.example.com", "example.com/foo*bar*baz", "example.com:8443", "example.com/?q", ""]
        {
            assert!(bad.parse::<AppPattern>().is_err(), "{bad}");
        }
    }
}
