//! `tunnel delete TUNNEL…`: what the agent holds for tunnels that are gone opens nothing any more.

use std::process::Command;

use usher_proto::{Credential, Kind, Request};

use crate::child::Signals;
use crate::command::list;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::lend::Lent;
use crate::print::clean;

/// Runs it, and forgets the tunnels' credentials if it succeeded.
pub(super) fn run(
    tunnels: &[&str],
    account: Option<&str>,
    command: Command,
    lent: Lent,
    context: &mut Context<'_, '_>,
) -> Result<Exit, Error> {
    let signals = Signals::catch()?;
    let ended = signals.run(command)?;
    drop(lent);
    if ended == Exit::Program(0)
        && let Err(error) = forget(tunnels, account, context)
    {
        context.report(&error);
    }
    Ok(ended)
}

fn forget(tunnels: &[&str], account: Option<&str>, context: &mut Context<'_, '_>) -> Result<(), Error> {
    let profile = context.profile.get_or_insert_default().clone();
    for credential in list::all(context)? {
        if credential.profile == profile && is_of(&credential, tunnels, account) {
            context.ask(&Request::Forget { id: credential.id.clone() })?;
            let label = clean(&credential.label);
            context
                .streams
                .tell(&format!("usher: wiped {} ({label}), whose tunnel is gone\n", credential.id));
        }
    }
    Ok(())
}

/// Tells whether these are credentials of one of the tunnels: a UUID is one tunnel's alone, a name one's
/// of an account.
fn is_of(credential: &Credential, tunnels: &[&str], account: Option<&str>) -> bool {
    let id = credential.tunnel.as_deref().unwrap_or_default();
    let is_in_account = account.is_some() && credential.account.as_deref() == account;
    credential.kind == Kind::Tunnel
        && tunnels
            .iter()
            .any(|tunnel| tunnel.eq_ignore_ascii_case(id) || is_in_account && *tunnel == credential.label)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::testing::credential;

    #[test]
    fn a_name_counts_in_its_own_account_only() {
        let held = Credential {
            kind: Kind::Tunnel,
            label: "web".to_owned(),
            account: Some("a".to_owned()),
            tunnel: Some("3a21c094-39e3-4379-9f64-829462be7bc1".to_owned()),
            ..Arc::unwrap_or_clone(credential())
        };
        assert!(is_of(&held, &["x", "web"], Some("a")));
        assert!(is_of(&held, &["3A21C094-39e3-4379-9f64-829462be7bc1"], None));
        assert!(!is_of(&held, &["web"], Some("b")) && !is_of(&held, &["web"], None));
        assert!(!is_of(&held, &["x", ""], Some("a")));
        let other = Credential { kind: Kind::ApiToken, ..held };
        assert!(!is_of(&other, &["web"], Some("a")));
    }
}
