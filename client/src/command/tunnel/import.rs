//! `usher tunnel import`: `usher import --stdin --kind tunnel`.

use clap::Args;
use usher_proto::Kind;

use crate::command::import;
use crate::context::Context;
use crate::error::{Error, Exit};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Words to know it by, such as the tunnel's name
    #[arg(long, value_name = "TEXT")]
    label: Option<String>,
}

/// Takes it in.
pub(super) fn run(arguments: Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    import::run(&import::Arguments::given(Kind::Tunnel, arguments.label), context)
}
