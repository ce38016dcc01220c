//! `usher forget`: wipes credentials here; it does not end them at Cloudflare.

use clap::Args;
use usher_proto::{Answer, CredentialId, Request};

use super::parse;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::print::count;

#[derive(Debug, Args)]
#[group(id = "which", required = true, multiple = true, args = ["ids", "all"])]
pub(super) struct Arguments {
    /// The credentials' ids, as usher list shows them
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Every credential of the profile that is named, or of all profiles
    #[arg(long, conflicts_with = "ids")]
    all: bool,
}

/// Wipes each, also when one of them is not there.
pub(super) fn run(arguments: &Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let requests = if arguments.all {
        vec![Request::ForgetAll { profile: context.profile.clone() }]
    } else {
        let ids = arguments.ids.iter().map(|id| parse(id)).collect::<Result<Vec<CredentialId>, _>>()?;
        ids.into_iter().map(|id| Request::Forget { id }).collect()
    };
    let mut gone = 0;
    let mut failed = None;
    for request in &requests {
        match context.ask(request) {
            Ok(Answer::Forgotten { count }) => gone += count,
            Ok(_) => return Err(Error::unexpected()),
            Err(error) if error.exit() == Exit::Missing => {
                context.report(&error);
                failed = Some(error.exit());
            }
            Err(error) => {
                context.report(&error);
                failed = Some(error.exit());
                break;
            }
        }
    }
    tell(gone, context)?;
    Ok(failed.unwrap_or(Exit::Done))
}

fn tell(gone: u64, context: &mut Context<'_, '_>) -> Result<(), Error> {
    if context.json {
        return context.print_answer(&Answer::Forgotten { count: gone });
    }
    if gone == 0 {
        return context.print("Nothing was wiped.\n");
    }
    context.print(&format!(
        "Wiped {} from memory and store.\nAt Cloudflare they stay valid until they expire or are revoked there.\n",
        count(gone as usize, "credential"),
    ))
}
