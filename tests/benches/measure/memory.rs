//! Memory in use, with nothing held, with few credentials and with many; beside an ssh-agent with one key
//! and with many.

use super::servers::{Agent, SshAgent};
use super::table;

/// Credentials that the agent holds, keys that ssh-agent does, and megabytes that may be resident.
const HELD: [(u32, u32, f64); 3] = [(0, 1, 8.0), (10, 1, 8.0), (10_000, 100, 40.0)];

pub(super) fn measure() {
    for (credentials, keys, target) in HELD {
        let ours = Agent::holding(credentials).footprint();
        let theirs = SshAgent::holding(keys).map(|agent| agent.footprint());
        let name = match theirs {
            None => "OpenSSH is not installed".to_owned(),
            Some(_) => format!("ssh-agent, keys: {keys}"),
        };
        let rss = theirs.as_ref().map(|theirs| theirs.rss);
        let verdict = table::verdict(&format!("≤ {target} MB"), ours.rss <= target * 1e6);
        table::sizes(&format!("RSS, credentials: {credentials}"), ours.rss, &name, rss, &verdict);
        let what = format!("PSS, credentials: {credentials}");
        match ours.pss {
            None => table::alone(&what, "", "only root sees it", ""),
            Some(pss) => table::sizes(&what, pss, &name, theirs.and_then(|theirs| theirs.pss), ""),
        }
    }
}
