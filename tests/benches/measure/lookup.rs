//! Lookups on a connection that is there, and on a fresh one; all on one CPU.

use super::servers::{Agent, Echo, SshAgent};
use super::times::in_turns;
use super::{cpu, echo, table};

const ROUNDS: usize = 20;
/// Enough for a quantile of 0.999.
const CALLS: usize = 2_000;

pub(super) fn measure() {
    cpu::on(cpu::two().1, || {
        let (agent, echo) = (Agent::holding(1), Echo::start(echo::BLOCKING));
        warm(&agent, &echo);
        fresh(&agent, &echo);
    });
}

fn warm(agent: &Agent, echo: &Echo) {
    let (mut ours, mut plain) = (agent.lookup(0), echo.caller());
    let (usher, reference) = in_turns(ROUNDS, CALLS, || ours.call(), || plain.call());
    for (what, quantile, target) in
        [("lookup, p50", 0.5, Some(1.7)), ("lookup, p99", 0.99, Some(2.0)), ("lookup, p999", 0.999, None)]
    {
        table::times(what, quantile, &usher, "blocking echo", &reference, target);
    }
    for (keys, name) in [(1, "ssh-agent lists one key"), (100, "ssh-agent lists 100")] {
        let Some(ssh) = SshAgent::holding(keys) else {
            return table::alone("lookup, p50", "", "OpenSSH is not installed", "");
        };
        let mut list = ssh.caller();
        let (usher, reference) = in_turns(ROUNDS, CALLS, || ours.call(), || list.call());
        table::times("lookup, p50", 0.5, &usher, name, &reference, Some(1.0));
    }
}

/// The echo server serves one connection at a time, so the one before is closed first.
fn fresh(agent: &Agent, echo: &Echo) {
    let (mut ours, mut plain) = (agent.lookup(0), echo.caller());
    let (theirs, ours_at) = (echo.socket(), agent.socket());
    let fresh_lookup = || {
        ours.reconnect(ours_at);
        ours.call();
    };
    let fresh_echo = || {
        plain.reconnect(&theirs);
        plain.call();
    };
    let (usher, reference) = in_turns(ROUNDS, CALLS / 10, fresh_lookup, fresh_echo);
    table::times("connect and lookup, p50", 0.5, &usher, "connect and echo", &reference, None);
}
