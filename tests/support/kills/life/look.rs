//! What is left after a kill: what the agent holds, what Cloudflare takes, and what files tell.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Life, REFRESHED, RENEWED};
use crate::kills::files::below;
use crate::kills::ledger::{KEPT, Ledger, Name};
use crate::kills::operation::Operation;
use crate::world::eventually;

/// A file that stays longer is not being written.
const WRITTEN_WITHIN: Duration = Duration::from_secs(10);

impl Life {
    /// Allows what the edge has issued and had not before: whether it came into the agent nobody saw.
    pub(super) fn allow_issued(&mut self, operation: Operation, before: &[String]) {
        let app = match operation {
            Operation::Refresh => REFRESHED,
            Operation::Renew => RENEWED,
            _ => return,
        };
        for secret in self.edge.secrets().into_iter().filter(|secret| !before.contains(secret)) {
            self.ledger.may_be(("app-token".to_owned(), app.to_owned()), Some(secret));
        }
    }

    /// Looks at everything that the agent holds; tells how many are others than before.
    pub(super) fn look(&mut self, operation: Operation, before: &Ledger) -> Result<usize, String> {
        let mut found = BTreeMap::new();
        for (name, _) in self.list() {
            let secret = match &*name.0 {
                "app-token" => self.token(&name.1)?,
                _ => KEPT.to_owned(),
            };
            if found.insert(name.clone(), secret).is_some() {
                return Err(format!("{name:?} is there twice"));
            }
        }
        if operation == Operation::Renew {
            // What had ended was renewed for this very look, if it had not been before.
            self.allow_issued(operation, &[]);
        }
        let changed = self.ledger.settle(&found, before)?;
        self.edge_agrees(&found)?;
        // What came for the look is to be in the store before the next kill.
        eventually(|| (self.ask(&json!({"status": {}}))["status"]["unsaved"] == 0).then_some(()));
        Ok(changed)
    }

    /// Lists what is held, and the ids.
    pub(super) fn list(&self) -> Vec<(Name, String)> {
        let answer = self.ask(&json!({"list": {}}));
        let all = answer["list"]["credentials"].as_array().unwrap_or_else(|| panic!("no list: {answer}"));
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        all.iter().map(|one| ((text(&one["kind"]), text(&one["label"])), text(&one["id"]))).collect()
    }

    fn token(&self, app: &str) -> Result<String, String> {
        let answer = self.ask(&json!({"token": {"app": app}}));
        let token = answer["token"]["token"].as_str();
        token.map(str::to_owned).ok_or_else(|| format!("{app} is held and has no token: {}", answer["error"]))
    }

    /// Sees that Cloudflare takes what is held, and nothing that is gone.
    fn edge_agrees(&self, found: &BTreeMap<Name, String>) -> Result<(), String> {
        // What was cut short is finished by the next agent, by itself.
        eventually(|| {
            let pending = self.ask(&json!({"pending": {}}));
            pending["pending"]["revoked"].as_array().is_some_and(Vec::is_empty).then_some(())
        });
        for (label, value) in &self.api_tokens {
            let held = found.contains_key(&("api-token".to_owned(), label.clone()));
            if held != self.edge.api_token_lives(value) {
                return Err(format!("the API token {label} is held: {held}, and Cloudflare says otherwise"));
            }
        }
        for app in [REFRESHED, RENEWED] {
            let token = &found[&("app-token".to_owned(), app.to_owned())];
            let url = format!("https://{app}/");
            let answer = self.edge.https().ask("GET", &url, &[("cf-access-token", token)]);
            if answer.map_err(|error| error.to_string())?.status != 200 {
                return Err(format!("Cloudflare does not take the token of {app}"));
            }
        }
        Ok(())
    }

    /// Sees that the files that belong there are there, and no others. One that an agent writes just now,
    /// because it finishes what was cut short, goes away by itself.
    pub(super) fn files_are_as_before(&self) -> Result<(), String> {
        let end = Instant::now() + WRITTEN_WITHIN;
        loop {
            let now = below(self.home.path());
            let others: Vec<_> = now.symmetric_difference(&self.files).collect();
            if others.is_empty() {
                return Ok(());
            }
            if Instant::now() > end {
                return Err(format!("files stay, or are missing: {others:?}"));
            }
            std::thread::yield_now();
        }
    }

    /// Sees that no file of the home, or of the keyring's, tells a secret.
    pub(super) fn no_file_tells(&mut self) -> Result<(), String> {
        for secret in self.edge.secrets().iter().chain(self.ledger.secrets()) {
            self.secrets.add(secret);
        }
        let around = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
        let folders = [Some(self.home.path()), around.as_deref()].into_iter().flatten();
        let telling: Vec<_> = folders.flat_map(|folder: &Path| self.secrets.files_below(folder)).collect();
        if telling.is_empty() { Ok(()) } else { Err(format!("files tell secrets: {telling:?}")) }
    }
}
