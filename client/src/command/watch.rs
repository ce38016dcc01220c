//! `usher watch`: what happens to credentials, as it happens.

use std::thread::sleep;
use std::time::Duration;

use clap::Args;
use usher_proto::answer::Event;
use usher_proto::change::{Change, Happening};
use usher_proto::{Credential, Request, date};

use super::targets::target;
use crate::context::{Context, report};
use crate::error::{Error, Exit, Own, Reason};
use crate::print::clean;
use crate::streams::Streams;
use crate::time::{and_ends, expiry, now};
use crate::{hook, interrupt};

/// How long the next change may take: longer than any agent runs.
const FOREVER: Duration = Duration::from_secs(10 * 365 * 86_400);
/// Pause before the first attempt to connect again; each further one doubles it.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// Longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Applications' URLs, or ids as usher list shows them; everything if none is given
    #[arg(value_name = "URL|ID")]
    targets: Vec<String>,
    /// Run this command for each change: JSON on its input, USHER_EVENT, USHER_ID, USHER_LABEL around it
    #[arg(long, value_name = "CMD")]
    exec: Option<String>,
    /// End after the first change
    #[arg(long)]
    once: bool,
}

/// One watch, over all of its connections.
struct Watch {
    exec: Option<String>,
    once: bool,
    json: bool,
    /// Before the next attempt to connect.
    pause: Duration,
    /// The one change that was wanted has come.
    is_over: bool,
}

/// Watches until it is interrupted, or nobody reads any more.
pub(super) fn run(arguments: Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let Arguments { targets, exec, once } = arguments;
    let targets = targets.iter().map(|words| target(words)).collect::<Result<_, _>>()?;
    let request = Request::Watch { profile: context.profile.clone(), targets };
    let mut watch = Watch { exec, once, json: context.json, pause: FIRST_PAUSE, is_over: false };
    interrupt::is_the_end();
    context.reach()?;
    // Whoever ends the agent from now on means it: it is waited for, and not started again.
    context.may_start = false;
    let mut ended = watch.connected(&request, false, context);
    loop {
        match ended {
            _ if watch.is_over => return Ok(Exit::Done),
            Err(Error { reason: Reason::Own(Own::ClosedOutput), .. }) => return Ok(Exit::Done),
            Err(Error { reason: Reason::Own(Own::NoAgent), .. }) => {
                context.report(&lost());
                watch.connect_again(context)?;
                ended = watch.connected(&request, true, context);
            }
            Err(error) => return Err(error),
            Ok(()) => return Err(Error::unexpected()),
        }
    }
}

fn lost() -> Error {
    Error::new(
        Own::NoAgent,
        "the agent ended or closed the connection",
        "the watch goes on as soon as one answers",
    )
}

impl Watch {
    /// Watches over one connection until it ends.
    fn connected(
        &mut self,
        request: &Request,
        again: bool,
        context: &mut Context<'_, '_>,
    ) -> Result<(), Error> {
        context.send(request, FOREVER)?;
        if again {
            // What happened meanwhile was told to nobody; from here on it is told again.
            let missed = Change { what: Happening::Missed, credential: None, at: now() };
            self.tell(&missed, context.streams)?;
        }
        let ended = context.hear(FOREVER, |event, streams| match event {
            Event::Changed(change) => {
                self.pause = FIRST_PAUSE;
                self.tell(&change, streams)
            }
            _ => Ok(()),
        });
        ended.map(|_| ())
    }

    /// Connects again, with a longer pause each time until something is heard.
    fn connect_again(&mut self, context: &mut Context<'_, '_>) -> Result<(), Error> {
        loop {
            context.hang_up();
            sleep(self.pause);
            self.pause = (self.pause * 2).min(LONGEST_PAUSE);
            match context.reach() {
                Err(Error { reason: Reason::Own(Own::NoAgent | Own::Timeout), .. }) => {}
                done => return done,
            }
        }
    }

    /// Prints a change and runs the command for it. Ends the watch where one change was enough.
    fn tell(&mut self, change: &Change, streams: &mut Streams<'_>) -> Result<(), Error> {
        if self.json {
            streams.print_json(change)?;
        } else {
            streams.print(sentence(change).as_bytes())?;
        }
        if let Some(command) = &self.exec
            && let Err(error) = hook::run(command, change)
        {
            report(streams, self.json, &error);
        }
        self.is_over = self.once;
        if self.is_over { Err(Error::new(Own::ClosedOutput, "", "")) } else { Ok(()) }
    }
}

/// Says a change in a sentence, after its time.
fn sentence(change: &Change) -> String {
    let what = match (&change.credential, change.what) {
        (_, Happening::Locked) => "The agent was locked.".to_owned(),
        (_, Happening::Unlocked) => "The agent was opened.".to_owned(),
        (_, Happening::Missed) => "Some changes were missed; usher list shows what is here.".to_owned(),
        (None, what) => format!("Something was {}.", what.as_str()),
        (Some(credential), what) => sentence_about(credential, what),
    };
    format!("{}  {what}\n", date::written(change.at))
}

fn sentence_about(credential: &Credential, what: Happening) -> String {
    let Credential { id, kind, label, expires, .. } = credential;
    let name = format!("{} {} ({id})", kind.words(), clean(label));
    match what {
        Happening::Issued => format!("There is a new {name}{}.", and_ends("it", *expires, now())),
        Happening::Refreshed => {
            format!("The {name} has a new secret{}.", and_ends("it", *expires, now()))
        }
        Happening::Expiring => {
            format!("The {name} {}, and the agent cannot renew it.", expiry(*expires, now()))
        }
        Happening::Revoked => format!("The {name} is revoked: Cloudflare takes it no more."),
        Happening::Forgotten => {
            format!("The {name} was wiped here; at Cloudflare it may still be valid.")
        }
        Happening::Locked | Happening::Unlocked | Happening::Missed => {
            format!("The {name} was {}.", what.as_str())
        }
    }
}
