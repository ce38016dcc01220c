//! Puts the parts together and runs them: in the foreground, in the background, or around a command.

mod background;
mod command;
mod leaving;
mod settings;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use log::LevelFilter;
use usher_proto::answer::Sandbox;
use usher_proto::endpoint::Endpoint;
use usher_proto::{Code, Refusal};

use self::settings::Settings;
use crate::audit::Audit;
use crate::broker::{Broker, LOGIN_PATIENCE};
use crate::clock::{Clock, SystemClock};
use crate::cloudflare::Edge;
use crate::cloudflare::http::Network;
use crate::command_line::CommandLine;
use crate::config::LockItself;
use crate::handler::{About, Handler};
use crate::platform::{self, BindError, EndSignals, Listener};
use crate::server::{self, Connections};
use crate::stop::Stop;
use crate::store::choose::{self, Opened};
use crate::store::file::PassphraseSource;
use crate::store::thread::StoreThread;

/// Most connections at once.
const MAX_CONNECTIONS: usize = 1024;

/// Exit code when another agent runs on the same socket.
pub const ALREADY_RUNNING: u8 = 8;

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

/// Why the agent did not start.
pub(crate) enum Failure {
    /// Another agent runs there.
    AlreadyRunning(Endpoint),
    /// Something is wrong, in words.
    Refused(Refusal),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Failure::Refused(refusal)
    }
}

impl Failure {
    #[expect(clippy::print_stderr, reason = "the last words of a program that did not start")]
    fn report(self) -> ExitCode {
        match self {
            Failure::AlreadyRunning(endpoint) => {
                eprintln!("usher-agent: an agent is running at {}", endpoint.path().display());
                eprintln!("  hint: `usher status` asks it how it is, `usher agent stop` ends it");
                ALREADY_RUNNING.into()
            }
            Failure::Refused(refusal) => {
                eprintln!("usher-agent: {}", refusal.message);
                eprintln!("  hint: {}", refusal.hint);
                match refusal.code {
                    Code::BadRequest => 2,
                    Code::StoreFailed | Code::StoreLocked | Code::StoreTimeout | Code::StoreFull => 7,
                    _ => 1,
                }
                .into()
            }
        }
    }
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
        let Settings { store, network, audit, lock } = settings;
        let has_passphrase = store.passphrase != PassphraseSource::Ask;
        let opened = choose::open(store)
            .map_err(|error| Refusal::new(Code::StoreFailed, error.to_string(), error.hint()))?;
        leaving::check(&lock, opened.name, has_passphrase)?;
        let notice = opened.notice.clone();
        let (clock, on) = (Arc::new(SystemClock), lock.on.clone());
        let world = World { clock, network, login_patience: LOGIN_PATIENCE, audit, lock, sandbox };
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
        tokio::spawn(leaving::lock_at(on, Arc::clone(&handler)));
        serve(listener, handler).await;
        Ok(())
    })
}

/// What the agent works with, which a test brings along.
pub struct World {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// The way out; none if the agent never goes out.
    pub network: Option<Network>,
    /// How long a person has for a login.
    pub login_patience: Duration,
    /// The audit log; none if nothing is to be noted.
    pub audit: Option<PathBuf>,
    /// When the agent locks itself.
    pub lock: LockItself,
    /// What the agent's process is kept from.
    pub sandbox: Sandbox,
}

/// Puts a handler together from an opened store.
///
/// # Errors
/// The system has no thread left for the store.
pub fn assemble(
    opened: Opened,
    endpoint: &Endpoint,
    world: World,
    connections: Arc<Connections>,
    stop: Stop,
) -> Result<Arc<Handler>, Refusal> {
    let World { clock, network, login_patience, audit, lock, sandbox } = world;
    let audit = audit.map_or_else(Audit::off, |path| Audit::in_file(path, Arc::clone(&clock)));
    let about = About {
        started: clock.now(),
        socket: endpoint.path().display().to_string(),
        store: opened.name.to_string(),
        chosen: opened.chosen,
        keeps: opened.name.keeps().to_owned(),
        sandbox,
    };
    let store = StoreThread::start(opened.store, opened.name.outlives_reboot()).map_err(|_| {
        Refusal::new(Code::Unavailable, "the system has no thread left", "end other programs first")
    })?;
    let edge = network.map(|network| Edge::new(network, Arc::clone(&clock)));
    let broker = Broker::new(store, clock, edge, login_patience, audit.clone(), lock.idle);
    Ok(Arc::new(Handler { broker, about, connections, stop, audit }))
}

/// Serves until the agent is asked to end; saves what could not be saved before, and writes what was noted.
pub async fn serve(listener: Listener, handler: Arc<Handler>) {
    tokio::select! {
        () = server::serve(listener, Arc::clone(&handler)) => {}
        () = handler.broker.renew_ahead() => {}
        () = handler.broker.finish_revoking() => {}
        () = handler.broker.close_when_idle() => {}
        () = handler.audit.write_what_comes() => {}
    }
    handler.broker.save_unsaved().await;
    handler.audit.write().await;
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
