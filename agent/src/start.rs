//! Starts the agent: in the foreground, in the background, or around a command.

mod assembly;
mod background;
mod command;
mod failure;
mod leaving;
mod settings;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use log::LevelFilter;
use usher_proto::endpoint::Endpoint;
use usher_proto::{Code, Refusal};

pub use self::assembly::{World, assemble, serve};
pub use self::failure::ALREADY_RUNNING;
pub(crate) use self::failure::Failure;
use self::settings::Settings;
use crate::broker::LOGIN_PATIENCE;
use crate::clock::SystemClock;
use crate::command_line::CommandLine;
use crate::platform::{self, BindError, EndSignals, Listener};
use crate::server::Connections;
use crate::stop::Stop;
use crate::store::choose;
use crate::store::file::PassphraseSource;

/// Most connections at once.
const MAX_CONNECTIONS: usize = 1024;

/// Starts as the command line says; returns when the agent has ended, or runs in the background.
pub fn main() -> ExitCode {
    let line = CommandLine::parse();
    // Only our own modules, whatever `RUST_LOG` says: what a library logs might hold what it was given.
    let level =
        std::env::var("USHER_LOG").ok().and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::Warn);
    env_logger::Builder::new().filter(Some(env!("CARGO_CRATE_NAME")), level).init();
    let started = platform::harden().map_err(Failure::from).and_then(|()| start(&line));
    started.unwrap_or_else(|failure| failure.report())
}

fn start(line: &CommandLine) -> Result<ExitCode, Failure> {
    if line.background || line.sh || line.csh {
        return background::start(line);
    }
    platform::start_witness()?; // before there are threads
    if line.command.is_empty() { foreground(line) } else { command::run(line) }
}

/// Tells who started the agent that it listens, and what it should know.
type Announce<'a> = &'a mut dyn FnMut(&Ready);

/// What there is to announce.
pub(crate) struct Ready {
    /// Where the agent listens.
    pub(crate) endpoint: Endpoint,
    /// Something to know about the store, on the first run or after a change.
    pub(crate) notice: Option<String>,
}

fn foreground(line: &CommandLine) -> Result<ExitCode, Failure> {
    if line.detached {
        platform::detach()?;
    }
    let mut announce = |ready: &Ready| background::announce(ready, line.detached);
    run(line, Stop::new(), &mut announce)?;
    Ok(ExitCode::SUCCESS)
}

/// Runs an agent until it is asked to end.
fn run(line: &CommandLine, stop: Stop, announce: Announce<'_>) -> Result<(), Failure> {
    let cap = platform::prepare(MAX_CONNECTIONS);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|_| {
        Refusal::new(
            Code::Unavailable,
            "the system has no room for the agent",
            "free some memory or descriptors",
        )
    })?;
    runtime.block_on(async {
        let (listener, endpoint) = listen(line)?;
        let settings = settings::of(line)?;
        // Before the first thread, because those that run already would be left out.
        let sandbox = platform::confine(&settings.places(&endpoint));
        for lacking in &sandbox.lacks {
            log::warn!("the agent's sandbox has no {lacking}");
        }
        let Settings { store, network, audit, locks } = settings;
        let has_passphrase = store.passphrase != PassphraseSource::Ask;
        let opened = choose::open(store)
            .map_err(|error| Refusal::new(Code::StoreFailed, error.to_string(), error.hint()))?;
        for (_, lock) in locks.each() {
            leaving::check(lock, opened.name, has_passphrase)?;
        }
        let notice = opened.notice.clone();
        let world = World {
            clock: Arc::new(SystemClock),
            network,
            login_patience: LOGIN_PATIENCE,
            audit,
            locks: locks.clone(),
            sandbox,
        };
        let handler = assemble(opened, &endpoint, world, Connections::new(cap), stop)?;
        let signals = EndSignals::catch().ok();
        announce(&Ready { endpoint, notice });
        tell_service_manager();
        let (stop, around_command) = (handler.stop.clone(), !line.command.is_empty());
        tokio::spawn(async move {
            if let Some(signals) = signals {
                signals.wait(around_command).await;
                stop.ask();
            }
        });
        for (whose, lock) in locks.each() {
            tokio::spawn(leaving::lock_at(lock.on.clone(), whose.cloned(), Arc::clone(&handler)));
        }
        serve(listener, handler).await;
        Ok(())
    })
}

fn listen(line: &CommandLine) -> Result<(Listener, Endpoint), Failure> {
    let endpoint = match &line.socket {
        Some(path) => Endpoint::named(path)?,
        None => Endpoint::find()?,
    };
    let bound = match Listener::inherited() {
        Ok(None) => Listener::bind(&endpoint),
        Ok(Some(listener)) => Ok(listener),
        Err(error) => Err(error),
    };
    match bound {
        Ok(listener) => Ok((listener, endpoint)),
        Err(BindError::AlreadyRunning) => Err(Failure::AlreadyRunning(endpoint)),
        Err(BindError::Refused(refusal)) => Err(refusal.into()),
        Err(BindError::Failed(doing, kind)) => Err(Failure::Refused(Refusal::new(
            Code::Unavailable,
            format!("{doing} failed: {kind}, at {}", endpoint.path().display()),
            "look at the folder's rights, or set USHER_SOCK to another path",
        ))),
    }
}

fn tell_service_manager() {
    #[cfg(target_os = "linux")]
    if let Err(error) = sd_notify::notify(&[sd_notify::NotifyState::Ready]) {
        log::warn!("the service manager could not be told: {}", error.kind());
    }
}
