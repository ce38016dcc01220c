//! Why the agent did not start, in its last words and its exit code.

use std::process::ExitCode;

use usher_proto::endpoint::Endpoint;
use usher_proto::{Code, Refusal};

/// Exit code when another agent runs on the same socket.
pub const ALREADY_RUNNING: u8 = 8;

/// Why the agent did not start.
pub(crate) enum Failure {
    /// Another agent runs there.
    AlreadyRunning(Endpoint),
    /// Something is wrong, in words.
    Refused(Refusal),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Failure::Refused(refusal)
    }
}

impl Failure {
    #[expect(clippy::print_stderr, reason = "the last words of a program that did not start")]
    pub(super) fn report(self) -> ExitCode {
        match self {
            Failure::AlreadyRunning(endpoint) => {
                eprintln!("usher-agent: an agent is running at {}", endpoint.path().display());
                eprintln!("  hint: `usher status` asks it how it is, `usher agent stop` ends it");
                ALREADY_RUNNING.into()
            }
            Failure::Refused(refusal) => {
                eprintln!("usher-agent: {}", refusal.message);
                eprintln!("  hint: {}", refusal.hint);
                match refusal.code {
                    Code::BadRequest => 2,
                    Code::StoreFailed | Code::StoreLocked | Code::StoreTimeout | Code::StoreFull => 7,
                    _ => 1,
                }
                .into()
            }
        }
    }
}
