//! Running around a command: `usher-agent -- COMMAND` serves it on a socket of its own and ends with
//! it, with its exit code.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use usher_proto::endpoint::{Endpoint, VARIABLE};
use usher_proto::{Code, Refusal};

use super::{Failure, Ready};
use crate::command_line::CommandLine;
use crate::platform;
use crate::stop::Stop;

/// Runs the command with an agent beside it.
pub(super) fn run(line: &CommandLine) -> Result<ExitCode, Failure> {
    let line = CommandLine { socket: Some(own_socket(line)?), ..line.clone() };
    let stop = Stop::new();
    let mut starter = Some(Starter::new(line.command.clone()));
    let mut running = None;
    super::run(&line, stop.clone(), &mut |ready: &Ready| {
        let Some(starter) = starter.take() else { return };
        let started = starter.start(&ready.endpoint);
        if started.is_err() {
            stop.ask();
        }
        running = Some(started.map(|child| wait_in_thread(child, stop.clone())));
    })?;
    let cannot = |kind| {
        let what = format!("the command could not be started: {kind}");
        Refusal::new(Code::BadRequest, what, "give a program that can be started after --")
    };
    let (child, waiting) =
        running.unwrap_or(Err(io::ErrorKind::NotFound.into())).map_err(|error| cannot(error.kind()))?;
    if !child.reaped.load(Ordering::Acquire) {
        platform::end_process(child.pid); // the agent was asked to end first
    }
    let status = waiting
        .join()
        .unwrap_or(Err(io::ErrorKind::BrokenPipe.into()))
        .map_err(|error| cannot(error.kind()))?;
    Ok(exit_code(status))
}

/// Starts the command from a thread that is older than the agent's sandbox, which the command would
/// inherit from any other. The thread is gone before the agent serves.
struct Starter {
    endpoint: Sender<Endpoint>,
    thread: JoinHandle<io::Result<Child>>,
}

impl Starter {
    fn new(command: Vec<OsString>) -> Self {
        let (endpoint, told) = channel::<Endpoint>();
        let thread = std::thread::spawn(move || {
            let endpoint = told.recv().map_err(|_| io::ErrorKind::BrokenPipe)?;
            start(&command, &endpoint)
        });
        Self { endpoint, thread }
    }

    fn start(self, endpoint: &Endpoint) -> io::Result<Child> {
        let _ = self.endpoint.send(endpoint.clone());
        self.thread.join().unwrap_or(Err(io::ErrorKind::BrokenPipe.into()))
    }
}

fn start(command: &[OsString], endpoint: &Endpoint) -> io::Result<Child> {
    let (program, arguments) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env(VARIABLE, endpoint.path())
        .env("USHER_AGENT_PID", std::process::id().to_string());
    platform::with_own_core_limit(|| command.spawn())
}

/// A child whose process id is its own until it was waited for.
struct Running {
    pid: u32,
    reaped: AtomicBool,
}

/// Waits for the child in a thread of its own and ends the agent after it.
fn wait_in_thread(mut child: Child, stop: Stop) -> (Arc<Running>, JoinHandle<io::Result<ExitStatus>>) {
    let running = Arc::new(Running { pid: child.id(), reaped: AtomicBool::new(false) });
    let noted = Arc::clone(&running);
    let waiting = std::thread::spawn(move || {
        let status = child.wait();
        noted.reaped.store(true, Ordering::Release);
        stop.ask();
        status
    });
    (running, waiting)
}

/// Beside the standard socket, named after this process, unless the command line names one.
fn own_socket(line: &CommandLine) -> Result<PathBuf, Refusal> {
    match &line.socket {
        Some(path) => Ok(path.clone()),
        None => Ok(Endpoint::standard()?.beside(&format!("{}", std::process::id()))),
    }
}

/// The child's own code; 128 and the signal's number if one ended it, as in a shell.
fn exit_code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return ExitCode::from(128u8.saturating_add(u8::try_from(signal).unwrap_or(0)));
    }
    ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
