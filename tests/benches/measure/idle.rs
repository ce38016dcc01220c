//! What connections cost that do nothing.

use super::servers::Agent;
use super::times::in_turns;
use super::{cpu, table};

const ROUNDS: usize = 20;
const CALLS: usize = 500;
/// How many do nothing, each after it was served once.
const IDLE: usize = 1_000;
/// Kilobytes that one may cost.
const TARGET: f64 = 4.0;

pub(super) fn measure() {
    cpu::on(cpu::two().1, || {
        let (crowded, other) = (Agent::holding(1), Agent::holding(1));
        let (mut beside, mut alone) = (crowded.lookup(0), other.lookup(0));
        beside.call();
        let before = crowded.footprint().rss;
        let idle: Vec<_> = (0..IDLE).map(|_| crowded.lookup(0)).collect();
        let each = (crowded.footprint().rss - before) / IDLE as f64 / 1024.0;
        let verdict = table::verdict("≤ 4 KB", each <= TARGET);
        table::alone("memory of an idle connection", &format!("{each:.1} KB"), "resident", &verdict);
        let (ours, reference) = in_turns(ROUNDS, CALLS, || beside.call(), || alone.call());
        table::times("lookup beside 1,000 idle, p50", 0.5, &ours, "alone", &reference, Some(1.15));
        drop(idle);
    });
}
