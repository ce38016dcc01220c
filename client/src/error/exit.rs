//! The exit codes.

use usher_proto::Code;

use super::{Own, Reason};

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

/// Tells the exit code of an error.
pub(super) fn of(reason: Reason) -> Exit {
    match reason {
        Reason::Refused(code) => of_refusal(code),
        Reason::Own(own) => of_own(own),
    }
}

fn of_own(own: Own) -> Exit {
    match own {
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
    }
}

/// Tells the exit code of a refusal. The one list of its kind.
fn of_refusal(code: Code) -> Exit {
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

#[cfg(test)]
mod tests {
    use usher_proto::Refusal;

    use super::*;
    use crate::error::Error;

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
}
