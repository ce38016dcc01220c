//! What the agent is asked for when the kill comes: requests, and what is so when they are answered.

use serde_json::{Value, json};

use super::ledger::{KEPT, Ledger, Name, State};
use crate::token::app_token;

/// Long after the tests.
const END: i64 = 4_000_000_000;
/// Applications whose tokens are replaced over and over.
pub(super) const REPLACED: u32 = 4;
/// The passphrase under which the agent is locked.
pub(super) const PASSPHRASE: &str = "the passphrase of an agent that is killed";

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operation {
    /// A credential comes in that was not there.
    Put,
    /// Several that were there are replaced at once.
    Import,
    /// One is replaced by what Cloudflare issues, ahead of its end.
    Refresh,
    /// One that has ended is replaced by what Cloudflare issues, for a lookup.
    Renew,
    /// One is ended at Cloudflare and wiped.
    Revoke,
    /// One is wiped.
    Forget,
    /// The agent is locked with something just come in, and opened again.
    Lock,
}

impl Operation {
    pub(super) const ALL: [Self; 7] =
        [Self::Put, Self::Import, Self::Refresh, Self::Renew, Self::Revoke, Self::Forget, Self::Lock];
}

/// One request.
pub(super) struct Step {
    pub(super) request: Value,
    /// What the answer promises; nothing if it promises nothing about the store.
    pub(super) promise: Option<(Name, State)>,
}

impl Step {
    pub(super) fn new(request: Value) -> Self {
        Self { request, promise: None }
    }

    /// Takes an app token in, the one of a generation.
    pub(super) fn import(number: u32, generation: u32) -> Self {
        // Below one first segment, so that the agent asks the edge about all of them once.
        let app = format!("held.example.test/app/{number}");
        let token = app_token(number, END + i64::from(generation));
        let from = json!({"given": {"kind": "app-token", "app": app}});
        let request = json!({"import": {"from": from, "secret": token}});
        Self { request, promise: Some((("app-token".to_owned(), app), Some(token))) }
    }

    /// Takes an API token in.
    pub(super) fn import_api_token(label: &str, value: &str) -> Self {
        let from = json!({"given": {"kind": "api-token", "label": label}});
        let name = ("api-token".to_owned(), label.to_owned());
        let request = json!({"import": {"from": from, "secret": value}});
        Self { request, promise: Some((name, Some(KEPT.to_owned()))) }
    }

    /// Wipes a credential, or ends it and wipes it.
    pub(super) fn wipe(operation: Operation, name: Name, id: &str) -> Self {
        let request = match operation {
            Operation::Revoke => json!({"revoke": {"what": {"each": [{"id": id}]}}}),
            _ => json!({"forget": {"id": id}}),
        };
        Self { request, promise: Some((name, None)) }
    }

    pub(super) fn lock() -> Self {
        Self::new(json!({"lock": {"passphrase": PASSPHRASE}}))
    }

    pub(super) fn unlock() -> Self {
        Self::new(json!({"unlock": {"passphrase": PASSPHRASE}}))
    }
}

/// Notes what may be so after these steps, of which as many were done as there are answers, and perhaps
/// more. Tells whether the last one was answered.
///
/// # Panics
/// Something was refused.
pub(super) fn note(ledger: &mut Ledger, steps: Vec<Step>, answers: &[Value]) -> bool {
    let mut answers = answers.iter().filter(|answer| answer["event"].is_null());
    let mut answered = true;
    for Step { request, promise } in steps {
        let answer = answers.next();
        answered = answer.is_some();
        // On a machine with too much to do it may come too late, and that is said: no promise.
        let kept = answer.is_some_and(|answer| !is_late(answer));
        if let Some(answer) = answer.filter(|_| kept) {
            assert!(answer["error"].is_null(), "{request} was refused: {answer}");
            assert!(answer["imported"]["trouble"].is_null(), "{request} was not stored: {answer}");
        }
        match promise {
            Some((name, state)) if kept => ledger.is(name, state),
            Some((name, state)) => ledger.may_be(name, state),
            None => {}
        }
    }
    answered
}

/// Tells whether an answer says that store or edge did not answer in time, and that one may ask again.
pub(super) fn is_late(answer: &Value) -> bool {
    let troubles = [&answer["error"]["code"], &answer["imported"]["trouble"]["code"]];
    troubles.iter().any(|code| **code == "store-timeout" || **code == "network")
}
