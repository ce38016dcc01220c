//! A keyring that is asked as scripts do, by a program that is started for it, beside the whole client.

use std::io::Write;
use std::process::{Command, Stdio};

use usher_tests::keyring_daemon::KeyringDaemon;
use usher_tests::session_bus::SessionBus;

use super::echo::ANSWER;
use super::installed::program;
use super::process::{printed, run};
use super::servers::{Agent, url};
use super::times::in_turns;
use super::{cpu, table};

/// Names on the command line who measures with a bus around.
pub(super) const INSIDE: &str = "beside-a-keyring";

const ROUNDS: usize = 20;
const CALLS: usize = 5;
/// By what the keyring finds its secret.
const ATTRIBUTES: [&str; 2] = ["service", "usher-bench"];

/// Measures in a process on a bus of its own, where no keyring of somebody's is found.
pub(super) fn measure() {
    if ["dbus-daemon", "dbus-send", "gnome-keyring-daemon", "secret-tool"]
        .iter()
        .any(|name| program(name).is_none())
    {
        return table::alone("usher token, p50", "", "no gnome-keyring installed", "");
    }
    cpu::on(cpu::two().1, || {
        let bus = SessionBus::start();
        let mut inside = Command::new(std::env::current_exe().expect("this program"));
        let status = bus.surround(inside.arg(INSIDE)).status().expect("it starts");
        assert!(status.success());
    });
}

/// Is that process.
pub(super) fn measure_inside() {
    let (agent, _keyring) = (Agent::holding(1), KeyringDaemon::start());
    let mut usher = agent.client();
    usher.args(["token", &url(0)]);
    keep(&"s".repeat(ANSWER));
    let mut secret_tool = Command::new("secret-tool");
    secret_tool.arg("lookup").args(ATTRIBUTES);
    assert_eq!(printed(&mut secret_tool).len(), ANSWER);
    let (ours, reference) = in_turns(ROUNDS, CALLS, || run(&mut usher), || run(&mut secret_tool));
    table::times("usher token, p50", 0.5, &ours, "secret-tool lookup", &reference, None);
}

fn keep(secret: &str) {
    let mut store = Command::new("secret-tool");
    store.args(["store", "--label=a secret of a benchmark"]).args(ATTRIBUTES).stdin(Stdio::piped());
    let mut storing = store.spawn().expect("it starts");
    storing.stdin.take().expect("a pipe").write_all(secret.as_bytes()).expect("it reads");
    assert!(storing.wait().is_ok_and(|status| status.success()), "the keyring takes it");
}
