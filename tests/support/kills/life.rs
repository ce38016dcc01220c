//! A home, its edge, and an agent that is started, asked and killed in it.

mod look;
mod prepare;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::chance::Chance;
use super::files::{Secrets, below};
use super::ground::Ground;
use super::ledger::{KEPT, Ledger};
use super::moment::Moment;
use super::operation::{Operation, PASSPHRASE, REPLACED, Step, is_late, note};
use crate::edge::Edge;
use crate::home::{Home, Programs};
use crate::process::Foreground;
use crate::wire;
use crate::world::{Login, eventually};

/// The application whose tokens are refreshed …
const REFRESHED: &str = "one.example.test";
/// … and the one whose tokens have ended when somebody asks.
const RENEWED: &str = "two.example.test";

/// What a kill came to.
pub(super) struct Killed {
    pub(super) operation: Operation,
    /// The last answer had come before.
    pub(super) answered: bool,
    /// Credentials were new afterwards.
    pub(super) changed: bool,
    /// A file lay there that is no whole one; the next start removed it.
    pub(super) half_written: bool,
}

/// Ends with the value, in this order: the agent, its home, the edge.
pub(super) struct Life {
    agent: Option<Foreground>,
    home: Home,
    edge: Edge,
    chance: Chance,
    /// What may be held.
    ledger: Ledger,
    /// The API tokens that came in, by label.
    api_tokens: BTreeMap<String, String>,
    /// What no file may tell.
    secrets: Secrets,
    /// The files that belong there.
    files: BTreeSet<PathBuf>,
    /// How long each operation takes undisturbed.
    took: BTreeMap<Operation, Duration>,
    /// Operations up to now.
    count: u32,
}

impl Life {
    /// Makes a home with credentials, and does everything once undisturbed.
    pub(super) fn begin(programs: Programs<'_>, ground: Ground, chance: Chance) -> Self {
        ground.clear();
        let (home, edge) = (Home::new(programs), Edge::start());
        std::fs::create_dir(home.path().join("temporary")).expect("a folder");
        home.configure_online(&format!("{}{}", ground.config(&home), edge.config()));
        edge.renew_org_tokens(true);
        let mut life = Self {
            agent: None,
            home,
            edge,
            chance,
            ledger: Ledger::default(),
            api_tokens: BTreeMap::new(),
            secrets: Secrets::default(),
            files: BTreeSet::new(),
            took: BTreeMap::new(),
            count: 0,
        };
        life.secrets.add(PASSPHRASE);
        life.start();
        for app in [REFRESHED, RENEWED] {
            let answer = eventually(|| {
                let mut login = Login::begin(life.home.socket(), &json!({"login": {"app": app}}));
                let answer = login.finish(|page| life.edge.log_in(page).expect("the page is as it must be"));
                (!is_late(&answer)).then_some(answer)
            });
            let token = answer["token"]["token"].as_str().unwrap_or_else(|| panic!("no login: {answer}"));
            life.ledger.is(("app-token".to_owned(), app.to_owned()), Some(token.to_owned()));
        }
        let org = life.list().into_iter().map(|(name, _)| name).find(|(kind, _)| kind == "org-token");
        life.ledger.is(org.expect("it came with the login"), Some(KEPT.to_owned()));
        for number in 0..REPLACED {
            life.do_undisturbed(vec![Step::import(number, 0)]);
        }
        for operation in Operation::ALL {
            let steps = life.prepare(operation);
            let took = life.do_undisturbed(steps);
            life.allow_issued(operation, &[]);
            life.took.insert(operation, took);
            life.look(operation, &Ledger::default()).expect("nothing went wrong yet");
        }
        life.files = below(life.home.path());
        life
    }

    /// Kills the agent in the middle of something, starts it again, and looks what is left. Something may
    /// happen to the home before it is started again.
    ///
    /// # Errors
    /// What is left is not as it must be.
    pub(super) fn go_on(&mut self, mishap: &dyn Fn(&Path)) -> Result<Killed, String> {
        let operation = *self.chance.one_of(&Operation::ALL).expect("there are some");
        let steps = self.prepare(operation);
        let before = self.ledger.clone();
        let issued = self.edge.secrets();
        let moment = Moment::by(&mut self.chance, self.took[&operation]);
        let requests: Vec<_> = steps.iter().map(|step| step.request.clone()).collect();
        let agent = self.agent.take().expect("it runs");
        let answers = moment.kill(agent, self.home.socket(), &requests);
        let answered = note(&mut self.ledger, steps, &answers);
        self.allow_issued(operation, &issued);
        self.learn(operation, answered);
        mishap(self.home.path());
        let half_written = below(self.home.path()) != self.files;
        self.no_file_tells()?;
        self.start();
        let changed = self.look(operation, &before).map_err(|how| format!("{operation:?}: {how}"))?;
        self.no_file_tells()?;
        self.files_are_as_before().map_err(|how| format!("{operation:?}: {how}"))?;
        Ok(Killed { operation, answered, changed: changed > 0, half_written })
    }

    /// Learns how long an operation takes now: kills that come too late try nothing, and some shall.
    fn learn(&mut self, operation: Operation, answered: bool) {
        self.took.entry(operation).and_modify(|took| *took = *took * if answered { 6 } else { 9 } / 8);
    }

    fn start(&mut self) {
        let mut command = self.home.command(self.home.program("usher-agent"));
        command.env("TMPDIR", self.home.path().join("temporary"));
        self.agent = Some(Foreground::start(command));
    }

    /// Asks until the answer is in time: on a machine with too much to do, to open a sealed file takes longer
    /// than the agent waits.
    fn ask(&self, request: &Value) -> Value {
        eventually(|| {
            let answer = wire::lines(self.home.socket(), &[&request.to_string()]).remove(0);
            (!is_late(&answer)).then_some(answer)
        })
    }

    /// Asks and waits for all answers; tells how long that took.
    fn do_undisturbed(&mut self, steps: Vec<Step>) -> Duration {
        let begin = Instant::now();
        let mut stream = BufReader::new(wire::connect(self.home.socket()).expect("the agent listens"));
        for step in &steps {
            writeln!(stream.get_mut(), "{}", step.request).expect("the agent reads");
        }
        let mut answers = Vec::new();
        while answers.len() < steps.len() {
            let line = wire::read_line(&mut stream);
            assert!(!line.is_null(), "the agent went away");
            answers.extend(line["event"].is_null().then_some(line));
        }
        note(&mut self.ledger, steps, &answers);
        begin.elapsed()
    }
}
