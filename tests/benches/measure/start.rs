//! From the start of a server to its first answer.

use usher_proto::Request;
use usher_tests::wire;

use super::servers::{Agent, Echo, connect_when_it_listens};
use super::times::in_turns;
use super::{cpu, echo, table};

const STARTS: usize = 20;
/// Milliseconds within which an agent with a memory store is to answer.
const TARGET: f64 = 10.0;

pub(super) fn measure() {
    cpu::on(cpu::two().1, || {
        // A home is made before the clock runs: the programs are copied into it.
        let mut homes: Vec<_> = (0..=STARTS).map(|_| Agent::home()).collect();
        let start_agent = || {
            let agent = Agent::start_in(homes.pop().expect("one a start"));
            wire::ask(&mut connect_when_it_listens(agent.socket()), &Request::Hello {});
            agent
        };
        let start_echo = || {
            let echo = Echo::start(echo::TOKIO);
            echo.caller().call();
            echo
        };
        let (ours, reference) = in_turns(STARTS, 1, start_agent, start_echo);
        table::figure(
            "start to first answer, p50",
            &table::time(ours.quantile(0.5)),
            &table::time(reference.quantile(0.5)),
            "one-thread tokio echo",
            ours.ratio(&reference, 0.5),
            &table::verdict(&format!("< {TARGET} ms"), ours.quantile(0.5) < TARGET * 1e6),
        );
    });
}
