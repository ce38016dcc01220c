//! `usher revoke`: ends credentials here and at Cloudflare, and says truthfully what is still valid.

mod files;
mod report;

use std::collections::BTreeMap;

use clap::Args;
use usher_proto::answer::Event;
use usher_proto::revocation::{Revocation, RevocationState, Revoked};
use usher_proto::{Answer, CredentialId, Request};

use super::parse;
use super::targets::target;
use crate::agent::REVOKE;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::input;
use crate::streams::Streams;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    which: Which,
    /// Print what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct Which {
    /// Credentials' ids as usher list shows them, or applications' URLs, which name their app tokens
    #[arg(value_name = "ID|URL")]
    targets: Vec<String>,
    /// Every credential of the profile that is named, or of all profiles
    #[arg(long, conflicts_with = "targets")]
    all: bool,
    /// Every token of a person, and all of the person's sessions
    #[arg(long, value_name = "EMAIL", conflicts_with_all = ["targets", "all"])]
    person: Option<String>,
    /// Every token of an application; those of other persons too, where an API token may do that
    #[arg(long, value_name = "URL", conflicts_with_all = ["targets", "all", "person"])]
    app: Option<String>,
    /// What Cloudflare could not be told before, now
    #[arg(long, conflicts_with_all = ["targets", "all", "person", "app"])]
    pending: bool,
}

/// Shows the plan, asks, does it, and reports what became of each.
pub(super) fn run(arguments: &Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let what = arguments.which.revocation(context)?;
    if !arguments.which.pending {
        let plan = plan(&what, context)?;
        if arguments.dry_run || plan.is_empty() {
            report::plan(plan, context)?;
            return Ok(Exit::Done);
        }
        if !arguments.yes && !confirm(&plan, context)? {
            context.streams.tell("Nothing was revoked.\n");
            return Ok(Exit::Other);
        }
    }
    let revoked = revoke(what, context)?;
    let removed = files::remove(&revoked, context)?;
    let exit = exit_of(&revoked, &removed);
    report::outcome(revoked, removed, context)?;
    Ok(exit)
}

impl Which {
    fn revocation(&self, context: &Context<'_, '_>) -> Result<Revocation, Error> {
        Ok(match (&self.person, &self.app) {
            (Some(person), _) => Revocation::Person(parse(person)?),
            (_, Some(app)) => Revocation::App(parse(app)?),
            _ if self.all => Revocation::All(context.profile.clone()),
            _ if self.pending => Revocation::Pending,
            _ => Revocation::Each(self.targets.iter().map(|words| target(words)).collect::<Result<_, _>>()?),
        })
    }
}

fn plan(what: &Revocation, context: &mut Context<'_, '_>) -> Result<Vec<Revoked>, Error> {
    match context.ask(&Request::Revoke { what: what.clone(), dry_run: true })? {
        Answer::Revoked { revoked } => Ok(revoked),
        _ => Err(Error::unexpected()),
    }
}

/// Asks a person; a program has to say `--yes`.
fn confirm(plan: &[Revoked], context: &mut Context<'_, '_>) -> Result<bool, Error> {
    if context.json || !(context.streams.input_is_terminal)() {
        return Err(Error::usage(
            "nobody can be asked whether to revoke this",
            "see what would be done with --dry-run, then say --yes",
        ));
    }
    context.streams.tell(&report::shown(plan));
    input::agrees(context.streams, "Revoke this? It cannot be undone. [y/N] ")
}

fn revoke(what: Revocation, context: &mut Context<'_, '_>) -> Result<Vec<Revoked>, Error> {
    let as_json = context.json;
    let mut states = BTreeMap::new();
    let hear = |event: Event, streams: &mut Streams<'_>| match event {
        _ if as_json => streams.print_json(&Answer::Event(event)),
        Event::Revoking(revoked) => {
            progress(&mut states, revoked, streams);
            Ok(())
        }
        _ => Ok(()),
    };
    let request = Request::Revoke { what, dry_run: false };
    match context.ask_hearing(&request, REVOKE, hear)? {
        Answer::Revoked { revoked } => Ok(revoked),
        _ => Err(Error::unexpected()),
    }
}

/// Tells a person on a terminal how far each is, once for each state.
fn progress(
    states: &mut BTreeMap<CredentialId, RevocationState>,
    revoked: Revoked,
    streams: &mut Streams<'_>,
) {
    let Revoked { credential, state, .. } = revoked;
    if states.insert(credential.id.clone(), state) != Some(state) && (streams.errors_are_terminal)() {
        streams.tell(&format!("{}: {}\n", credential.id, report::state(state)));
    }
}

fn exit_of(revoked: &[Revoked], removed: &[files::Removed]) -> Exit {
    let any = |state| revoked.iter().any(|revoked| revoked.state == state);
    if any(RevocationState::StillValid) || removed.iter().any(|file| file.outcome.is_err()) {
        Exit::Other
    } else if any(RevocationState::Pending) {
        Exit::Network
    } else {
        Exit::Done
    }
}
