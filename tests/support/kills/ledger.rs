//! What an agent may hold after a kill: of each credential what was acknowledged, or where nothing was,
//! the old or the new one.

use std::collections::BTreeMap;

/// Names a credential: its kind and its label.
pub type Name = (String, String);

/// What is there of a credential: its secret, where the agent hands that out; else [`KEPT`]; none if it
/// is gone.
pub type State = Option<String>;

/// The state of a credential whose secret is given to nobody.
pub const KEPT: &str = "(kept)";

/// The states that each credential may be in.
#[derive(Debug, Clone, Default)]
pub struct Ledger(BTreeMap<Name, Vec<State>>);

impl Ledger {
    /// Notes that a credential is in this state, and in no other: that was acknowledged, or seen.
    pub fn is(&mut self, name: Name, state: State) {
        self.0.insert(name, vec![state]);
    }

    /// Notes that it may be in this state as well.
    pub fn may_be(&mut self, name: Name, state: State) {
        self.0.entry(name).or_insert_with(|| vec![None]).push(state);
    }

    /// Lists the credentials of a kind that are there.
    pub fn held(&self, kind: &str) -> Vec<Name> {
        let held = self.0.iter().filter(|((of, _), states)| of == kind && !states.contains(&None));
        held.map(|(name, _)| name.clone()).collect()
    }

    /// Lists the secrets that may be there.
    pub fn secrets(&self) -> impl Iterator<Item = &String> {
        self.0.values().flatten().flatten().filter(|secret| *secret != KEPT)
    }

    /// Compares with what was found, and notes that: tells how many changed from `before` on.
    ///
    /// # Errors
    /// A credential is neither the old nor the new one, is missing, has come back, or came from nowhere.
    pub fn settle(&mut self, found: &BTreeMap<Name, String>, before: &Self) -> Result<usize, String> {
        if let Some(name) = found.keys().find(|name| !self.0.contains_key(*name)) {
            return Err(format!("{name:?} came from nowhere"));
        }
        let mut changed = 0;
        for (name, states) in &mut self.0 {
            let state = found.get(name).cloned();
            if !states.contains(&state) {
                return Err(match (state, states.contains(&None)) {
                    (None, _) => format!("{name:?} is missing"),
                    (Some(_), true) if states.len() == 1 => format!("{name:?} has come back"),
                    (Some(_), _) => format!("{name:?} is neither the old nor the new one"),
                });
            }
            changed += usize::from(before.0.get(name).is_some_and(|before| !before.contains(&state)));
            *states = vec![state];
        }
        // What is gone for good would else be carried along for ever; should it come back, it comes from
        // nowhere.
        self.0.retain(|_, states| *states != [None]);
        Ok(changed)
    }
}
