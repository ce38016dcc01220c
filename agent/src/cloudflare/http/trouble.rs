//! What happened on the way, in one word: the errors of HTTP quote URLs, and are not kept.

use std::error::Error;
use std::io::{self, ErrorKind};

use crate::cloudflare::error::Trouble;

/// Sums an error up.
pub(super) fn of(error: &reqwest::Error) -> Trouble {
    let kinds = kinds(error);
    let any = |wanted: &[ErrorKind]| kinds.iter().any(|kind| wanted.contains(kind));
    if error.is_builder() {
        Trouble::Settings
    } else if error.is_timeout() || any(&[ErrorKind::TimedOut]) {
        Trouble::Timeout
    } else if !error.is_connect() {
        Trouble::Cut
    } else if any(&[ErrorKind::InvalidData]) {
        // What rustls has against the other side, its certificate above all.
        Trouble::Tls
    } else if any(&[ErrorKind::UnexpectedEof, ErrorKind::ConnectionReset, ErrorKind::BrokenPipe]) {
        Trouble::Cut
    } else {
        Trouble::Unreachable
    }
}

/// Tells whether the call may have arrived: there was a connection to send it on.
pub(super) fn was_sent(error: &reqwest::Error) -> bool {
    !error.is_builder() && !error.is_connect()
}

/// Lists what the system and TLS said, from the outside to the inside.
fn kinds(error: &reqwest::Error) -> Vec<ErrorKind> {
    let mut kinds = Vec::new();
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        next = match error.downcast_ref::<io::Error>() {
            Some(io) => {
                kinds.push(io.kind());
                // Its `source` would leave out the error that it wraps.
                io.get_ref().map(|wrapped| wrapped as &(dyn Error + 'static))
            }
            None => error.source(),
        };
    }
    kinds
}
