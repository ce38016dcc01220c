//! A thousand clients at the same moment: each connects and asks once. The server on one CPU, who asks on
//! another.

use std::path::Path;

use super::caller::Caller;
use super::servers::{Agent, Echo};
use super::times::in_turns;
use super::{cpu, echo, table};

const ROUNDS: usize = 15;
const CLIENTS: usize = 1_000;

pub(super) fn measure() {
    let (server, client) = cpu::two();
    let (agent, echo) = cpu::on(server, || (Agent::holding(1), Echo::start(echo::TOKIO)));
    cpu::on(client, || {
        let (ours, plain) = (agent.lookup(0), echo.caller());
        let (there, plain_there) = (agent.socket(), echo.socket());
        let (ours, reference) = in_turns(ROUNDS, 1, || crowd(&ours, there), || crowd(&plain, &plain_there));
        let what = format!("{CLIENTS} clients at once, p50");
        table::times(&what, 0.5, &ours, "one-thread tokio echo", &reference, None);
    });
}

/// Returns when all have been answered.
fn crowd(one: &Caller, socket: &Path) -> Vec<Caller> {
    let mut all: Vec<_> = (0..CLIENTS).map(|_| one.another(socket)).collect();
    all.iter_mut().for_each(Caller::send);
    all.iter_mut().for_each(Caller::receive);
    all
}
