//! Moments at which a person may be away from what the agent holds.

use serde::Deserialize;

/// A moment at which the agent can lock itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Moment {
    /// The machine goes to sleep.
    Suspend,
    /// The screen is locked.
    ScreenLock,
    /// Another session takes the screen.
    Switch,
}
