//! Where in the protocol something happens, or goes wrong.

use super::api::call::ApiCall;

/// A part of the protocol: what a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// The request for an application's signed metadata.
    Metadata,
    /// A request to an application that carries nothing: the first hop of an exchange.
    AppRequest,
    /// A request to an application that carries an app token.
    TokenCheck,
    /// A request to an application that carries a service token.
    ServiceToken,
    /// The hop that gives the application's cookie.
    Authorized,
    /// The page on which a person logs in for a program.
    Cli,
    /// A team's keys.
    Certs,
    /// A team's login page, which is the second hop of an exchange.
    Login,
    /// Who a token belongs to.
    Identity,
    /// The end of a session.
    Logout,
    /// The transfer service.
    Transfer,
    /// The dashboard's page on which a person logs in to an account for a program.
    Dashboard,
    /// A call to the API.
    Api(ApiCall),
    /// Every call to the API.
    AnyApi,
    /// A host without Access, a stranger's among them, or a page that nobody knows. The request for
    /// metadata is [`Where::Metadata`] there too.
    Elsewhere,
    /// Every request.
    Anywhere,
}

impl Where {
    /// Tells whether what happens there is of this part.
    pub(super) fn covers(self, part: Self) -> bool {
        match self {
            Where::Anywhere => true,
            Where::AnyApi => matches!(part, Where::Api(_)),
            _ => self == part,
        }
    }

    /// Limits it to a host.
    pub fn at(self, host: &str) -> Place {
        Place::from(self).at(host)
    }

    /// Limits it to the next so many requests.
    pub fn times(self, times: usize) -> Place {
        Place::from(self).times(times)
    }

    /// Limits it to a method.
    pub fn method(self, method: &str) -> Place {
        Place::from(self).method(method)
    }
}

/// A part of the protocol, perhaps at one host, with one method, or for the next few requests only.
#[derive(Debug, Clone)]
pub struct Place {
    pub(super) part: Where,
    pub(super) host: Option<String>,
    pub(super) method: Option<String>,
    pub(super) times: Option<usize>,
}

impl From<Where> for Place {
    fn from(part: Where) -> Self {
        Self { part, host: None, method: None, times: None }
    }
}

impl Place {
    /// Limits it to a host.
    pub fn at(self, host: &str) -> Self {
        Self { host: Some(host.to_owned()), ..self }
    }

    /// Limits it to the next so many requests.
    pub fn times(self, times: usize) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Limits it to a method.
    pub fn method(self, method: &str) -> Self {
        Self { method: Some(method.to_owned()), ..self }
    }
}
