//! Why Cloudflare's side did not give what was asked.

/// Why Cloudflare's side did not give what was asked. Holds no text from a server but the host that
/// was spoken to, which the caller or the verified metadata named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EdgeError {
    /// No usable answer came from a host.
    Network {
        /// Which.
        host: String,
        /// What happened on the way.
        trouble: Trouble,
    },
    /// No Access application is at the URL.
    NoAccess {
        /// The host of the URL.
        host: String,
    },
    /// What was answered does not hold.
    Untrusted {
        /// Who answered.
        host: String,
        /// What is wrong with it, to follow "what HOST answered does not hold: ".
        what: &'static str,
    },
    /// This machine's clock differs from Cloudflare's by so many seconds: it is behind if positive.
    WrongClock {
        /// Seconds.
        behind: i64,
    },
    /// Cloudflare knows who asks, and a policy keeps it out.
    Denied {
        /// The application's host.
        host: String,
    },
    /// Nothing but a login gives a token: the org token is not taken any more.
    OrgTokenRefused,
    /// The application asks for what no command line can give.
    NotSupported(Unsupported),
    /// The edge does not take the service token.
    ServiceTokenRefused {
        /// The application's host.
        host: String,
        /// It was sent to the login page: no policy with the action Service Auth lets it in.
        wants_login: bool,
    },
    /// The edge takes the service token and gives no app token for it.
    ServiceTokenNotExchanged {
        /// The application's host.
        host: String,
    },
}

impl EdgeError {
    /// Tells whether another try later may help.
    pub fn is_passing(&self) -> bool {
        match self {
            EdgeError::Network { trouble, .. } => {
                matches!(trouble, Trouble::Unreachable | Trouble::Timeout | Trouble::Cut | Trouble::Status(_))
            }
            _ => false,
        }
    }
}

/// What happened on the way to a host, or back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// No connection: no such name, no route, nobody there.
    Unreachable,
    /// Its certificate is not trusted, or TLS failed otherwise.
    Tls,
    /// It took too long.
    Timeout,
    /// The connection broke off.
    Cut,
    /// It sent more than the limit.
    TooLarge,
    /// It answered with this status.
    Status(u16),
    /// The agent's own settings for HTTPS cannot be used.
    Settings,
}

/// What an application may ask for that no command line can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsupported {
    /// A fresh token is refused at once: the binding cookie is on.
    BindingCookie,
    /// The token has ended when it arrives: the session duration is "immediate timeout".
    ImmediateTimeout,
    /// Managed OAuth is on, and answers in place of the login.
    ManagedOauth,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_pass_is_worth_another_try() {
        let network = |trouble| EdgeError::Network { host: String::new(), trouble };
        for trouble in [Trouble::Unreachable, Trouble::Timeout, Trouble::Cut, Trouble::Status(503)] {
            assert!(network(trouble).is_passing(), "{trouble:?}");
        }
        for trouble in [Trouble::Tls, Trouble::Settings, Trouble::TooLarge] {
            assert!(!network(trouble).is_passing(), "{trouble:?}");
        }
        assert!(!EdgeError::Untrusted { host: String::new(), what: "" }.is_passing());
    }
}
