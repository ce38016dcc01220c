//! The counts, in the order of the table.

mod agent;
mod record;
mod watch;

use std::process::ExitCode;

use self::agent::{Asked, URL, ask_agent, home};
use self::record::Record;
use self::watch::{agent_under, calls, instructions};

/// Requests over which a count is taken: what an agent does only once falls out as the difference of two runs.
const REQUESTS: u32 = 1000;

pub(crate) fn main() -> ExitCode {
    if let Some(missing) = watch::missing() {
        record::say(&format!("{missing} is not installed: apt-get install valgrind strace"));
        return ExitCode::FAILURE;
    }
    let mut record = Record::open();
    client(&mut record);
    let at_once = |requests| Asked { at_once: requests, ..Asked::default() };
    let each = |requests| Asked { each: requests, ..Asked::default() };
    record.count("lookup, instructions", for_each(|count| instructions(&callgrind(at_once(count)))));
    record.count("lookup, calls of the kernel", for_each(|count| calls(&strace(at_once(count)))));
    record.count(
        "connection and lookup, instructions",
        for_each(|count| instructions(&callgrind(each(count)))),
    );
    record.count("connection and lookup, calls", for_each(|count| calls(&strace(each(count)))));
    record.close()
}

/// The whole client, from its start to its end.
fn client(record: &mut Record) {
    let (home, agent) = home();
    let run = |words: &[&str]| {
        let mut command = home.command(words[0]);
        command.args(&words[1..]).arg(home.program("usher")).args(["token", URL]);
        let done = command.output().unwrap_or_else(|error| panic!("{}: {error}", words[0]));
        assert!(done.status.success() && !done.stdout.is_empty(), "{done:?}");
        String::from_utf8_lossy(&done.stderr).into_owned()
    };
    record.count("usher token, instructions", instructions(&run(watch::CALLGRIND)));
    record.count("usher token, calls of the kernel", calls(&run(watch::STRACE)));
    drop(agent);
}

fn callgrind(asked: Asked) -> String {
    ask_agent(asked, |home| agent_under(home, watch::CALLGRIND))
}

fn strace(asked: Asked) -> String {
    ask_agent(asked, |home| agent_under(home, watch::STRACE))
}

/// Counts something for each of many requests, to the nearest whole: what time brings about falls in between.
fn for_each(count: impl Fn(u32) -> u64) -> u64 {
    let (few, many) = (count(REQUESTS), count(3 * REQUESTS));
    let more = u64::from(2 * REQUESTS);
    (many.saturating_sub(few) + more / 2) / more
}
