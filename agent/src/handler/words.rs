//! The broker's errors in the words of the wire: what happened, why, and what to do next. Nowhere
//! else does an inner error become words.

mod api;
mod revocation;

use usher_proto::{Code, Refusal};

use crate::broker::BrokerError;
use crate::cloudflare::NotACredential;
use crate::cloudflare::date::rfc3339;
use crate::cloudflare::error::{EdgeError, Trouble, Unsupported};
use crate::store::StoreError;

/// How an app token comes in.
const LOG_IN: &str = "log in with `usher login URL`";

impl From<BrokerError> for Refusal {
    fn from(error: BrokerError) -> Self {
        match error {
            BrokerError::Locked => {
                Refusal::new(Code::Locked, "the agent is locked", "`usher unlock` opens it")
            }
            BrokerError::WrongPassphrase => Refusal::new(
                Code::WrongPassphrase,
                "the passphrase is wrong",
                "try again; each wrong try waits longer",
            ),
            BrokerError::NoSuchApp => Refusal::new(
                Code::NotFound,
                "no application with a token here covers this URL",
                format!("`usher list` shows what is here; {LOG_IN}"),
            ),
            BrokerError::NoSuchId => {
                Refusal::new(Code::NotFound, "no credential has this id", "`usher list` shows the ids")
            }
            BrokerError::Expired { label, ago } => Refusal::new(
                Code::LoginRequired,
                format!("the token for {label} expired {} ago", span(ago)),
                LOG_IN,
            ),
            BrokerError::ExpiresSoon { label, left, wanted } => Refusal::new(
                Code::LoginRequired,
                format!(
                    "the token for {label} expires in {}, sooner than the {} asked for",
                    span(left),
                    span(wanted.into())
                ),
                LOG_IN,
            ),
            BrokerError::LoginRequired { label } => {
                Refusal::new(Code::LoginRequired, format!("{label} needs a login"), LOG_IN)
            }
            BrokerError::WantsMore { label } => Refusal::new(
                Code::LoginRequired,
                format!(
                    "{label} asks for more than the team's session has: a second factor, WARP or a client certificate"
                ),
                LOG_IN,
            ),
            BrokerError::LoginTimeout => Refusal::new(
                Code::LoginTimeout,
                "nobody finished the login in the browser in time",
                "begin again with `usher login URL`",
            ),
            BrokerError::AccountLoginTimeout => Refusal::new(
                Code::LoginTimeout,
                "no account certificate came from the browser in time",
                "if the browser downloaded cert.pem, take that in: usher import --stdin --kind account-cert < cert.pem; else begin again with `usher tunnel login`",
            ),
            BrokerError::Offline => Refusal::new(
                Code::Network,
                "the agent was told never to go out",
                "take `offline = true` out of the config file, and start the agent again",
            ),
            BrokerError::NotAnAppToken => Refusal::new(
                Code::BadRequest,
                "only app tokens can be refreshed and verified",
                "`usher list` shows which ones they are",
            ),
            BrokerError::NoCert => Refusal::new(
                Code::NotFound,
                "there is no account certificate here",
                "get one with `usher tunnel login`, or take in what cloudflared left with `usher import`",
            ),
            BrokerError::SeveralCerts => Refusal::new(
                Code::BadRequest,
                "there are several account certificates here",
                "say which one with --cert ID; `usher list` shows them",
            ),
            BrokerError::NotACert => Refusal::new(
                Code::BadRequest,
                "what was named is no account certificate",
                "`usher list` shows which ones they are",
            ),
            BrokerError::NoSuchTunnel => Refusal::new(
                Code::NotFound,
                "there is no tunnel of this name or UUID",
                "`usher tunnel list` shows those of the account, `usher list` what is held",
            ),
            BrokerError::SeveralTunnels => Refusal::new(
                Code::BadRequest,
                "tunnels of several accounts go by this name",
                "say which one by its UUID, or its account with --cert ID; `usher list` shows them",
            ),
            BrokerError::NeedsUrl => Refusal::new(
                Code::BadRequest,
                "the application covers many hosts, and it is not known which one is meant",
                "give a URL in place of the id",
            ),
            BrokerError::WasRevoked { at } => Refusal::new(
                Code::Revoked,
                format!("it was revoked here at {}", rfc3339::text(at)),
                "get a new one from Cloudflare; this one was compromised",
            ),
            BrokerError::NoSuchPerson => Refusal::new(
                Code::NotFound,
                "no credential here is of this person",
                "`usher show ID` tells whose a token is",
            ),
            BrokerError::SeveralProfiles => Refusal::new(
                Code::BadRequest,
                "several profiles have an app token for this URL",
                "name it by its id: `usher list` shows the ids",
            ),
            BrokerError::Edge(error) => edge(error),
            BrokerError::NoApiToken => Refusal::new(
                Code::NoPermission,
                "that takes an API token of an administrator, and none is here",
                "make one in the dashboard, then `usher import --stdin --kind api-token --label NAME`",
            ),
            BrokerError::NotAServiceToken => Refusal::new(
                Code::BadRequest,
                "that is no service token",
                "`usher list` shows which ones they are",
            ),
            BrokerError::NotRotating => Refusal::new(
                Code::NotFound,
                "no rotation of it is under way",
                "`usher tunnel rotate` begins one",
            ),
            BrokerError::HalfRotated(error) => {
                let Refusal { code, message, hint } = (*error).into();
                Refusal::new(
                    code,
                    format!("the rotation is not finished: {message}"),
                    format!("{hint}; the same command goes on with it, and no secret is lost"),
                )
            }
            BrokerError::SecretLost => Refusal::new(
                Code::Uncertain,
                "the answer with the new secret was lost, so what is held here may not be taken any more",
                "the same command once more makes another one",
            ),
            BrokerError::Api { with, error } => api::words(with, error),
            BrokerError::NotACredential(error) => not_a_credential(error),
            BrokerError::Store(error) => store(error),
        }
    }
}

fn not_a_credential(error: NotACredential) -> Refusal {
    let message = error.to_string();
    match error {
        NotACredential::Malformed(_) => {
            Refusal::new(Code::Malformed, message, "look at where it was copied from")
        }
        NotACredential::Legacy(_) => Refusal::new(Code::Legacy, message, "get a new one from Cloudflare"),
        NotACredential::Missing(_) => Refusal::new(Code::BadRequest, message, "say it with --app or --label"),
        NotACredential::Expired(_) => Refusal::new(Code::Expired, message, LOG_IN),
    }
}

fn edge(error: EdgeError) -> Refusal {
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

fn store(error: StoreError) -> Refusal {
    let (code, hint) = match error {
        StoreError::Locked => (Code::StoreLocked, "`usher unlock` lets it ask for its password"),
        StoreError::Dismissed => (Code::StoreLocked, "`usher unlock` asks again"),
        StoreError::NeedsPassphrase { .. } => (Code::StoreLocked, "`usher unlock` asks for it"),
        StoreError::WrongPassphrase => (Code::WrongPassphrase, "try again"),
        StoreError::PassphraseFile(_) => (Code::StoreFailed, "correct passphrase-file in the config file"),
        StoreError::Timeout => (
            Code::StoreTimeout,
            "see whether the keyring's daemon hangs or shows a prompt, and try again; nothing is lost",
        ),
        StoreError::Full(_) => {
            (Code::StoreFull, "`usher forget` something, or choose another store in the config file")
        }
        StoreError::Unavailable(_) => {
            (Code::StoreFailed, "start it again, or choose another store in the config file")
        }
        StoreError::Damaged(_) => {
            (Code::StoreFailed, "bring it back from a backup, or remove it and import again")
        }
        StoreError::InUse => {
            (Code::StoreFailed, "end the other agent, or give this one another file in the config file")
        }
        StoreError::File(_) => (Code::StoreFailed, "look at the rights and the room of its folder"),
    };
    Refusal::new(code, error.to_string(), hint)
}

/// A number of seconds as a person says it, in its largest unit.
fn span(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}
