//! What is planned, and what became of it, for a person and for a program.

use usher_proto::revocation::{RevocationState, Revoked};
use usher_proto::{Answer, Credential};

use super::files::Removed;
use crate::context::Context;
use crate::error::Error;
use crate::print::{Table, clean, count};
use crate::time::{expiry, now};

/// Prints what would be done.
pub(super) fn plan(plan: Vec<Revoked>, context: &mut Context<'_, '_>) -> Result<(), Error> {
    if context.json {
        context.print_answer(&Answer::Revoked { revoked: plan })
    } else if plan.is_empty() {
        context.print("There is nothing to revoke.\n")
    } else {
        context.print(&shown(&plan))
    }
}

/// Makes the table with the reasons below it.
pub(super) fn shown(all: &[Revoked]) -> String {
    let mut text = table(all);
    for Revoked { credential, why, .. } in all.iter().filter(|one| one.why.is_some()) {
        text += &format!("{}: {}\n", credential.id, clean(why.as_deref().unwrap_or_default()));
    }
    text
}

/// Prints what became of each, and what is left to do.
pub(super) fn outcome(
    revoked: Vec<Revoked>,
    removed: Vec<Removed>,
    context: &mut Context<'_, '_>,
) -> Result<(), Error> {
    for Removed { path, outcome } in &removed {
        match outcome {
            Ok(()) => context.streams.tell(&format!("Removed {}\n", clean(&path.display().to_string()))),
            Err(error) => context.report(&Error {
                message: format!("{}: {}", path.display(), error.message),
                ..error.clone()
            }),
        }
    }
    if context.json {
        return context.print_answer(&Answer::Revoked { revoked });
    }
    if revoked.is_empty() {
        return context.print("There was nothing to revoke.\n");
    }
    context.print(&(shown(&revoked) + &summary(&revoked)))
}

fn summary(revoked: &[Revoked]) -> String {
    let number = |state| revoked.iter().filter(|one| one.state == state).count();
    let (done, pending) = (number(RevocationState::Done), number(RevocationState::Pending));
    let mut text = format!("Revoked {} of {}.", done, count(revoked.len(), "credential"));
    if pending > 0 {
        text += &format!(" The agent goes on with {pending} by itself; usher status shows what is left.");
    }
    if number(RevocationState::StillValid) > 0 {
        text += " What is still valid is wiped here and has to be ended by hand.";
    }
    text + "\n"
}

/// Makes the table; what is not revoked ends by itself then.
fn table(all: &[Revoked]) -> String {
    let mut table = Table::headed(["ID", "KIND", "FOR", "STATE", "HOW", "ENDS"]);
    let now = now();
    for Revoked { credential, state, how, until, .. } in all {
        let ends = match state {
            RevocationState::Done => "-".to_owned(),
            _ => expiry(*until, now),
        };
        let Credential { id, kind, label, .. } = &**credential;
        table.row([id.as_str(), kind.words(), label, self::state(*state), how, &ends]);
    }
    table.text()
}

/// The words for how far it is.
pub(super) fn state(state: RevocationState) -> &'static str {
    match state {
        RevocationState::Planned => "planned",
        RevocationState::Done => "revoked",
        RevocationState::Pending => "pending",
        RevocationState::StillValid => "STILL VALID",
    }
}
