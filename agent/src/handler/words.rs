//! The broker's errors in the words of the wire: what happened, why, and what to do next. Nowhere
//! else does an inner error become words.

mod api;
mod closed;
mod edge;
mod revocation;
mod store;

use usher_proto::{Code, Refusal, date};

use crate::broker::BrokerError;
use crate::cloudflare::NotACredential;

/// How an app token comes in.
const LOG_IN: &str = "log in with `usher login URL`";

impl From<BrokerError> for Refusal {
    fn from(error: BrokerError) -> Self {
        match error {
            BrokerError::Locked(None) => {
                Refusal::new(Code::Locked, "the agent is locked", "`usher unlock` opens it")
            }
            BrokerError::Locked(Some(closed)) => closed::words(closed),
            BrokerError::WrongPassphrase => Refusal::new(
                Code::WrongPassphrase,
                "the passphrase is wrong",
                "try again; each wrong try waits longer",
            ),
            BrokerError::TooManyTries => Refusal::new(
                Code::Unavailable,
                "too many tries of this process wait for their turn",
                "wait for their answers, then try again",
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
                format!("it was revoked here at {}", date::written(at)),
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
            BrokerError::Edge(error) => edge::words(error),
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
            BrokerError::Store(error) => store::words(error),
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

/// A number of seconds as a person says it, in its largest unit.
fn span(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}
