//! `usher audit`: who asked the agent for what. It reads the log itself, and needs no agent.

use std::thread::sleep;
use std::time::Duration;

use clap::Args;
use serde::Deserialize;
use usher_proto::endpoint::Folders;
use usher_proto::{CredentialId, audit_log, date};

use super::parse;
use crate::audit::Reader;
use crate::context::Context;
use crate::error::{Error, Exit, Own, Reason};
use crate::interrupt;
use crate::print::clean;
use crate::time::now;
use usher_proto::length::seconds;

/// Pause between two looks of one who follows.
const PAUSE: Duration = Duration::from_millis(250);

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Go on with what comes
    #[arg(long)]
    follow: bool,
    /// Leave out what is older: 1h, 2d, or a time such as 2026-01-31T12:00:00Z
    #[arg(long, value_name = "AGE|TIME")]
    since: Option<String>,
    /// Only what is about this credential
    #[arg(long, value_name = "ID")]
    id: Option<String>,
}

/// Which lines are wanted.
struct Wanted {
    /// Milliseconds since 1970.
    since: Option<i64>,
    id: Option<CredentialId>,
}

/// A line, as far as a person reads it.
#[derive(Deserialize)]
struct Line {
    time: String,
    pid: u32,
    exe: Option<String>,
    parent: Option<Process>,
    verb: String,
    id: Option<String>,
    label: Option<String>,
    profile: Option<String>,
    outcome: String,
    #[serde(default = "once")]
    count: u64,
}

#[derive(Deserialize)]
struct Process {
    pid: u32,
    exe: Option<String>,
}

fn once() -> u64 {
    1
}

/// Prints what is there, and what comes if that is followed.
pub(super) fn run(arguments: &Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let Arguments { follow, since, id } = arguments;
    let since = since.as_deref().map(moment).transpose()?;
    let wanted = Wanted { since, id: id.as_deref().map(parse).transpose()? };
    match show(*follow, &wanted, context) {
        Err(Error { reason: Reason::Own(Own::ClosedOutput), .. }) => Ok(Exit::Done),
        shown => shown.map(|()| Exit::Done),
    }
}

fn show(follow: bool, wanted: &Wanted, context: &mut Context<'_, '_>) -> Result<(), Error> {
    let path = audit_log::newest(&Folders::find()?);
    let mut reader = Reader::new(&path);
    let mut read = || {
        reader.read().map(|lines| (lines, reader.found_any())).map_err(|error| {
            let message = format!("the audit log cannot be read: {}: {error}", path.display());
            Error::new(Own::Files, message, "look at its owner and permissions")
        })
    };
    let (lines, is_there) = read()?;
    if !is_there {
        let words = format!("There is no audit log at {}.\n", clean(&path.display().to_string()));
        context.streams.tell(&words);
    }
    if !context.json && (is_there || follow) {
        context.print(&row(["TIME", "WHO", "VERB", "FOR", "OUTCOME"]))?;
    }
    print(&lines, wanted, context)?;
    if !follow {
        return Ok(());
    }
    interrupt::is_the_end();
    loop {
        sleep(PAUSE);
        print(&read()?.0, wanted, context)?;
    }
}

/// Prints what is wanted of the lines; what is no line of the log is left out.
fn print(lines: &[u8], wanted: &Wanted, context: &mut Context<'_, '_>) -> Result<(), Error> {
    let is_terminal = (context.streams.output_is_terminal)();
    let mut text = String::new();
    for line in String::from_utf8_lossy(lines).lines() {
        let Ok(parsed) = serde_json::from_str::<Line>(line) else { continue };
        if !wanted.has(&parsed) {
            continue;
        }
        if !context.json {
            text += &parsed.row();
        } else {
            text += &if is_terminal { clean(line) } else { line.to_owned() };
            text.push('\n');
        }
    }
    if text.is_empty() { Ok(()) } else { context.print(&text) }
}

/// Reads how long ago, or when, in milliseconds since 1970.
fn moment(text: &str) -> Result<i64, Error> {
    let age = seconds(text).map(|age| (now().0 - i64::from(age)) * 1000);
    age.or_else(|| date::read(text)).ok_or_else(|| {
        Error::usage("--since is neither an age nor a time", "such as 1h30m, 2d, or 2026-01-31T12:00:00Z")
    })
}

impl Wanted {
    fn has(&self, line: &Line) -> bool {
        let since = self.since.is_none_or(|since| date::read(&line.time).is_some_and(|time| time >= since));
        since && self.id.as_ref().is_none_or(|id| line.id.as_deref() == Some(id.as_str()))
    }
}

impl Line {
    fn row(&self) -> String {
        let mut who = name(self.exe.as_deref(), self.pid);
        if let Some(Process { pid, exe }) = &self.parent {
            who += &format!(" ({})", name(exe.as_deref(), *pid));
        }
        let profile = || self.profile.as_ref().map(|name| format!("profile {name}"));
        let named = self.label.clone().or_else(|| self.id.clone()).or_else(profile);
        let about = named.as_deref().unwrap_or("-");
        let times = if self.count == 1 { String::new() } else { format!(" {}×", self.count) };
        row([&self.time, &who, &self.verb, about, &(self.outcome.clone() + &times)])
    }
}

/// Names a process by its program's file and its id.
fn name(exe: Option<&str>, pid: u32) -> String {
    let file = exe.and_then(|exe| exe.rsplit(['/', '\\']).next());
    format!("{} {pid}", file.unwrap_or("process"))
}

/// One row, cleaned. The columns have their widths from the start: one who follows has seen only a part.
fn row(cells: [&str; 5]) -> String {
    let [time, who, verb, about, outcome] = cells.map(clean);
    format!("{time:<24}  {who:<32}  {verb:<13}  {about:<40}  {outcome}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_tells_who_for_what_and_nothing_that_steers_a_terminal() {
        let line = |exe: &str, parent: &str, about: &str| {
            let text = format!(
                r#"{{"time":"2026-01-31T12:00:00.000Z","uid":1,"pid":7,"exe":{exe},"parent":{parent},
                "verb":"token",{about},"kind":null,"outcome":"done","more":1}}"#
            );
            serde_json::from_str::<Line>(&text).expect("a line").row()
        };
        let full = r#""id":"app-3b01511e5b32","label":"a\nb","profile":"work""#;
        let full = line(r#""/usr/bin/us\u001bher""#, r#"{"pid":5,"exe":"C:\\x\\sh.exe"}"#, full);
        let cells: Vec<_> = full.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
        let shown = ["2026-01-31T12:00:00.000Z", "us\u{fffd}her 7 (sh.exe 5)", "token", "a\u{fffd}b", "done"];
        assert_eq!(cells, shown);
        for (about, shown) in [
            (r#""id":"app-3b01511e5b32","label":null,"profile":"work""#, " app-3b01511e5b32 "),
            (r#""id":null,"label":null,"profile":"work""#, " profile work "),
            (r#""id":null,"label":null,"profile":null"#, " - "),
        ] {
            let bare = line("null", r#"{"pid":1,"exe":null}"#, about);
            assert!(bare.contains(" process 7 (process 1) ") && bare.contains(shown), "{bare}");
        }
    }

    #[test]
    fn ages_and_times_are_read() {
        let hour_ago = moment("1h").expect("an age");
        assert!((now().0 - 3600 - hour_ago / 1000).abs() < 60);
        assert_eq!(moment("1970-01-01T00:00:01.5Z"), Ok(1500));
        assert_eq!(moment("soon").map_err(|error| error.exit()), Err(Exit::Usage));
    }
}
