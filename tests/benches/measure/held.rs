//! What a lookup costs among more credentials: the same ten are asked for, in turns.

use super::caller::Caller;
use super::servers::Agent;
use super::times::in_turns;
use super::{cpu, table};

const ROUNDS: usize = 20;
const CALLS: usize = 200;
/// How many are asked for.
const ASKED: u32 = 10;

pub(super) fn measure() {
    cpu::on(cpu::two().1, || {
        let few = Agent::holding(ASKED);
        let mut asked_few = ask_in_turns(&few);
        for count in [1_000, 10_000, 100_000] {
            let many = Agent::holding(count);
            let mut asked_many = ask_in_turns(&many);
            let (more, reference) = in_turns(ROUNDS, CALLS, &mut asked_many, &mut asked_few);
            table::times(
                &format!("lookup among {count}, p50"),
                0.5,
                &more,
                "among 10",
                &reference,
                Some(1.1),
            );
        }
    });
}

/// Asks for one of them at each call.
fn ask_in_turns(agent: &Agent) -> impl FnMut() {
    let mut callers: Vec<_> = (0..ASKED).map(|number| agent.lookup(number)).collect();
    let mut next = 0;
    move || {
        Caller::call(&mut callers[next]);
        next = (next + 1) % callers.len();
    }
}
