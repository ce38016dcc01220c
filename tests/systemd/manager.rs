//! A systemd of a user's in a clean home, where the programs and the units lie as the README has them.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command};

use rustix::process::{Pid, Signal, geteuid, kill_process};
use usher_tests::home::Home;
use usher_tests::process::{Ran, install, run};
use usher_tests::world::eventually;

use super::group::Group;
use crate::PROGRAMS;

const README: &str = include_str!("../../README.md");
const SYSTEMD: &str = "/lib/systemd/systemd";

/// Tells why systemd cannot be started for a test.
pub(super) fn lacks() -> Option<&'static str> {
    if !Path::new(SYSTEMD).exists() {
        return Some("systemd is not installed");
    }
    if Path::new("/run/systemd/system").exists() {
        return Some("this machine's own systemd would have another one below it");
    }
    (!geteuid().is_root()).then_some("only root can tell systemd that the machine was started with it")
}

/// A systemd, which ends with the value and ends what it has started.
pub(super) struct Manager {
    process: Child,
    /// Its home.
    pub(super) home: Home,
    /// Outlives the process.
    _group: Group,
}

impl Manager {
    /// Starts one with a home of its own, where the programs and units lie as the README has them; none if
    /// it does not run here.
    pub(super) fn start() -> Option<Self> {
        let group = Group::new()?;
        let home = Home::new(PROGRAMS);
        let (bin, units) = (home.path().join(".cargo/bin"), home.path().join(".config/systemd/user"));
        for folder in [&bin, &units] {
            fs::create_dir_all(folder).expect("a folder");
        }
        install(Path::new(PROGRAMS.agent), &bin.join("usher-agent"));
        for unit in ["usher.socket", "usher.service"] {
            let head = format!("```ini\n# ~/.config/systemd/user/{unit}\n");
            let (_, text) = README.split_once(&head).expect("it stands in the README");
            fs::write(units.join(unit), text.split_once("```").expect("its end").0).expect("a file");
        }
        // It looks in /run whether the machine was started with systemd.
        let pretend = "for door; do echo $$ >\"$door\" || exit; done
            mount -t tmpfs none /run && mkdir -p /run/systemd/system && exec \"$0\" --user";
        let mut command = plain(&home, "unshare");
        command.args(["--mount", "sh", "-c", pretend, SYSTEMD]).args(group.doors());
        let log = File::create(home.path().join("log")).expect("a file");
        command.stdout(log.try_clone().expect("a descriptor")).stderr(log);
        let mut manager = Self { process: command.spawn().expect("it starts"), home, _group: group };
        eventually(|| {
            if manager.process.try_wait().expect("ours").is_some() {
                return Some(false);
            }
            let state = manager.systemctl(&["show", "--value", "--property", "SystemState"]).stdout;
            ["running", "degraded"].contains(&state.trim()).then_some(true)
        })
        .then_some(manager)
    }

    pub(super) fn systemctl(&self, words: &[&str]) -> Ran {
        let mut command = plain(&self.home, "systemctl");
        command.arg("--user").args(words);
        run(command, "")
    }

    /// Asks for a property of the service.
    pub(super) fn service(&self, property: &str) -> String {
        let shown = self.systemctl(&["show", "--value", "--property", property, "usher.service"]);
        shown.expect(0).stdout.trim().to_owned()
    }

    /// Runs the client, which starts no agent.
    pub(super) fn usher(&self, words: &[&str]) -> Ran {
        let mut command = plain(&self.home, self.home.program("usher"));
        command.arg("--no-start").args(words);
        run(command, "")
    }

    /// Asks for the agent's process: whoever connects has the agent started.
    pub(super) fn agent(&self) -> String {
        self.usher(&["status", "--json"]).expect(0).json()["pid"].to_string()
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.process), Signal::TERM);
        let _ = self.process.wait();
    }
}

/// Prepares a command to which no socket is named: it is where the unit has it.
fn plain(home: &Home, program: impl AsRef<OsStr>) -> Command {
    let mut command = home.command(program);
    command.env_remove("USHER_SOCK");
    command
}
