//! An agent that locks itself, or a profile: when nobody needs it, and when its person leaves.

mod idle;
#[cfg(target_os = "linux")]
mod leaving;
mod profile;
mod settings;

use serde_json::{Value, json};
use usher_tests::agent::TestAgent;

fn state(agent: &TestAgent) -> String {
    let status = agent.json(&json!({"status": {}}));
    status["status"]["state"].as_str().expect("a word").to_owned()
}

fn code(answer: &Value) -> &str {
    answer["error"]["code"].as_str().unwrap_or("none")
}
