//! What an operation needs, and the requests that it is.

use serde_json::json;

use super::{Life, REFRESHED, RENEWED};
use crate::edge::Permission;
use crate::kills::ledger::Name;
use crate::kills::operation::{Operation, REPLACED, Step};

/// How long tokens of the edge live, in seconds.
const LONG: i64 = 24 * 60 * 60;
/// A life so short that a lookup counts the token as ended (it wants five), in seconds.
const ENDED: i64 = 4;

impl Life {
    /// Brings about what an operation needs, and tells its requests.
    pub(super) fn prepare(&mut self, operation: Operation) -> Vec<Step> {
        self.count += 1;
        let count = self.count;
        match operation {
            Operation::Put => vec![Step::import(REPLACED + count, count)],
            Operation::Import => (0..REPLACED).map(|number| Step::import(number, count)).collect(),
            Operation::Refresh => vec![Step::new(json!({"refresh": {"target": {"app": REFRESHED}}}))],
            Operation::Renew => {
                self.edge.change_app(RENEWED, |app| app.token_life = ENDED);
                let answer = self.ask(&json!({"refresh": {"target": {"app": RENEWED}}}));
                assert!(answer["refreshed"].is_object(), "{answer}");
                self.edge.change_app(RENEWED, |app| app.token_life = LONG);
                vec![Step::new(json!({"token": {"app": RENEWED}}))]
            }
            Operation::Revoke => vec![self.revoke()],
            Operation::Forget => vec![self.forget()],
            Operation::Lock => {
                let number = u32::try_from(self.chance.below(REPLACED.into())).expect("small");
                vec![Step::import(number, count), Step::lock(), Step::unlock()]
            }
        }
    }

    fn revoke(&mut self) -> Step {
        if self.ledger.held("api-token").is_empty() {
            let label = format!("ended{}", self.count);
            let value = self.edge.add_api_token(&[Permission::ApiTokensWrite]);
            self.do_undisturbed(vec![Step::import_api_token(&label, &value)]);
            self.api_tokens.insert(label, value);
        }
        let held = self.ledger.held("api-token");
        let name = self.chance.one_of(&held).expect("there is one").clone();
        let id = self.id(&name);
        Step::wipe(Operation::Revoke, name, &id)
    }

    fn forget(&mut self) -> Step {
        if self.put().is_empty() {
            self.do_undisturbed(vec![Step::import(REPLACED + self.count, self.count)]);
        }
        let put = self.put();
        let name = self.chance.one_of(&put).expect("there is one").clone();
        let id = self.id(&name);
        Step::wipe(Operation::Forget, name, &id)
    }

    /// Lists what was put and is neither replaced nor refreshed ever after.
    fn put(&self) -> Vec<Name> {
        let replaced: Vec<_> = (0..REPLACED).filter_map(|number| Step::import(number, 0).promise).collect();
        let mut held = self.ledger.held("app-token");
        held.retain(|name| {
            ![REFRESHED, RENEWED].contains(&&*name.1) && !replaced.iter().any(|(other, _)| other == name)
        });
        held
    }

    fn id(&self, name: &Name) -> String {
        let listed = self.list().into_iter().find(|(listed, _)| listed == name);
        listed.unwrap_or_else(|| panic!("{name:?} is not held")).1
    }
}
