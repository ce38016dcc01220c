//! A person who leaves: the machine sleeps, the screen is locked, another session takes it.

use std::fs;

use usher_tests::home::Home;
use usher_tests::logind::Logind;
use usher_tests::process::Foreground;
use usher_tests::session_bus::SessionBus;
use usher_tests::token::{app_token, file_name};
use usher_tests::world::eventually;

use crate::PROGRAMS;
use crate::memory::{can_look_inside, found_in};

const APP: &str = "app.example.com";
/// Long after the tests.
const END: i64 = 4_000_000_000;
const PASSPHRASE: &str = "a passphrase for tests\n";

/// A machine with an agent that was opened and has a token.
struct Machine {
    home: Home,
    logind: Logind,
    agent: Foreground,
    _bus: SessionBus,
}

impl Machine {
    /// Starts an agent that locks itself on these moments.
    fn with(on: &str) -> Self {
        Self::configured(&format!("lock = {{ on = [{on}] }}\n"))
    }

    /// Starts an agent with these lines in its config file.
    fn configured(lines: &str) -> Self {
        let bus = SessionBus::start();
        let logind = Logind::start(&bus);
        let home = Home::new(PROGRAMS);
        home.configure(&format!("{lines}store = \"file\"\n"));
        let mut agent = home.command(home.program("usher-agent"));
        agent.env("DBUS_SYSTEM_BUS_ADDRESS", bus.address());
        let agent = Foreground::start(agent);
        let machine = Self { home, logind, agent, _bus: bus };
        machine.home.usher_with_input(&["unlock"], PASSPHRASE).expect(0);
        machine.import(APP, 1, "default");
        machine
    }

    /// Takes a token for an application in.
    fn import(&self, app: &str, number: u32, profile: &str) {
        let folder = self.home.path().join("work").join(profile);
        fs::create_dir(&folder).expect("a folder");
        fs::write(folder.join(file_name(app, number)), app_token(number, END)).expect("a file");
        self.home.usher(&["--profile", profile, "import", profile]).expect(0);
        self.home.usher(&["--profile", profile, "token", app]).expect(0);
    }

    fn state(&self) -> String {
        let status = self.home.usher(&["status", "--json"]).expect(0).json();
        status["state"].as_str().expect("a word").to_owned()
    }

    /// Expects that it locks itself and says why, and opens it again.
    fn closes(&self, why: &str) {
        eventually(|| (self.state() == "needs-passphrase").then_some(()));
        let status = self.home.usher(&["status"]).expect(0);
        let refused = self.home.usher(&["token", APP]).expect(5);
        for told in [status.stdout, refused.stderr] {
            assert!(told.contains("the agent locked itself at ") && told.contains(why), "{told}");
        }
        self.home.usher_with_input(&["unlock"], PASSPHRASE).expect(0);
        self.home.usher(&["token", APP]).expect(0);
    }

    /// Expects that it is open after all that was told: it is asked about the sleep again, and takes one
    /// thing after the other.
    fn stays_open(&self) {
        self.logind.prepare_for_sleep(false);
        self.logind.delay();
        assert_eq!(self.state(), "open");
    }
}

#[test]
fn the_machine_sleeps_only_when_the_agent_is_locked() {
    let machine = Machine::with("\"suspend\"");
    let mut delay = machine.logind.delay();
    for _ in 0..2 {
        machine.logind.prepare_for_sleep(true);
        delay.end();
        assert_eq!(machine.state(), "needs-passphrase");
        machine.logind.prepare_for_sleep(false);
        delay = machine.logind.delay();
        machine.closes("the machine went to sleep");
    }
    machine.logind.lock(true);
    machine.stays_open();
}

#[test]
fn a_locked_screen_or_another_session_locks_the_agent_of_its_user() {
    let machine = Machine::with("\"suspend\", \"screen-lock\", \"switch\"");
    let _delay = machine.logind.delay();
    machine.logind.lock(false);
    machine.logind.change(false, "LockedHint", true);
    machine.logind.change(false, "Active", false);
    machine.logind.change(true, "LockedHint", false);
    machine.logind.change(true, "Active", true);
    machine.logind.change(true, "IdleHint", true);
    machine.stays_open();
    machine.logind.lock(true);
    machine.closes("the screen was locked");
    machine.logind.change(true, "LockedHint", true);
    machine.closes("the screen was locked");
    machine.logind.change(true, "Active", false);
    machine.closes("another session took the screen");
}

/// Needs root, or nothing could look into the agent's memory at all.
#[test]
fn an_agent_that_locked_itself_holds_nothing() {
    if !can_look_inside() {
        return;
    }
    let machine = Machine::with("\"suspend\"");
    let found = |what: &str| found_in(machine.agent.process.id(), &[what.to_owned()]);
    assert!(found(APP) > 0, "the search finds it");
    machine.logind.prepare_for_sleep(true);
    machine.logind.delay().end();
    assert_eq!(machine.state(), "needs-passphrase");
    let token = app_token(1, END);
    assert_eq!([found(APP), found(&token[..60]), found(PASSPHRASE.trim())], [0; 3]);
    machine.closes("the machine went to sleep");
    assert!(found(APP) > 0, "the search finds it again");
}

/// Needs root as well.
#[test]
fn a_profile_is_locked_alone_and_nothing_of_it_is_held() {
    const WORK: &str = "work.example.com";
    let machine = Machine::configured("profile.work.lock = { on = [\"suspend\", \"screen-lock\"] }\n");
    machine.import(WORK, 2, "work");
    let _delay = machine.logind.delay();
    machine.logind.lock(true);
    let words = "the profile work locked itself at ";
    let status = || machine.home.usher(&["status"]).expect(0).stdout;
    let status = eventually(|| Some(status()).filter(|text| text.contains("passphrase")));
    assert!(status.contains(words) && status.contains("the screen was locked"), "{status}");
    let refused = machine.home.usher(&["--profile", "work", "token", WORK]).expect(5);
    assert!(refused.stderr.contains(words), "{refused:?}");
    machine.home.usher(&["token", APP]).expect(0);
    let list = machine.home.usher(&["list"]).expect(0);
    assert!(
        list.stdout.contains(APP) && !list.stdout.contains(WORK) && list.stderr.contains(words),
        "{list:?}"
    );
    if can_look_inside() {
        let found = |what: &str| found_in(machine.agent.process.id(), &[what.to_owned()]);
        // Its last names leave with the lines of the audit log, a moment after it is seen to be locked.
        eventually(|| (found(WORK) == 0).then_some(()));
        assert_eq!(found(&app_token(2, END)[..400]), 0);
        assert!(found(APP) > 0, "the search finds the others");
    }
    machine.home.usher_with_input(&["unlock"], "another\n").expect(5);
    machine.home.usher_with_input(&["unlock"], PASSPHRASE).expect(0);
    machine.home.usher(&["--profile", "work", "token", WORK]).expect(0);
}

#[test]
fn a_system_that_tells_nothing_is_named() {
    let bus = SessionBus::start();
    let home = Home::new(PROGRAMS);
    home.configure("lock = { on = [\"suspend\"] }\nstore = \"file\"\n");
    let mut agent = home.command(home.program("usher-agent"));
    agent.env("DBUS_SYSTEM_BUS_ADDRESS", bus.address());
    let agent = Foreground::start(agent);
    let said = eventually(|| agent.said().contains("does not lock itself").then(|| agent.said()));
    assert!(said.contains("logind does not answer"), "{said}");
    home.usher(&["status"]).expect(0);
}
