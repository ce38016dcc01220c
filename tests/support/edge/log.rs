//! What the edge saw: every request, and which of the secrets that it issued came with it.

use super::api::call::ApiCall;
use super::place::Where;

/// A secret that the edge issued, by its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carried {
    /// An org token.
    OrgToken,
    /// An app token, also one that a service token was exchanged for.
    AppToken,
    /// The secret of a service token.
    ServiceSecret,
    /// An API token, also one out of an account certificate.
    ApiToken,
    /// The secret of a tunnel, or the tunnel token that holds it.
    TunnelSecret,
}

/// A secret that came with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Which kind.
    pub what: Carried,
    /// The header that held it; `:path` for path and query, `:body` for the body.
    pub place: String,
    /// It belongs to where it came: an org token to its team's host, an app token to its application
    /// (or its team's host), a service secret to an application of its team, an API token and a tunnel's
    /// secret to the API of its region.
    pub at_home: bool,
}

/// A request.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Which part of the protocol it belongs to.
    pub part: Where,
    /// The host, without port.
    pub host: String,
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query.
    pub query: Option<String>,
    /// It came over the network; false for a person who logs in within the test's process.
    pub remote: bool,
    /// It had the header that asks for signed metadata.
    pub metadata: bool,
    /// What it carried of the secrets that this edge issued, wherever in it that was.
    pub carried: Vec<Sighting>,
    /// The status of the answer, once there is one.
    pub status: Option<u16>,
    /// It was answered with a fresh app token; for a login, one was left at the transfer service.
    pub issued_app_token: bool,
    /// It went through to what lies behind Access.
    pub reached_origin: bool,
}

impl Entry {
    /// Tells whether a secret of this kind came with it.
    pub fn carries(&self, what: Carried) -> bool {
        self.carried.iter().any(|sighting| sighting.what == what)
    }
}

/// All requests up to some moment, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// The requests.
    pub entries: Vec<Entry>,
}

impl Log {
    /// Counts requests.
    pub fn count(&self, counts: impl Fn(&Entry) -> bool) -> usize {
        self.entries.iter().filter(|entry| counts(entry)).count()
    }

    /// Counts requests of one part of the protocol.
    pub fn count_of(&self, part: Where) -> usize {
        self.count(|entry| entry.part == part)
    }

    /// Counts calls of one kind to the API.
    pub fn api_calls(&self, call: ApiCall) -> usize {
        self.count_of(Where::Api(call))
    }

    /// Counts requests for signed metadata.
    pub fn discoveries(&self) -> usize {
        self.count_of(Where::Metadata)
    }

    /// Counts requests for a team's keys.
    pub fn jwks_fetches(&self) -> usize {
        self.count_of(Where::Certs)
    }

    /// Counts logins that a person completed.
    pub fn logins(&self) -> usize {
        self.count(|entry| entry.part == Where::Cli && entry.issued_app_token)
    }

    /// Counts requests to the transfer services.
    pub fn polls(&self) -> usize {
        self.count_of(Where::Transfer)
    }

    /// Counts exchanges of an org token that gave an app token.
    pub fn exchanges(&self) -> usize {
        self.count(|entry| entry.part == Where::Authorized && entry.issued_app_token)
    }

    /// Counts exchanges of a service token that gave an app token.
    pub fn service_exchanges(&self) -> usize {
        self.count(|entry| entry.part == Where::ServiceToken && entry.issued_app_token)
    }

    /// Counts app tokens, however they were come by.
    pub fn issued_app_tokens(&self) -> usize {
        self.count(|entry| entry.issued_app_token)
    }

    /// Counts requests to applications that carried a token, good or not.
    pub fn token_checks(&self) -> usize {
        self.count_of(Where::TokenCheck)
    }

    /// Counts requests that went through to what lies behind Access.
    pub fn origin_answers(&self) -> usize {
        self.count(|entry| entry.reached_origin)
    }

    /// Lists requests that carried a secret to a host that it must not go to.
    pub fn strays(&self) -> Vec<&Entry> {
        let strays = |entry: &&Entry| entry.carried.iter().any(|sighting| !sighting.at_home);
        self.entries.iter().filter(strays).collect()
    }

    /// Lists requests to a host.
    pub fn at(&self, host: &str) -> Vec<&Entry> {
        self.entries.iter().filter(|entry| entry.host == host).collect()
    }
}
