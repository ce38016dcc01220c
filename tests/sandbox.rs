//! What the agent's process is kept from, in every way of starting; and that it does all else in there.
//!
//! - [`inside`]: what a process in there can do, and what it cannot
//! - [`works`]: the real agent in there
//! - [`lacking`]: systems that have no such thing
//! - [`witness`]: the process beside the agent that tells what others run

mod inside;
mod lacking;
mod witness;
mod works;

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;

use serde_json::{Value, json};
use usher_tests::home::Home;
use usher_tests::process::{Foreground, run};

use crate::PROGRAMS;

/// Tells whether the kernel has Landlock as the agent asks for it: version 5, of Linux 6.10.
fn kernel_has_it_all() -> bool {
    const VERSION: u32 = 1;
    // SAFETY: asked for its version, the call takes no other arguments.
    let version = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, 0, 0, VERSION) };
    version >= 5
}

/// Tells which processes a process started and did not yet wait for.
pub(crate) fn children(pid: u32) -> Vec<u32> {
    let list = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).expect("it runs");
    list.split_whitespace().map(|pid| pid.parse().expect("a process id")).collect()
}

/// Reads out of each thread's status whether it may gain privileges, and how its calls are filtered.
fn threads(statuses: &str) -> Vec<[&str; 2]> {
    let all = |name| statuses.lines().filter_map(move |line| line.strip_prefix(name)).map(str::trim);
    all("NoNewPrivs:").zip(all("Seccomp:")).map(|(privileges, calls)| [privileges, calls]).collect()
}

fn is_confined(pid: u32) {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("it runs");
    // A thread may end meanwhile.
    let statuses: String = tasks
        .filter_map(|task| fs::read_to_string(task.expect("a thread").path().join("status")).ok())
        .collect();
    let threads = threads(&statuses);
    assert!(!threads.is_empty() && threads.iter().all(|thread| *thread == ["1", "2"]), "{pid}: {threads:?}");
}

/// Makes the agent use its threads: the store's, and those for what blocks.
fn keep_busy(home: &Home) -> Value {
    home.usher_with_input(&["lock"], "a passphrase for tests\n").expect(0);
    home.usher_with_input(&["unlock"], "a passphrase for tests\n").expect(0);
    home.usher(&["forget", "app-000000000000"]).expect(3);
    home.usher(&["status", "--json"]).expect(0).json()
}

/// Checks every thread of a home's agent, and of the process beside it.
pub(crate) fn agent_is_confined(home: &Home) {
    let status = keep_busy(home);
    if kernel_has_it_all() {
        let all = json!({"holds": ["no-new-privileges", "landlock", "seccomp"], "lacks": []});
        assert_eq!(status["sandbox"], all);
    }
    let pid = u32::try_from(status["pid"].as_u64().expect("a number")).expect("a process id");
    is_confined(pid);
    let children = children(pid);
    assert_eq!(children.len(), 1, "the witness");
    is_confined(children[0]);
}

#[test]
fn every_thread_of_an_agent_is_in_there_in_every_way_of_starting() {
    let home = Home::new(PROGRAMS);
    let foreground = home.start_agent(&[]);
    agent_is_confined(&home);
    drop(foreground);

    home.usher(&["agent", "start"]).expect(0);
    agent_is_confined(&home);
    home.usher(&["agent", "stop"]).expect(0);

    let listener = UnixListener::bind(home.socket()).expect("a fresh path");
    let mut manager = home.command("sh");
    manager.args(["-c", "exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\""]);
    manager.arg(home.program("usher-agent")).stdin(OwnedFd::from(listener));
    let activated = Foreground::start(manager);
    agent_is_confined(&home);
    drop(activated);
}

/// The agent's threads are confined, and the command does what it did without an agent.
#[test]
fn a_command_that_the_agent_runs_around_is_not_in_there() {
    let home = Home::new(PROGRAMS);
    let outside = home.path().join("outside");
    fs::write(&outside, "a file of the command's\n").expect("a file");
    let script = "\"$0\" --no-start forget app-000000000000; cat /proc/$PPID/task/*/status; \
                  echo the command:; cat /proc/self/status \"$1\"";
    let mut around = home.command(home.program("usher-agent"));
    around.args(["--", "sh", "-c", script]).arg(home.program("usher")).arg(&outside);
    let ran = run(around, "").expect(0);
    let (agent, command) = ran.stdout.split_once("the command:").expect("both parts");
    let agents = threads(agent);
    assert!(agents.len() > 2 && agents.iter().all(|thread| *thread == ["1", "2"]), "{agents:?}");
    let own = fs::read_to_string("/proc/self/status").expect("our own");
    assert_eq!(threads(command), threads(&own)[..1], "as this test, whatever surrounds it");
    assert!(command.contains("a file of the command's"), "{command}");
}
