//! Starts an agent when none answers.
//!
//! `usher-agent --background` puts the agent behind itself: it ends with 0 once an agent listens, with
//! 8 when another one does already, and else with words on its standard error. So of ten clients that
//! start one at the same time, each finds an agent when its own starter has ended.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use usher_proto::endpoint::Endpoint;

use crate::agent::{Agent, PATIENCE};
use crate::connect::connect;
use crate::error::{Error, Own};
use crate::print::clean;

/// Names the agent's program, for one that is installed elsewhere.
const PROGRAM: &str = "USHER_AGENT";
/// How long an agent may take until it listens: it may probe a keyring that hangs.
const START: Duration = Duration::from_secs(20);
/// How long to look for it once its starter said that it listens.
const APPEAR: Duration = Duration::from_secs(3);
/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(2);
/// How long to wait for what a starter said before it ended. It is on its way, unless something that the
/// starter left behind could say more.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// The starter's exit code when an agent runs already.
const RUNS_ALREADY: i32 = 8;
/// Most of a starter's words that are passed on, in bytes.
const MAX_WORDS: u64 = 64 * 1024;

/// Reaches the agent, and starts it first when none answers and that is allowed.
pub fn reach(may_start: bool, notices: &mut dyn Write) -> Result<Agent, Error> {
    let endpoint = Endpoint::find()?;
    if let Some(connection) = connect(&endpoint, Instant::now() + PATIENCE)? {
        return Ok(Agent::new(connection));
    }
    if !may_start {
        return Err(nobody(&endpoint, "start one with: usher agent start"));
    }
    start(program(), Instant::now() + START, notices)?;
    let deadline = Instant::now() + APPEAR;
    loop {
        match connect(&endpoint, Instant::now() + PATIENCE)? {
            Some(connection) => return Ok(Agent::new(connection)),
            None if Instant::now() >= deadline => {
                return Err(nobody(
                    &endpoint,
                    "it was started and ended at once: run usher-agent to see why",
                ));
            }
            None => std::thread::sleep(PAUSE),
        }
    }
}

fn nobody(endpoint: &Endpoint, hint: &str) -> Error {
    Error::new(Own::NoAgent, format!("no agent answers at {}", endpoint.path().display()), hint)
}

/// Finds the agent's program: named in the environment, else beside our own, else in the path.
fn program() -> PathBuf {
    if let Some(named) = std::env::var_os(PROGRAM).filter(|name| !name.is_empty()) {
        return named.into();
    }
    let name = format!("usher-agent{}", std::env::consts::EXE_SUFFIX);
    let beside = std::env::current_exe().and_then(|own| own.canonicalize()).ok();
    match beside.map(|own| own.with_file_name(&name)) {
        Some(beside) if beside.is_file() => beside,
        _ => name.into(),
    }
}

/// Runs the starter until it ends, passing its words on.
fn start(program: PathBuf, deadline: Instant, notices: &mut dyn Write) -> Result<(), Error> {
    keep_streams();
    let mut child = Command::new(&program)
        .arg("--background")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| {
            Error::new(
                Own::NoAgent,
                format!("{} cannot be started: {}", program.display(), error),
                format!("install usher-agent beside usher or in PATH, or name it in {PROGRAM}"),
            )
        })?;
    let words = listen(&mut child);
    let status = wait(&mut child, &words, deadline, notices);
    match status {
        Some(status) if status.success() || status.code() == Some(RUNS_ALREADY) => Ok(()),
        Some(status) => Err(Error::new(
            Own::NoAgent,
            format!("the agent could not start: usher-agent ended with {status}"),
            "what it said stands above; run usher-agent in the foreground to see more",
        )),
        None => {
            // Only the starter is ended here; an agent behind it goes its own way.
            let _ = child.kill();
            let _ = child.wait();
            Err(Error::new(
                Own::NoAgent,
                format!("the agent did not listen within {} s", START.as_secs()),
                "run usher-agent in the foreground to see what it waits for",
            ))
        }
    }
}

/// Keeps our streams from programs that outlive us. Windows hands every handle down that may
/// be inherited, and ours came to us that way: whoever reads them would wait for the agent to end.
pub(crate) fn keep_streams() {
    #[cfg(windows)]
    {
        use windows_sys::Win32::Foundation::{HANDLE_FLAG_INHERIT, SetHandleInformation};
        use windows_sys::Win32::System::Console::{
            GetStdHandle, STD_ERROR_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE,
        };

        for stream in [STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE] {
            // SAFETY: changes a flag of a handle that this process has; one that it lacks is refused.
            unsafe { SetHandleInformation(GetStdHandle(stream), HANDLE_FLAG_INHERIT, 0) };
        }
    }
}

/// Reads the starter's words in a thread of their own, so that the wait for it can have an end.
fn listen(child: &mut Child) -> Receiver<Vec<u8>> {
    let (sender, words) = channel();
    if let Some(errors) = child.stderr.take() {
        std::thread::spawn(move || {
            let mut errors = errors.take(MAX_WORDS);
            let mut space = [0; 1024];
            while let Ok(more @ 1..) = errors.read(&mut space) {
                if sender.send(space[..more].to_vec()).is_err() {
                    break;
                }
            }
        });
    }
    words
}

/// Waits until the starter has ended and its last words are here.
fn wait(
    child: &mut Child,
    words: &Receiver<Vec<u8>>,
    mut deadline: Instant,
    notices: &mut dyn Write,
) -> Option<ExitStatus> {
    let mut said = Vec::new();
    let (mut ended, mut all_said) = (None, false);
    while (ended.is_none() || !all_said) && Instant::now() < deadline {
        match words.recv_timeout(PAUSE) {
            Ok(more) => said.extend(more),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) if all_said => std::thread::sleep(PAUSE),
            Err(RecvTimeoutError::Disconnected) => all_said = true,
        }
        relay(&mut said, false, notices);
        if ended.is_none() {
            ended = child.try_wait().ok().flatten();
            if ended.is_some() {
                deadline = deadline.min(Instant::now() + LAST_WORDS);
            }
        }
    }
    relay(&mut said, true, notices);
    ended
}

/// Passes whole lines on, and at the end what is left.
fn relay(said: &mut Vec<u8>, all: bool, notices: &mut dyn Write) {
    let whole = said.iter().rposition(|b| *b == b'\n').map_or(0, |last| last + 1);
    let whole = if all { said.len() } else { whole };
    let text: Vec<u8> = said.drain(..whole).collect();
    for line in String::from_utf8_lossy(&text).lines() {
        // Nobody is left to tell if this fails.
        let _ = writeln!(notices, "{}", clean(line));
    }
}

/// Tells whether the environment forbids starting an agent.
pub fn forbidden(value: Option<OsString>) -> bool {
    value.is_some_and(|value| !value.is_empty() && value != "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_passed_on_line_by_line_and_cleaned() {
        let mut notices = Vec::new();
        let mut said = b"first\nsec".to_vec();
        relay(&mut said, false, &mut notices);
        assert_eq!((&notices[..], &said[..]), (&b"first\n"[..], &b"sec"[..]));
        said.extend(b"ond\x1b[2J");
        relay(&mut said, true, &mut notices);
        assert_eq!(String::from_utf8_lossy(&notices), "first\nsecond\u{fffd}[2J\n");
        assert!(said.is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn last_words_are_waited_for_and_more_than_that_is_not() {
        let mut starter = Command::new("true").spawn().expect("true is everywhere");
        starter.wait().expect("it ends");
        let mut heard = Vec::new();
        let mut hear = |words| wait(&mut starter, &words, Instant::now() + START, &mut heard);

        let (sender, words) = channel();
        std::thread::spawn(move || {
            std::thread::sleep(10 * PAUSE);
            sender.send(b"in a file".to_vec())
        });
        assert!(hear(words).is_some_and(|status| status.success()));
        let (_open, words) = channel();
        assert!(hear(words).is_some(), "something else holds the stream open");
        assert_eq!(String::from_utf8_lossy(&heard), "in a file\n");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let missing = PathBuf::from("/nonexistent/usher-agent");
        let error = start(missing, Instant::now() + START, &mut Vec::new()).expect_err("not there");
        assert!(error.message.contains("/nonexistent/usher-agent"), "{}", error.message);
        assert_eq!(error.exit(), crate::Exit::NoAgent);
    }

    #[test]
    fn the_environment_forbids_by_any_value_but_nothing_and_zero() {
        assert!(forbidden(Some("1".into())) && forbidden(Some("yes".into())));
        assert!(!forbidden(None) && !forbidden(Some("".into())) && !forbidden(Some("0".into())));
    }
}
