//! The whole client, from its start to its end, beside others that are started in the same way.

use std::process::{Command, Stdio};

use super::servers::{Agent, SshAgent, url};
use super::times::in_turns;
use super::{cpu, table};

const ROUNDS: usize = 40;
const CALLS: usize = 5;

pub(super) fn measure() {
    cpu::on(cpu::two().1, || {
        let agent = Agent::holding(1);
        drop(agent.lookup(0));
        let mut usher = agent.client();
        usher.args(["token", &url(0)]);
        let mut least = agent.command(env!("CARGO_BIN_EXE_least-client"));
        least.arg(url(0));
        assert_eq!(printed(&mut usher), printed(&mut least));
        let (ours, reference) = in_turns(ROUNDS, CALLS, || run(&mut usher), || run(&mut least));
        table::times("usher token, p50", 0.5, &ours, "least client", &reference, Some(1.1));
        match SshAgent::holding(1) {
            None => table::alone("usher token, p50", "", "OpenSSH is not installed", ""),
            Some(ssh) => {
                let mut list = ssh.ssh_add();
                list.arg("-l");
                let (ours, reference) = in_turns(ROUNDS, CALLS, || run(&mut usher), || run(&mut list));
                table::times("usher token, p50", 0.5, &ours, "ssh-add -l", &reference, Some(0.2));
            }
        }
    });
}

/// Runs a command and tells what it prints.
pub(super) fn printed(command: &mut Command) -> Vec<u8> {
    let done = command.output().expect("it starts");
    assert!(done.status.success() && !done.stdout.is_empty(), "{done:?}");
    done.stdout
}

/// Runs a command to its end.
pub(super) fn run(command: &mut Command) {
    let ended = command.stdin(Stdio::null()).stdout(Stdio::null()).status().expect("it starts");
    assert!(ended.success());
}
