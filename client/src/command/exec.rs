//! `usher exec -- COMMAND`: runs a program with secrets lent to it, and none that lie about.

use std::ffi::OsString;
use std::process::Command;

use clap::Args;
use usher_proto::tunnel::WhichTunnel;

use super::{borrow, token};
use crate::child::{self, Signals};
use crate::cloudflared::{ORIGIN_CERT, TOKEN_FILE};
use crate::context::Context;
use crate::environment::strip;
use crate::error::{Error, Exit};
use crate::lend::{Lent, Loan, Way, is_variable};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Lend an application's token; in the environment, as CF_ACCESS_TOKEN, if nothing else is said
    #[arg(long, value_name = "[NAME=]URL")]
    app: Vec<String>,
    /// Lend a tunnel's token; as a descriptor that TUNNEL_TOKEN_FILE names, if nothing else is said
    #[arg(long, value_name = "[NAME=]TUNNEL")]
    tunnel: Vec<String>,
    /// Lend an account certificate, the only one or the one with this id; as a descriptor that
    /// TUNNEL_ORIGIN_CERT names, if nothing else is said
    #[arg(long, value_name = "[NAME=]ID", num_args = 0..=1, default_missing_value = "")]
    cert: Vec<String>,
    /// Lend everything in this way: env, fd (the variable holds a descriptor's path) or file (the path of
    /// a private file, which is removed when the program has ended)
    #[arg(long = "as", value_name = "WAY")]
    way: Option<String>,
    /// Leave this variable in the environment, though it is known to hold secrets
    #[arg(long, value_name = "NAME")]
    keep: Vec<String>,
    /// Only app tokens that live at least so long: 90s, 5m, 1h30m, or seconds
    #[arg(long, value_name = "DURATION")]
    min_valid: Option<String>,
    /// The program and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// What can be lent, each with the variables that programs read it from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    App,
    Tunnel,
    Cert,
}

/// One of them, as it was asked for.
#[derive(Debug, PartialEq, Eq)]
struct Wish<'a> {
    what: What,
    /// Which one; empty for the only certificate.
    which: &'a str,
    way: Way,
    variable: &'a str,
}

/// Asks for everything first, and then runs the program.
pub(super) fn run(arguments: &Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let wishes = wishes(arguments)?;
    let mut loans = Vec::new();
    for Wish { what, which, way, variable } in wishes {
        let secret = match what {
            What::App => token::to_lend(which, arguments.min_valid.as_deref(), context)?,
            What::Tunnel => {
                let profile = context.one_profile();
                let which = WhichTunnel { tunnel: super::parse(which)?, profile, cert: None };
                borrow::tunnel_token(which, context)?
            }
            What::Cert => borrow::cert(Some(which).filter(|id| !id.is_empty()), context)?.secret,
        };
        loans.push(Loan { variable: variable.to_owned(), way, secret });
    }
    context.hang_up();
    let (program, words) = arguments.command.split_first().ok_or_else(super::no_verb)?;
    let mut command = Command::new(program);
    command.args(words);
    strip(&mut command, &arguments.keep);
    start(loans, command, context)
}

/// Becomes the program if nothing is to be done after it, and else waits for it.
fn start(loans: Vec<Loan>, mut command: Command, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    // Before there is a file, so that no signal leaves it behind.
    let signals = if loans.iter().any(|loan| loan.way == Way::File) { Some(Signals::catch()?) } else { None };
    let mut lent = Lent::default();
    for loan in loans {
        lent.lend(loan, &mut command, context.streams)?;
    }
    let Some(signals) = signals else { return child::become_it(command) };
    let ended = signals.run(command);
    if let Err(error) = lent.end() {
        context.report(&error);
    }
    ended
}

/// Reads what is to be lent, and refuses two under one name.
fn wishes(arguments: &Arguments) -> Result<Vec<Wish<'_>>, Error> {
    let way = arguments.way.as_deref().map(way).transpose()?;
    let mut wishes: Vec<Wish<'_>> = Vec::new();
    for (what, texts) in
        [(What::App, &arguments.app), (What::Tunnel, &arguments.tunnel), (What::Cert, &arguments.cert)]
    {
        for text in texts {
            let wish = wish(what, text, way)?;
            if wishes.iter().any(|other| other.variable == wish.variable) {
                return Err(Error::usage(
                    format!("two are to be lent as {}", wish.variable),
                    "give one another name: NAME=…",
                ));
            }
            wishes.push(wish);
        }
    }
    Ok(wishes)
}

fn wish(what: What, text: &str, way: Option<Way>) -> Result<Wish<'_>, Error> {
    let (name, which) = match text.split_once('=') {
        Some((name, which)) if is_variable(name) => (Some(name), which),
        _ => (None, text),
    };
    let way = way.unwrap_or(what.usual_way());
    let variable = name.or(what.variable(way)).ok_or_else(|| {
        Error::usage(
            "no program is known to read an account certificate from a variable",
            "lend it with --as fd or --as file, or name the variable: --cert NAME=",
        )
    })?;
    Ok(Wish { what, which, way, variable })
}

fn way(text: &str) -> Result<Way, Error> {
    match text {
        "env" => Ok(Way::Environment),
        "fd" => Ok(Way::Descriptor),
        "file" => Ok(Way::File),
        _ => Err(Error::usage("--as is not a way to lend", "say env, fd or file")),
    }
}

impl What {
    /// An app token is short-lived, and scripts read it from a variable. The others live long, and
    /// cloudflared reads them from a path.
    fn usual_way(self) -> Way {
        match self {
            What::App => Way::Environment,
            What::Tunnel | What::Cert => Way::Descriptor,
        }
    }

    /// Names the variable from which programs read it; nothing reads the content of a certificate.
    fn variable(self, way: Way) -> Option<&'static str> {
        match (self, way) {
            (What::App, Way::Environment) => Some("CF_ACCESS_TOKEN"),
            (What::App, _) => Some("CF_ACCESS_TOKEN_FILE"),
            (What::Tunnel, Way::Environment) => Some("TUNNEL_TOKEN"),
            (What::Tunnel, _) => Some(TOKEN_FILE),
            (What::Cert, Way::Environment) => None,
            (What::Cert, _) => Some(ORIGIN_CERT),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(what: What, text: &str, way: Option<Way>) -> Result<(&str, Way, &str), Error> {
        wish(what, text, way).map(|wish| (wish.which, wish.way, wish.variable))
    }

    #[test]
    fn each_has_a_way_and_a_variable_of_its_own() {
        for (what, text, way, expected) in [
            (What::App, "a.test/x?b=c", None, ("a.test/x?b=c", Way::Environment, "CF_ACCESS_TOKEN")),
            (What::App, "a.test", Some(Way::File), ("a.test", Way::File, "CF_ACCESS_TOKEN_FILE")),
            (What::App, "WIKI=https://w.test/?a=b", None, ("https://w.test/?a=b", Way::Environment, "WIKI")),
            (What::Tunnel, "web", None, ("web", Way::Descriptor, "TUNNEL_TOKEN_FILE")),
            (What::Tunnel, "web", Some(Way::Environment), ("web", Way::Environment, "TUNNEL_TOKEN")),
            (What::Tunnel, "T=my=web", None, ("my=web", Way::Descriptor, "T")),
            (What::Cert, "", None, ("", Way::Descriptor, "TUNNEL_ORIGIN_CERT")),
            (What::Cert, "C=", Some(Way::Environment), ("", Way::Environment, "C")),
            (What::Cert, "cert-1", Some(Way::File), ("cert-1", Way::File, "TUNNEL_ORIGIN_CERT")),
        ] {
            assert_eq!(read(what, text, way).expect(text), expected);
        }
        assert_eq!(read(What::Cert, "", Some(Way::Environment)).expect_err("no name").exit(), Exit::Usage);
    }
}
