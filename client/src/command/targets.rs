//! What `refresh` and `verify` share: app tokens named by URL or id, or all of them, one after the other.

use clap::Args;
use usher_proto::request::Target;
use usher_proto::{Answer, Code, Credential, CredentialId, Kind, ProfileName, Request};

use super::{list, parse, token};
use crate::agent::NETWORK;
use crate::context::Context;
use crate::error::{Error, Exit, Reason};
use crate::print::clean;

#[derive(Debug, Args)]
#[group(id = "which", required = true, multiple = true, args = ["targets", "all"])]
pub(super) struct Arguments {
    /// Applications' URLs, or ids as usher list shows them
    #[arg(value_name = "URL|ID")]
    targets: Vec<String>,
    /// Every app token of the profile that is named, or of all profiles
    #[arg(long, conflicts_with = "targets")]
    all: bool,
}

/// One of them, and the words that name it.
struct Named {
    words: String,
    target: Target,
    profile: ProfileName,
}

/// Asks about each, also after one failed, and tells the exit code of the first that did.
///
/// `sentence` has nothing to say about an answer to another question.
pub(super) fn each(
    arguments: Arguments,
    request: fn(Target, ProfileName) -> Request,
    sentence: fn(&Answer) -> Option<String>,
    context: &mut Context<'_, '_>,
) -> Result<Exit, Error> {
    let targets = if arguments.all { all(context)? } else { named(arguments.targets, context)? };
    if targets.is_empty() && !context.json {
        context.print("There are no app tokens here.\n")?;
    }
    let several = targets.len() > 1;
    let mut failed = None;
    for Named { words, target, profile } in targets {
        let by_url = matches!(target, Target::App(_));
        let answered = context.ask_within(&request(target, profile), NETWORK);
        let Err(mut error) = answered.and_then(|answer| print(&answer, sentence, context)) else { continue };
        let hopeless = is_hopeless(&error);
        if by_url && error.wants_login() {
            error.hint = token::hint(&words, context.profile.as_ref());
        }
        if several {
            error.message = format!("{words}: {}", error.message);
        }
        context.report(&error);
        failed.get_or_insert(error.exit());
        if hopeless {
            break;
        }
    }
    Ok(failed.unwrap_or(Exit::Done))
}

fn named(texts: Vec<String>, context: &Context<'_, '_>) -> Result<Vec<Named>, Error> {
    let profile = context.one_profile();
    let named = |words: String| Ok(Named { target: target(&words)?, words, profile: profile.clone() });
    texts.into_iter().map(named).collect()
}

/// Reads a URL or an id.
pub(super) fn target(words: &str) -> Result<Target, Error> {
    match words.parse::<CredentialId>() {
        Ok(id) => Ok(Target::Id(id)),
        Err(_) => Ok(Target::App(parse(words)?)),
    }
}

fn all(context: &mut Context<'_, '_>) -> Result<Vec<Named>, Error> {
    let credentials = list::all(context)?;
    let tokens = credentials.iter().filter(|credential| credential.kind == Kind::AppToken);
    let named = |credential: &Credential| Named {
        words: format!("{} ({})", credential.label, credential.id),
        target: Target::Id(credential.id.clone()),
        profile: credential.profile.clone(),
    };
    Ok(tokens.map(|credential| named(credential)).collect())
}

fn print(
    answer: &Answer,
    sentence: fn(&Answer) -> Option<String>,
    context: &mut Context<'_, '_>,
) -> Result<(), Error> {
    let sentence = sentence(answer).ok_or_else(Error::unexpected)?;
    context.print_answer_or(answer, &sentence)
}

/// Tells whether the next one would fare the same: the connection is no good, or the agent is closed.
fn is_hopeless(error: &Error) -> bool {
    matches!(error.reason, Reason::Own(_) | Reason::Refused(Code::Locked | Code::Unavailable))
}

/// Names a token in a sentence.
pub(super) fn words(credential: &Credential) -> String {
    format!("the token for {} ({})", clean(&credential.label), credential.id)
}
