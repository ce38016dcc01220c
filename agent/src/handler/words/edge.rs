//! What Cloudflare's edge did not do, in the words of the wire.

use usher_proto::{Code, Refusal};

use super::{LOG_IN, span};
use crate::cloudflare::error::{EdgeError, Trouble, Unsupported};

/// Tells why the edge did not give what was asked.
pub(super) fn words(error: EdgeError) -> Refusal {
    match error {
        EdgeError::Network { host, trouble } => network(&host, trouble),
        EdgeError::NoAccess { host } => Refusal::new(
            Code::NoAccess,
            format!("no Access application is at this URL of {host}"),
            "look at the URL, its path too; nothing needs a token there if a Bypass policy lets you in",
        ),
        EdgeError::Untrusted { host, what } => Refusal::new(
            Code::Untrusted,
            format!("what {host} answered does not hold: {what}"),
            "something between here and Cloudflare may have answered in its place; nothing was kept",
        ),
        EdgeError::WrongClock { behind } => Refusal::new(
            Code::WrongClock,
            match behind {
                0.. => format!("this machine's clock is {} behind Cloudflare's", span(behind)),
                _ => format!("this machine's clock is {} ahead of Cloudflare's", span(-behind)),
            },
            "set the clock, and try again",
        ),
        EdgeError::Denied { host } => Refusal::new(
            Code::AccessDenied,
            format!("a policy of {host} keeps you out"),
            "ask whoever manages the application; it may want WARP or a client certificate, which usher cannot bring",
        ),
        EdgeError::OrgTokenRefused => Refusal::new(Code::LoginRequired, "the team's session is over", LOG_IN),
        EdgeError::NotSupported(what) => not_supported(what),
        EdgeError::ServiceTokenRefused { host, wants_login: true } => Refusal::new(
            Code::ServiceTokenRefused,
            format!("{host} does not take the service token and asks for a login"),
            "its policy must be Service Auth (an Allow policy lets no service token in), or the token has expired; to log in as a person use another --profile, or `usher forget` the service token",
        ),
        EdgeError::ServiceTokenRefused { host, wants_login: false } => Refusal::new(
            Code::ServiceTokenRefused,
            format!("{host} refuses the service token"),
            "see in the dashboard whether it has expired, was disabled, or is missing in the policy",
        ),
        EdgeError::ServiceTokenNotExchanged { host } => Refusal::new(
            Code::NotSupported,
            format!("{host} takes the service token and gives no app token for it"),
            "send the service token itself: `usher token --header URL` prints its headers",
        ),
    }
}

fn network(host: &str, trouble: Trouble) -> Refusal {
    let (message, hint) = match trouble {
        Trouble::Unreachable => (format!("{host} cannot be reached"), "look at the network and the name"),
        Trouble::Tls => (
            format!("the certificate of {host} is not trusted"),
            "behind a proxy that opens TLS, give its authority as ca-file in the config file",
        ),
        Trouble::Timeout => (format!("{host} did not answer in time"), "try again"),
        Trouble::Cut => (format!("the connection to {host} broke off"), "try again"),
        Trouble::TooLarge => (
            format!("{host} sent more than any answer of Cloudflare's is long"),
            "something between here and Cloudflare may have answered in its place",
        ),
        Trouble::Status(status) => (format!("{host} answered with status {status}"), "try again later"),
        Trouble::Settings => (
            "the settings for HTTPS cannot be used".to_owned(),
            "look at ca-file in the config file, and at the proxy in the environment",
        ),
    };
    Refusal::new(Code::Network, message, hint)
}

fn not_supported(what: Unsupported) -> Refusal {
    let (message, hint) = match what {
        Unsupported::BindingCookie => (
            "the edge refuses the fresh token at once: the application wants its binding cookie too",
            "ask its administrator to turn the binding cookie off; only browsers have it",
        ),
        Unsupported::ImmediateTimeout => (
            "the token has ended as it arrives: the application's session duration is immediate timeout",
            "ask its administrator for a longer session",
        ),
        Unsupported::ManagedOauth => (
            "the application wants a login by Managed OAuth, which usher does not speak",
            "use a client that does, or ask its administrator to turn it off",
        ),
    };
    Refusal::new(Code::NotSupported, message, hint)
}
