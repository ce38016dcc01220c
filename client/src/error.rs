//! What went wrong: a code for a program, words and a hint for a person, and the exit code.

use std::fmt;

use serde::Serialize;
use usher_proto::{Code, Refusal};

/// The exit codes, as `usher --help` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Anything else.
    Other,
    /// The command line is wrong.
    Usage,
    /// No such credential, or a login is needed.
    Missing,
    /// The agent cannot be reached.
    NoAgent,
    /// Locked, or refused by policy.
    Refused,
    /// Cloudflare or the network.
    Network,
    /// The store: the OS keyring or its alternatives.
    Store,
    /// A program that was to be run cannot be, as a shell says it.
    NotRunnable,
    /// A program that was to be run is not there, as a shell says it.
    NoProgram,
    /// That of the program which was run; 128 and the signal's number if one ended it.
    Program(u8),
}

impl Exit {
    /// Tells the number.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Other => 1,
            Exit::Usage => 2,
            Exit::Missing => 3,
            Exit::NoAgent => 4,
            Exit::Refused => 5,
            Exit::Network => 6,
            Exit::Store => 7,
            Exit::NotRunnable => 126,
            Exit::NoProgram => 127,
            Exit::Program(code) => code,
        }
    }
}

/// The exit codes in words, for `--help`.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  anything else
  2  wrong usage
  3  no such credential, or a login is needed
  4  the agent cannot be reached
  5  locked, or refused by policy
  6  Cloudflare or the network
  7  the keyring, or the store in its place
A program that usher runs ends with its own code: 128 and the signal's number if one ended it,
126 if it cannot be run, 127 if it is not there.";

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
        match self.reason {
            Reason::Refused(code) => exit_of(code),
            Reason::Own(own) => match own {
                Own::Usage => Exit::Usage,
                Own::NoAgent | Own::Timeout => Exit::NoAgent,
                Own::NoProgram => Exit::NoProgram,
                Own::NotRunnable => Exit::NotRunnable,
                Own::WrongVersion
                | Own::BadAnswer
                | Own::Unsuitable
                | Own::Files
                | Own::Command
                | Own::ClosedOutput => Exit::Other,
            },
        }
    }
}

/// Tells the exit code of a refusal. The one list of its kind.
fn exit_of(code: Code) -> Exit {
    match code {
        Code::BadRequest => Exit::Usage,
        Code::NotFound | Code::LoginRequired | Code::LoginTimeout => Exit::Missing,
        Code::Unavailable => Exit::NoAgent,
        Code::Locked | Code::WrongPassphrase | Code::Denied | Code::NoPermission | Code::Revoked => {
            Exit::Refused
        }
        Code::Network
        | Code::NoAccess
        | Code::AccessDenied
        | Code::NotSupported
        | Code::ServiceTokenRefused
        | Code::WrongClock
        | Code::Untrusted
        | Code::Uncertain => Exit::Network,
        Code::StoreLocked | Code::StoreTimeout | Code::StoreFull | Code::StoreFailed => Exit::Store,
        Code::TooLarge
        | Code::TooSlow
        | Code::WrongVersion
        | Code::Malformed
        | Code::Legacy
        | Code::Expired => Exit::Other,
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
    fn every_code_has_its_exit_code() {
        for (code, exit) in [
            (Code::BadRequest, 2),
            (Code::TooLarge, 1),
            (Code::TooSlow, 1),
            (Code::WrongVersion, 1),
            (Code::NotFound, 3),
            (Code::LoginRequired, 3),
            (Code::Locked, 5),
            (Code::WrongPassphrase, 5),
            (Code::Denied, 5),
            (Code::Malformed, 1),
            (Code::Legacy, 1),
            (Code::Expired, 1),
            (Code::StoreLocked, 7),
            (Code::StoreTimeout, 7),
            (Code::StoreFull, 7),
            (Code::StoreFailed, 7),
            (Code::Network, 6),
            (Code::Unavailable, 4),
            (Code::NoAccess, 6),
            (Code::AccessDenied, 6),
            (Code::NotSupported, 6),
            (Code::ServiceTokenRefused, 6),
            (Code::WrongClock, 6),
            (Code::Untrusted, 6),
            (Code::LoginTimeout, 3),
            (Code::NoPermission, 5),
            (Code::Revoked, 5),
            (Code::Uncertain, 6),
        ] {
            assert_eq!(Error::from(Refusal::new(code, "", "")).exit().code(), exit, "{code:?}");
        }
        for (own, exit) in [
            (Own::Usage, 2),
            (Own::NoAgent, 4),
            (Own::Timeout, 4),
            (Own::WrongVersion, 1),
            (Own::BadAnswer, 1),
            (Own::ClosedOutput, 1),
            (Own::NotRunnable, 126),
            (Own::NoProgram, 127),
        ] {
            assert_eq!(Error::new(own, "", "").exit().code(), exit, "{own:?}");
        }
    }

    #[test]
    fn a_program_reads_one_word_for_either_kind() {
        let refused = Error::from(Refusal::new(Code::LoginRequired, "m", "h"));
        let json = serde_json::to_string(&refused).expect("plain");
        assert_eq!(json, r#"{"code":"login-required","message":"m","hint":"h"}"#);
        let own = serde_json::to_string(&Error::new(Own::NoAgent, "m", "")).expect("plain");
        assert_eq!(own, r#"{"code":"no-agent","message":"m","hint":""}"#);
    }
}
