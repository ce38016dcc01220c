//! `usher import`: takes in a cloudflared folder, or one secret from a pipe or a prompt.

mod folder;
mod given;
mod report;

use std::path::PathBuf;

use clap::Args;
use usher_proto::Kind;

use crate::context::Context;
use crate::error::{Error, Exit};

pub(super) use self::given::tell;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder; the one that cloudflared uses if none is named
    #[arg(value_name = "DIR", conflicts_with = "stdin")]
    folder: Option<PathBuf>,
    /// Remove each file once its secret was read back from the store
    #[arg(long, conflicts_with = "stdin")]
    shred: bool,
    /// Take one secret from standard input; on a terminal it is asked for without echo
    #[arg(long, requires = "kind")]
    stdin: bool,
    /// What it is: app-token, org-token, account-cert, service-token, tunnel or api-token
    #[arg(long, value_name = "KIND", requires = "stdin")]
    kind: Option<String>,
    /// The application that it is for: HOST[/PATH], perhaps with *
    #[arg(long, value_name = "PATTERN", requires = "stdin")]
    app: Option<String>,
    /// The team whose every application a service token is for: its name, or TEAM.cloudflareaccess.com
    #[arg(long, value_name = "TEAM", requires = "stdin")]
    team: Option<String>,
    /// The one header that the application reads a service token from, such as Authorization
    #[arg(long, value_name = "NAME", requires = "stdin")]
    single_header: Option<String>,
    /// Words to know it by
    #[arg(long, value_name = "TEXT", requires = "stdin")]
    label: Option<String>,
}

impl Arguments {
    /// Says what `--stdin --kind KIND --label TEXT` says.
    pub(super) fn given(kind: Kind, label: Option<String>) -> Self {
        Self {
            folder: None,
            shred: false,
            stdin: true,
            kind: Some(kind.as_str().to_owned()),
            app: None,
            team: None,
            single_header: None,
            label,
        }
    }
}

/// Takes in what is named.
pub(super) fn run(arguments: &Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    match &arguments.kind {
        Some(kind) => given::run(kind, arguments, context),
        None => folder::run(arguments.folder.as_deref(), arguments.shred, context),
    }
}
