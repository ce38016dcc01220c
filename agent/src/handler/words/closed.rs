//! When and why the agent has locked itself, in the words of the wire.

use usher_proto::{Code, Refusal, date};

use super::span;
use crate::broker::{Closed, Occasion};
use crate::moment::Moment;

/// Tells when and why, and what opens the agent.
pub(super) fn words(closed: Closed) -> Refusal {
    let Closed { whose, at, occasion, wants_passphrase } = closed;
    let why = match occasion {
        Occasion::Idle { after } => format!("nobody had needed it for {}", span(after)),
        Occasion::Left(Moment::Suspend) => "the machine went to sleep".to_owned(),
        Occasion::Left(Moment::ScreenLock) => "the screen was locked".to_owned(),
        Occasion::Left(Moment::Switch) => "another session took the screen".to_owned(),
    };
    let what = whose.map_or("the agent".to_owned(), |profile| format!("the profile {profile}"));
    let message = format!("{what} locked itself at {}: {why}", date::written(at));
    let hint = match wants_passphrase {
        true => "`usher unlock` opens it with the passphrase of its store",
        false => "`usher unlock` opens it",
    };
    Refusal::new(Code::Locked, message, hint)
}
