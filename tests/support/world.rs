//! An agent in this process and a simulated edge before it, both by one clock.

use std::io::{BufReader, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use interprocess::local_socket::Stream;
use serde_json::{Value, json};
use usher_agent::broker::LOGIN_PATIENCE;
use usher_agent::store::Store;

use crate::agent::TestAgent;
use crate::clock::TestClock;
use crate::edge::Edge;
use crate::store::TestStore;
use crate::wire::{connect, read_line};

/// A test that waits longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// So often a test looks before it lets time go on.
const TURN_AFTER: u32 = 20;

/// Runs until it is dropped.
pub struct World {
    /// The agent.
    pub agent: TestAgent,
    /// What it takes for Cloudflare.
    pub edge: Edge,
    /// The time of both.
    pub clock: Arc<TestClock>,
}

impl World {
    /// Starts both.
    pub fn start() -> Self {
        Self::with_login_patience(LOGIN_PATIENCE)
    }

    /// Starts both; a person has so long for a login.
    pub fn with_login_patience(patience: Duration) -> Self {
        Self::with_store(Box::new(TestStore::default()), patience)
    }

    /// Starts both; the agent has a store of the test's.
    pub fn with_store(store: Box<dyn Store>, patience: Duration) -> Self {
        let clock = Arc::new(TestClock::new());
        let edge = Edge::with_clock(Arc::clone(&clock) as _);
        let agent = TestAgent::facing_with(store, &edge, Arc::clone(&clock), patience);
        Self { agent, edge, clock }
    }

    /// Asks for a token without a person.
    pub fn token(&self, url: &str) -> Value {
        self.agent.token(url)
    }

    /// Asks for a token again and again until the agent, which works on it behind the callers' backs, has
    /// another one than `old`.
    ///
    /// # Panics
    /// That takes more than a minute.
    pub fn another_token(&self, url: &str, old: &str) -> Value {
        eventually(|| {
            let answer = self.token(url);
            (answer["token"]["token"] != old).then_some(answer)
        })
    }

    /// Logs in: the person opens the page when the agent says so. Shows the answer.
    pub fn log_in(&self, url: &str) -> Value {
        let mut login = self.begin_login(url);
        login.finish(|page| self.edge.log_in(page).expect("the page is as it must be"))
    }

    /// Asks for a login on a connection of its own.
    pub fn begin_login(&self, url: &str) -> Login {
        self.begin(&json!({"login": {"app": url}}))
    }

    /// Logs in to the account: the person opens the page when the agent says so. Shows the answer.
    pub fn log_in_to_account(&self, profile: &str) -> Value {
        let mut login = self.begin(&json!({"cert-login": {"profile": profile}}));
        login.finish(|page| self.edge.log_in_to_account(page).expect("the page is as it must be"))
    }

    /// Asks for a login of any kind on a connection of its own.
    pub fn begin(&self, request: &Value) -> Login {
        Login::begin(self.agent.socket(), request)
    }

    /// Takes a secret in, and tells its id.
    pub fn import(&self, from: &Value, secret: &str) -> String {
        let answer = self.agent.json(&json!({"import": {"from": from, "secret": secret}}));
        let id = answer["imported"]["credential"]["id"].as_str();
        id.unwrap_or_else(|| panic!("it did not come in: {answer}")).to_owned()
    }

    /// Revokes, and shows the answer. While Cloudflare is given time to refuse, time goes on.
    pub fn revoke(&self, what: &Value) -> Value {
        let mut stream = BufReader::new(connect(self.agent.socket()).expect("the agent listens"));
        writeln!(stream.get_mut(), "{}", json!({"revoke": {"what": what}})).expect("the agent reads");
        loop {
            let line = read_line(&mut stream);
            match &line["event"] {
                Value::Null => return line,
                event if event["waiting"].is_object() => self.clock.turn(5),
                _ => {}
            }
        }
    }

    /// Lets time go on until something is so that the agent sees to by itself.
    ///
    /// # Panics
    /// That takes more than a minute of the test's own time.
    pub fn turn_until(&self, mut done: impl FnMut() -> bool) {
        let mut asked = 0;
        eventually(|| {
            asked += 1;
            if asked % TURN_AFTER == 0 {
                self.clock.turn(5); // what was due until now has begun
            }
            done().then_some(())
        });
    }

    /// Lists what the agent holds, by kind and label.
    pub fn held(&self) -> Vec<(String, String)> {
        let list = self.agent.json(&json!({"list": {}}));
        let all = list["list"]["credentials"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        all.iter().map(|one| (text(&one["kind"]), text(&one["label"]))).collect()
    }
}

/// Tries until there is something.
///
/// # Panics
/// That takes more than a minute.
pub fn eventually<T>(mut attempt: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(done) = attempt() {
            return done;
        }
        assert!(Instant::now() < end, "what was expected did not happen");
    }
}

/// A login that a client waits for; dropped, the client has left.
pub struct Login(BufReader<Stream>);

impl Login {
    /// Asks an agent for a login of any kind on a connection of its own.
    pub fn begin(socket: &Path, request: &Value) -> Self {
        let mut stream = connect(socket).expect("the agent listens");
        writeln!(stream, "{request}").expect("the agent reads");
        Self(BufReader::new(stream))
    }

    /// Waits for the next word that it is still awaited.
    ///
    /// # Panics
    /// Something else is said.
    pub fn wait(&mut self) {
        let line = read_line(&mut self.0);
        assert!(line["event"]["waiting"].is_object(), "{line}");
    }

    /// Waits until a person is needed, and shows the event; or the answer, if nobody is.
    pub fn page(&mut self) -> Value {
        loop {
            let line = read_line(&mut self.0);
            if line["event"]["waiting"].is_null() {
                return line;
            }
        }
    }

    /// Waits for the answer; `person` gets the page if this client is the one to open it.
    pub fn finish(&mut self, mut person: impl FnMut(&str)) -> Value {
        loop {
            let line = self.page();
            let event = &line["event"];
            if event.is_null() {
                return line;
            }
            // A login to an account asks one client alone.
            let page = if event["log-in"]["open"] == true {
                &event["log-in"]["url"]
            } else {
                &event["log-in-to-account"]["url"]
            };
            if let Some(page) = page.as_str() {
                person(page);
            }
        }
    }
}
