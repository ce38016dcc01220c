//! What went wrong: a code for a program, words and a hint for a person, and the exit code.

mod exit;

use std::fmt;

use serde::Serialize;
use usher_proto::{Code, Refusal};

pub use self::exit::{EXIT_CODES, Exit};

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Error {
    /// For a program.
    #[serde(rename = "code")]
    pub reason: Reason,
    /// What happened and why.
    pub message: String,
    /// What to do next; may be empty.
    pub hint: String,
}

/// The agent's code, or one of the client's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Reason {
    /// The agent refused.
    Refused(Code),
    /// The client stopped by itself.
    Own(Own),
}

/// The reasons that do not come from the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Own {
    /// The command line is wrong.
    Usage,
    /// No agent answers, and none could be started.
    NoAgent,
    /// The agent did not answer in time.
    Timeout,
    /// Agent and client are of different versions.
    WrongVersion,
    /// The agent's answer was not understood, or was not one to this question.
    BadAnswer,
    /// A file is not one that can be taken.
    Unsuitable,
    /// A file or folder could not be read or written.
    Files,
    /// A person's own command failed.
    Command,
    /// A program is not there.
    NoProgram,
    /// A program cannot be run.
    NotRunnable,
    /// The reader of the output went away; there is nobody left to tell.
    ClosedOutput,
}

impl Error {
    /// Puts an error of the client's own together.
    pub fn new(own: Own, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { reason: Reason::Own(own), message: message.into(), hint: hint.into() }
    }

    /// Says that the command line is wrong.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Own::Usage, message, hint)
    }

    /// Says that the agent answered another question.
    pub fn unexpected() -> Self {
        Self::new(
            Own::BadAnswer,
            "the agent's answer does not belong to the question",
            "stop it with: usher agent stop; the next command starts the one installed beside this client",
        )
    }

    /// Tells whether a login may bring what was asked for.
    pub fn wants_login(&self) -> bool {
        matches!(self.reason, Reason::Refused(Code::LoginRequired | Code::NotFound))
    }

    /// Tells the exit code.
    pub fn exit(&self) -> Exit {
        exit::of(self.reason)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self { reason: Reason::Refused(refusal.code), message: refusal.message, hint: refusal.hint }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_reads_one_word_for_either_kind() {
        let refused = Error::from(Refusal::new(Code::LoginRequired, "m", "h"));
        let json = serde_json::to_string(&refused).expect("plain");
        assert_eq!(json, r#"{"code":"login-required","message":"m","hint":"h"}"#);
        let own = serde_json::to_string(&Error::new(Own::NoAgent, "m", "")).expect("plain");
        assert_eq!(own, r#"{"code":"no-agent","message":"m","hint":""}"#);
    }
}
