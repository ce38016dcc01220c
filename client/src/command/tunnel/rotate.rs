//! `usher tunnel rotate NAME|UUID`: another secret for a tunnel, and ways to hand it to the replicas.

use std::thread::sleep;
use std::time::Duration;

use clap::Args;
use usher_proto::tunnel::WhichTunnel;
use usher_proto::{Answer, Credential, Request};

use super::which;
use crate::agent::API;
use crate::cloudflared::TOKEN_FILE;
use crate::command::borrow::tunnel_token;
use crate::context::Context;
use crate::error::{Error, Exit, Own};
use crate::hook;
use crate::lend::Lent;
use crate::print::{clean, count};
use usher_proto::length::seconds;

/// Between two groups of a staged rotation: what Cloudflare's page on tunnel permissions advises.
const WAIT: u32 = 600;

#[derive(Debug, Args)]
#[group(id = "rotation")]
pub(super) struct Arguments {
    #[command(flatten)]
    which: which::Arguments,
    /// Cut every connector at once, so that none stays with the secret before: for a compromised token
    #[arg(long)]
    drop_connections: bool,
    /// Run this command for a group of replicas; it reads the token from the file named by TUNNEL_TOKEN_FILE
    #[arg(long, value_name = "CMD")]
    deploy: Vec<String>,
    /// Wait between the groups, so that there is always one that serves
    #[arg(long, requires = "deploy")]
    staged: bool,
    /// How long to wait: 90s, 5m, 1h30m, or seconds [default: 10m]
    #[arg(long, value_name = "DURATION", requires = "staged")]
    wait: Option<String>,
}

/// Rotates, hands the token out, and says what is left to do. Cut short, the same command goes on.
pub(super) fn run(arguments: &Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let which = arguments.which.which(context)?;
    let wait = arguments.wait()?;
    let request = Request::RotateTunnel {
        which: which.clone(),
        drop_connections: arguments.drop_connections,
        staged: !arguments.deploy.is_empty(),
    };
    let mut answer = context.ask_within(&request, API)?;
    loop {
        let Answer::Rotated { credential, deployed, finished, .. } = &answer else {
            return Err(Error::unexpected());
        };
        if *finished {
            break;
        }
        let done = usize::try_from(*deployed).unwrap_or(usize::MAX);
        let Some(command) = arguments.deploy.get(done) else {
            answer = note(credential, done, true, context)?;
            continue;
        };
        if done > 0 && !wait.is_zero() {
            context.hang_up();
            context.streams.tell(&format!("Waiting {} s before the next group.\n", wait.as_secs()));
            sleep(wait);
        }
        deploy(command, done + 1, &which, context)?;
        let (credential, last) = (credential.clone(), done + 1 == arguments.deploy.len());
        answer = note(&credential, done + 1, last, context)?;
    }
    print(&answer, arguments, context)?;
    Ok(Exit::Done)
}

impl Arguments {
    fn wait(&self) -> Result<Duration, Error> {
        let given = self.wait.as_deref().map(|text| {
            seconds(text).ok_or_else(|| {
                Error::usage("--wait is not a length of time", "write it as 90s, 5m, 1h30m, or in seconds")
            })
        });
        let wait = given.transpose()?.unwrap_or(WAIT);
        Ok(Duration::from_secs(if self.staged { wait.into() } else { 0 }))
    }
}

/// Runs the command of a group.
fn deploy(
    command: &str,
    group: usize,
    which: &WhichTunnel,
    context: &mut Context<'_, '_>,
) -> Result<(), Error> {
    let token = tunnel_token(which.clone(), context)?;
    context.hang_up(); // a deployment takes its time
    let mut lent = Lent::default();
    let mut shell = hook::shell(command);
    shell.env(TOKEN_FILE, lent.descriptor(&token)?).env("USHER_GROUP", group.to_string());
    let ended = hook::ended_well(shell.status());
    lent.end()?;
    ended.map_err(|how| {
        Error::new(
            Own::Command,
            format!("the command for group {group} failed: {how}"),
            "the tunnel has its new secret already; the same command goes on with this group",
        )
    })
}

/// Tells the agent how many groups have the token.
fn note(
    credential: &Credential,
    groups: usize,
    finished: bool,
    context: &mut Context<'_, '_>,
) -> Result<Answer, Error> {
    let groups = u32::try_from(groups).unwrap_or(u32::MAX);
    context.ask(&Request::Deployed { id: credential.id.clone(), groups, finished })
}

fn print(answer: &Answer, arguments: &Arguments, context: &mut Context<'_, '_>) -> Result<(), Error> {
    if context.json {
        return context.print_answer(answer);
    }
    let Answer::Rotated { credential, .. } = answer else { return Err(Error::unexpected()) };
    let label = clean(&credential.label);
    let connectors = match (arguments.drop_connections, arguments.deploy.len()) {
        (true, 0) => {
            "Every connector was cut. Start them again with the new token: usher tunnel run, or usher tunnel token.".to_owned()
        }
        (true, groups) => format!("Every connector was cut, and {} got the new token.", count(groups, "group")),
        (false, 0) => {
            "Connectors that run go on until they have to connect again; give them the new token before that.".to_owned()
        }
        (false, groups) => format!("{} got the new token.", count(groups, "group")),
    };
    context.print(&format!("The tunnel {label} ({}) has another secret.\n{connectors}\n", credential.id))
}
