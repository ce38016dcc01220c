//! Accounts: each has one team.

use crate::edge::hosts::{ACME, AGENCY, RIVAL, is_fedramp};
use crate::edge::text;

/// An account.
pub(in crate::edge) struct Account {
    pub(in crate::edge) id: String,
    pub(in crate::edge) name: &'static str,
    /// The domain of its team.
    pub(in crate::edge) team: &'static str,
}

/// Lists the accounts that are always there.
pub(in crate::edge) fn all() -> [Account; 3] {
    [("Acme", ACME), ("Rival", RIVAL), ("Agency", AGENCY)].map(|(name, team)| Account {
        id: text::id(&format!("account {team}")),
        name,
        team,
    })
}

/// Finds the account of a team.
pub(in crate::edge) fn of_team(team: &str) -> Account {
    all().into_iter().find(|account| account.team == team).unwrap_or_else(|| panic!("no such team: {team}"))
}

/// Finds an account by its id.
pub(in crate::edge) fn by_id(id: &str) -> Option<Account> {
    all().into_iter().find(|account| account.id == id)
}

impl Account {
    /// Tells whether it is in the FedRAMP region.
    pub(in crate::edge) fn is_fedramp(&self) -> bool {
        is_fedramp(self.team)
    }

    /// Tells the id of its zone.
    pub(in crate::edge) fn zone(&self) -> String {
        text::id(&format!("zone of {}", self.team))
    }
}
