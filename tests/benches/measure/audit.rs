//! What the audit log costs: an agent that writes one beside one that writes none, on one CPU with whoever
//! asks, and so with the thread that writes.

use super::servers::Agent;
use super::times::{Times, in_turns, mean_ratio};
use super::{cpu, table};

const ROUNDS: usize = 60;
/// Takes long enough for lines to be written meanwhile.
const CALLS: usize = 10_000;

pub(super) fn measure() {
    cpu::on(cpu::two().1, || {
        let (with, without) = (Agent::holding(1), Agent::holding_in(Agent::home_without_audit(), 1));
        let (mut noted, mut unnoted) = (with.lookup(0), without.lookup(0));
        let (ours, reference) = in_turns(ROUNDS, CALLS, || noted.call(), || unnoted.call());
        print("lookup, audited, p50", &ours, &reference);
        let mean = mean_ratio(&ours, &reference);
        table::figure("lookup, audited, mean", "", "", "without audit log", mean, "≤ 1.03x");
        let fresh = || {
            noted.reconnect(with.socket());
            noted.call();
        };
        let fresh_unnoted = || {
            unnoted.reconnect(without.socket());
            unnoted.call();
        };
        let (ours, reference) = in_turns(ROUNDS, CALLS / 20, fresh, fresh_unnoted);
        print("connect and lookup, audited, p50", &ours, &reference);
    });
}

fn print(what: &str, ours: &Times, reference: &Times) {
    table::times(what, 0.5, ours, "without audit log", reference, None);
}
