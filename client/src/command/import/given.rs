//! One secret from a pipe or a prompt, never from the command line.

use usher_proto::request::{Import, Origin};
use usher_proto::{Answer, Kind, Request, Secret, TeamDomain};

use super::Arguments;
use super::report::outcome;
use crate::command::parse;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::input::{Until, from_person, from_pipe};
use crate::print::clean;
use crate::time::{expiry, now};

/// Reads the secret and hands it over.
pub(super) fn run(kind: &str, arguments: &Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let kind: Kind = parse(kind)?;
    let from = origin(kind, arguments)?;
    let secret = read(kind, context)?;
    let profile = context.one_profile();
    let answer = context.ask(&Request::Import(Import { profile, from, secret }))?;
    tell(&answer, context)
}

/// Tells what became of one secret; one that is not in the store is an error.
pub(in crate::command) fn tell(answer: &Answer, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let Answer::Imported(imported) = answer else { return Err(Error::unexpected()) };
    let credential = &imported.credential;
    let words = format!(
        "{} for {} ({}): {}, {}.\n",
        clean(credential.kind.words()),
        clean(&credential.label),
        credential.id,
        outcome(imported),
        expiry(credential.expires, now()),
    );
    context.print_answer_or(answer, &words)?;
    match &imported.trouble {
        None => Ok(Exit::Done),
        Some(trouble) => Err(trouble.clone().into()),
    }
}

/// Says what it is and what it is for.
fn origin(kind: Kind, arguments: &Arguments) -> Result<Origin, Error> {
    let app = arguments.app.as_deref().map(parse).transpose()?;
    let label = arguments.label.clone();
    if kind == Kind::ServiceToken {
        let team = arguments.team.as_deref().map(team).transpose()?;
        let header = arguments.single_header.as_deref().map(parse).transpose()?;
        return Ok(Origin::ServiceToken { app, team, header, label });
    }
    if arguments.team.is_some() || arguments.single_header.is_some() {
        return Err(Error::usage(
            "--team and --single-header are for service tokens alone",
            "leave them out, or say --kind service-token",
        ));
    }
    Ok(Origin::Given { kind, app, label })
}

/// Reads a team's domain, or its name alone.
fn team(text: &str) -> Result<TeamDomain, Error> {
    let text = text.to_ascii_lowercase();
    if text.contains('.') { parse(&text) } else { parse(&format!("{text}.cloudflareaccess.com")) }
}

fn read(kind: Kind, context: &mut Context<'_, '_>) -> Result<Secret, Error> {
    let what = format!("the {}", kind.words());
    let many_lines = kind == Kind::AccountCert;
    if !(context.streams.input_is_terminal)() {
        return from_pipe(context.streams, if many_lines { Until::End } else { Until::Text }, &what);
    }
    if many_lines {
        return Err(Error::usage(
            "an account certificate has many lines, which a prompt does not take",
            "give it on standard input: usher import --stdin --kind account-cert < cert.pem",
        ));
    }
    from_person(context.streams, &what)
}
