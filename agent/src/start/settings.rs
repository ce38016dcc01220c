//! What the command line and the config file say, put together.

use std::path::{Path, PathBuf};

use usher_proto::endpoint::{Endpoint, Folders};
use usher_proto::name::BadName;
use usher_proto::{Code, Refusal, audit_log};

use crate::cloudflare::http::Network;
use crate::command_line::CommandLine;
use crate::config::{self, Config, Locks};
use crate::platform::Places;
use crate::store::Choice;
use crate::store::choose::{self, Asked};
use crate::store::file::PassphraseSource;

/// What is needed to start.
pub(super) struct Settings {
    /// What decides which store is opened.
    pub(super) store: choose::Settings,
    /// The way out; none if the agent never goes out.
    pub(super) network: Option<Network>,
    /// The audit log; none if there is to be none.
    pub(super) audit: Option<PathBuf>,
    /// When the agent locks itself.
    pub(super) locks: Locks,
}

impl Settings {
    /// Names the files that an agent with these settings needs while it runs, and where its socket is.
    pub(super) fn places(&self, endpoint: &Endpoint) -> Places {
        let mut places = Places::default();
        places.own.extend(self.store.remembered_in.parent().map(Path::to_owned));
        places.own.extend(self.audit.as_deref().and_then(Path::parent).map(Path::to_owned));
        if self.store.takes_file() {
            places.own.push(match self.store.file.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
                _ => PathBuf::from("."),
            });
            places.read.extend(self.store.passphrase.file().map(Path::to_owned));
        }
        places.read.extend(self.network.as_ref().and_then(|network| network.ca_file.clone()));
        places.clear.extend(endpoint.path().parent().map(Path::to_owned));
        places
    }
}

/// Puts the settings together.
pub(super) fn of(line: &CommandLine) -> Result<Settings, Refusal> {
    let folders = Folders::find()?;
    let config = match &line.config {
        Some(path) => config::read(path, false)?,
        None => config::read(&folders.config.join("config.toml"), true)?,
    };
    let Config { store, sealed_file, passphrase_file, offline, ca_file, hosts, audit, lock, profile } =
        config;
    let asked = match (&line.store, &store) {
        (Some(store), _) => asked(store, "with --store")?,
        (None, Some(store)) => asked(store, "in the config file")?,
        (None, None) => None,
    };
    let passphrase = match (passphrase_file, std::env::var_os("CREDENTIALS_DIRECTORY")) {
        (Some(path), _) => PassphraseSource::File(path),
        (None, Some(directory)) => PassphraseSource::systemd(Path::new(&directory)),
        (None, None) => PassphraseSource::Ask,
    };
    let store = choose::Settings {
        asked,
        remembered_in: folders.state.join("store"),
        file: sealed_file.unwrap_or_else(|| folders.data.join("credentials.sealed")),
        passphrase,
    };
    let network = Network { ca_file, hosts: hosts.into_iter().map(|(app, at)| (app, at.0)).collect() };
    let audit = audit.unwrap_or(true).then(|| audit_log::newest(&folders));
    let profiles = profile.into_iter().map(|(name, profile)| (name, profile.lock)).collect();
    let locks = Locks { agent: lock, profiles };
    Ok(Settings { store, network: (!offline).then_some(network), audit, locks })
}

fn asked(store: &str, how: &'static str) -> Result<Option<Asked>, Refusal> {
    let unknown = |bad: BadName| {
        Refusal::new(
            Code::BadRequest,
            format!("the store asked for {how} is none: {}", bad.form),
            "`usher-agent --help` tells more",
        )
    };
    Ok(match store.parse().map_err(unknown)? {
        Choice::Auto => None,
        Choice::Store(store) => Some(Asked { store, how }),
    })
}
