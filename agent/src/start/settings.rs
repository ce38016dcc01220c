//! What decides which store is opened: the command line, the config file, and what was used before.

use std::path::Path;

use usher_proto::endpoint::Folders;
use usher_proto::name::BadName;
use usher_proto::{Code, Refusal};

use crate::command_line::CommandLine;
use crate::config;
use crate::store::Choice;
use crate::store::choose::{Asked, Settings};
use crate::store::file::PassphraseSource;

/// Puts the settings of the store together.
pub(super) fn of(line: &CommandLine) -> Result<Settings, Refusal> {
    let folders = Folders::find()?;
    let config = match &line.config {
        Some(path) => config::read(path, false)?,
        None => config::read(&folders.config.join("config.toml"), true)?,
    };
    let asked = match (&line.store, &config.store) {
        (Some(store), _) => asked(store, "with --store")?,
        (None, Some(store)) => asked(store, "in the config file")?,
        (None, None) => None,
    };
    let passphrase = match (config.passphrase_file, std::env::var_os("CREDENTIALS_DIRECTORY")) {
        (Some(path), _) => PassphraseSource::File(path),
        (None, Some(directory)) => PassphraseSource::systemd(Path::new(&directory)),
        (None, None) => PassphraseSource::Ask,
    };
    Ok(Settings {
        asked,
        remembered_in: folders.state.join("store"),
        file: config.sealed_file.unwrap_or_else(|| folders.data.join("credentials.sealed")),
        passphrase,
    })
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
