//! What it costs to hold more credentials: the same ten are asked for, in turns.

use super::caller::Caller;
use super::servers::Agent;
use super::times::in_turns;
use super::{cpu, table};

const ROUNDS: usize = 20;
const CALLS: usize = 200;
/// How many are asked for.
const ASKED: u32 = 10;
/// Megabytes that an agent with few credentials may have in use.
const TARGET: f64 = 10.0;

pub(super) fn measure() {
    cpu::on(cpu::two().1, || {
        let few = Agent::holding(ASKED);
        let mut asked_few = ask_in_turns(&few);
        let few_use = few.resident() / 1e6;
        table::alone(
            "memory with 10 credentials",
            &megabytes(few_use),
            "resident",
            &table::verdict("< 10 MB", few_use < TARGET),
        );
        for count in [1_000, 10_000] {
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
            let used = many.resident() / 1e6;
            table::figure(
                &format!("memory with {count} credentials"),
                &megabytes(used),
                &megabytes(few_use),
                "with 10",
                used / few_use,
                "",
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

fn megabytes(megabytes: f64) -> String {
    format!("{megabytes:.1} MB")
}
