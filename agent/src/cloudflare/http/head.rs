//! What an answer says before its body.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use usher_proto::Timestamp;

use crate::cloudflare::error::Trouble;
use crate::cloudflare::{EdgeError, date};

/// Status and headers of an answer, and who gave it.
pub(in crate::cloudflare) struct Head {
    host: String,
    status: u16,
    headers: HeaderMap,
}

impl Head {
    pub(super) fn new(host: String, status: u16, headers: HeaderMap) -> Self {
        Self { host, status, headers }
    }

    pub(in crate::cloudflare) fn host(&self) -> &str {
        &self.host
    }

    pub(in crate::cloudflare) fn status(&self) -> u16 {
        self.status
    }

    /// Tells whether it points elsewhere.
    pub(in crate::cloudflare) fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308)
    }

    /// Shows a header's first value; one that is not ASCII is as good as none.
    pub(in crate::cloudflare) fn header(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Shows every value of a header.
    pub(in crate::cloudflare) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok())
    }

    /// Tells what time it is at the sender's.
    pub(in crate::cloudflare) fn date(&self) -> Option<Timestamp> {
        self.header("date").and_then(date::parse)
    }

    /// Tells whether Access itself refuses, and not the application behind it (Cloudflare's page on
    /// the JWT validation errors).
    pub(in crate::cloudflare) fn is_denial(&self) -> bool {
        self.status == 403 && self.headers.contains_key("cf-access-error")
    }

    /// Makes the error of an answer that cannot be used for what happened on the way.
    pub(in crate::cloudflare) fn network(&self, trouble: Trouble) -> EdgeError {
        EdgeError::Network { host: self.host.clone(), trouble }
    }

    /// Makes the error of a status that should not be.
    pub(in crate::cloudflare) fn unexpected(&self) -> EdgeError {
        self.network(Trouble::Status(self.status))
    }

    /// Makes the error of an answer that does not hold.
    pub(in crate::cloudflare) fn untrusted(&self, what: &'static str) -> EdgeError {
        EdgeError::Untrusted { host: self.host.clone(), what }
    }

    /// Makes an answer up; a header that HTTP does not carry is left out.
    pub(in crate::cloudflare) fn made_up(host: &str, status: u16, headers: &[(&str, &[u8])]) -> Self {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_bytes(value)) {
                map.append(name, value);
            }
        }
        Self::new(host.to_owned(), status, map)
    }

    /// Makes an answer up, every header of which HTTP carries.
    #[cfg(test)]
    pub(in crate::cloudflare) fn sample(host: &str, status: u16, headers: &[(&'static str, &str)]) -> Self {
        let bytes: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        let head = Self::made_up(host, status, &bytes);
        assert_eq!(head.headers.len(), headers.len(), "a header cannot be sent");
        head
    }
}
