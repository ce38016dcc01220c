//! One secret from a pipe or a prompt, never from the command line.

use usher_proto::request::{Import, Origin};
use usher_proto::{Answer, Kind, Request, Secret};

use super::report::outcome;
use crate::command::parse;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::input::{Until, from_person, from_pipe};
use crate::print::clean;
use crate::time::{expiry, now};

/// Reads the secret and hands it over.
pub(super) fn run(
    kind: &str,
    app: Option<&str>,
    label: Option<&str>,
    context: &mut Context<'_, '_>,
) -> Result<Exit, Error> {
    let kind: Kind = parse(kind)?;
    let from = Origin::Given { kind, app: app.map(parse).transpose()?, label: label.map(str::to_owned) };
    let secret = read(kind, context)?;
    let profile = context.profile.clone().unwrap_or_default();
    let answer = context.ask(&Request::Import(Import { profile, from, secret }))?;
    let Answer::Imported(imported) = &answer else { return Err(Error::unexpected()) };
    if context.json {
        context.print_answer(&answer)?;
    } else {
        let credential = &imported.credential;
        context.print(&format!(
            "{} for {} ({}): {}, {}.\n",
            clean(kind.words()),
            clean(&credential.label),
            credential.id,
            outcome(imported),
            expiry(credential.expires, now()),
        ))?;
    }
    match &imported.trouble {
        None => Ok(Exit::Done),
        Some(trouble) => Err(trouble.clone().into()),
    }
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
