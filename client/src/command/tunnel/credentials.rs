//! `usher tunnel credentials NAME|UUID`: the content of a credentials file alone on standard output.

use usher_proto::tunnel::TunnelForm;

use super::{secret, which};
use crate::context::Context;
use crate::error::{Error, Exit};

/// Prints it.
pub(super) fn run(arguments: &which::Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    secret::print(arguments, TunnelForm::Credentials, context)
}
