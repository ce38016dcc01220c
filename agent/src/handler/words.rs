//! The broker's errors in the words of the wire: what happened, why, and what to do next. Nowhere
//! else does an inner error become words.

use usher_proto::{Code, Refusal};

use crate::broker::BrokerError;
use crate::cloudflare::NotACredential;
use crate::store::StoreError;

/// How an app token comes in.
const LOG_IN: &str = "log in with `cloudflared access login URL`, then run `usher import` again";

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
