//! Many connections at once: the server on one CPU, who asks on another.

use std::time::{Duration, Instant};

use super::caller::Caller;
use super::servers::{Agent, Echo};
use super::times::median;
use super::{cpu, echo, table};

/// Turns that each server has.
const ROUNDS: usize = 15;
/// Length of a turn.
const TURN: Duration = Duration::from_millis(100);

pub(super) fn measure() {
    let (server, client) = cpu::two();
    let (agent, echo) = cpu::on(server, || (Agent::holding(1), Echo::start(echo::TOKIO)));
    cpu::on(client, || {
        for connections in [1, 8, 64, 512] {
            let mut ours: Vec<_> = (0..connections).map(|_| agent.lookup(0)).collect();
            let mut plain: Vec<_> = (0..connections).map(|_| echo.caller()).collect();
            let rates: Vec<_> = (0..ROUNDS).map(|_| (rate(&mut ours), rate(&mut plain))).collect();
            let ratio = median(rates.iter().map(|(ours, echo)| ours / echo).collect());
            table::figure(
                &format!("answers a second, {connections} at once"),
                &format!("{:.0}", median(rates.iter().map(|(ours, _)| *ours).collect())),
                &format!("{:.0}", median(rates.iter().map(|(_, echo)| *echo).collect())),
                "one-thread tokio echo",
                ratio,
                &if connections == 512 { table::verdict("≥ 0.65x", ratio >= 0.65) } else { String::new() },
            );
        }
    });
}

/// Answers a second when each connection asks as soon as all have been answered. One thread that
/// writes to all and then reads from all needs no more than two system calls a request.
fn rate(callers: &mut [Caller]) -> f64 {
    let begin = Instant::now();
    let mut answers = 0;
    while begin.elapsed() < TURN {
        callers.iter_mut().for_each(Caller::send);
        callers.iter_mut().for_each(Caller::receive);
        answers += callers.len();
    }
    answers as f64 / begin.elapsed().as_secs_f64()
}
