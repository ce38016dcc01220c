//! Why the API did not do what was asked.

use std::time::Duration;

use crate::cloudflare::EdgeError;

/// Why the API did not do what was asked. Holds no text from a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiError {
    /// No usable answer came.
    Edge(EdgeError),
    /// The credential is not for this. Whether it lives at all, only [`Api::verify`](super::Api::verify)
    /// tells.
    Unauthorized {
        /// What it lacks, in Cloudflare's words.
        permission: &'static str,
    },
    /// The credential is not taken at all: it has ended, was deleted, or never was one.
    BadToken,
    /// There is no such thing.
    NotFound,
    /// Something is in its way: the name is taken, or connections are open.
    Conflict,
    /// Too much was asked.
    RateLimited {
        /// How long to wait, where the answer says so.
        after: Option<Duration>,
    },
    /// It was refused otherwise.
    Refused {
        /// The status of the answer.
        status: u16,
        /// The first of the API's own codes.
        code: Option<u32>,
    },
    /// The answer cannot be read; says in what, to follow "what the API answered is not understood: ".
    NotUnderstood(&'static str),
    /// The answer to a write did not arrive, or not whole, and whether the write was done is not known.
    /// A secret that it made is lost.
    AnswerLost,
    /// It was not asked, because that cannot be sent; says why.
    Unsendable(&'static str),
}

impl ApiError {
    /// Tells whether another try later may help.
    pub fn is_passing(&self) -> bool {
        match self {
            ApiError::Edge(error) => error.is_passing(),
            ApiError::RateLimited { .. } => true,
            ApiError::Refused { status, .. } => matches!(status, 408 | 500..),
            _ => false,
        }
    }

    /// Tells how long to wait before another try, where the API said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            ApiError::RateLimited { after } => *after,
            _ => None,
        }
    }
}

impl From<EdgeError> for ApiError {
    fn from(error: EdgeError) -> Self {
        ApiError::Edge(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::error::Trouble;

    #[test]
    fn what_passes_is_worth_another_try() {
        let network =
            |trouble| ApiError::Edge(EdgeError::Network { host: "api.cloudflare.com".to_owned(), trouble });
        let refused = |status| ApiError::Refused { status, code: None };
        let after = Some(Duration::from_secs(7));
        for passing in [
            network(Trouble::Unreachable),
            network(Trouble::Timeout),
            network(Trouble::Cut),
            refused(408),
            refused(500),
            refused(503),
            ApiError::RateLimited { after },
        ] {
            assert!(passing.is_passing(), "{passing:?}");
        }
        for lasting in [
            network(Trouble::Tls),
            network(Trouble::TooLarge),
            network(Trouble::Settings),
            refused(400),
            refused(200),
            ApiError::Unauthorized { permission: "x" },
            ApiError::BadToken,
            ApiError::NotFound,
            ApiError::Conflict,
            ApiError::NotUnderstood("x"),
            ApiError::AnswerLost,
            ApiError::Unsendable("x"),
        ] {
            assert!(!lasting.is_passing(), "{lasting:?}");
            assert_eq!(lasting.retry_after(), None);
        }
        assert_eq!(ApiError::RateLimited { after }.retry_after(), after);
    }
}
