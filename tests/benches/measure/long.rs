//! What many lookups leave behind: memory that is read from no file, after them beside that before.

use super::caller::Caller;
use super::servers::Agent;
use super::{cpu, table};

const LOOKUPS: usize = 10_000_000;
/// Lookups before it is looked for the first time: what is made once is there then.
const FIRST: usize = 100_000;
/// Connections, each for a credential of its own.
const CONNECTIONS: u32 = 10;
/// Requests that are sent before an answer is read.
const BURST: usize = 250;
/// Kilobytes more that are no growth: a few pages come and go.
const TARGET: f64 = 64.0;

pub(super) fn measure() {
    let (server, client) = cpu::two();
    let agent = cpu::on(server, || Agent::holding(CONNECTIONS));
    cpu::on(client, || {
        let mut callers: Vec<_> = (0..CONNECTIONS).map(|number| agent.lookup(number)).collect();
        ask(&mut callers, FIRST);
        let before = agent.footprint().anonymous;
        ask(&mut callers, LOOKUPS);
        let after = agent.footprint().anonymous;
        let verdict = table::verdict(&format!("≤ +{TARGET} KB"), after - before <= TARGET * 1e3);
        table::sizes(&format!("memory after {LOOKUPS} lookups"), after, "before", Some(before), &verdict);
    });
}

fn ask(callers: &mut [Caller], count: usize) {
    for _ in 0..count / (BURST * callers.len()) {
        callers.iter_mut().for_each(|caller| caller.burst(BURST));
    }
}
