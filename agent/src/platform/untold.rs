//! Systems that do not tell usher when a person leaves.

use std::convert::Infallible;

use crate::moment::Moment;

/// Waits for a person to leave; here nobody tells of that.
pub struct Leaving(Infallible);

impl Leaving {
    /// The system tells nothing of it.
    pub const IS_TOLD: bool = false;

    /// Never begins.
    ///
    /// # Errors
    /// Always.
    pub async fn watch(_on: &[Moment]) -> Result<Self, &'static str> {
        Err("this system does not tell")
    }

    /// Is never called: there is no such value.
    ///
    /// # Errors
    /// None.
    pub async fn next(&mut self) -> Result<Moment, &'static str> {
        match self.0 {}
    }

    /// Is never called.
    pub fn done(&mut self) {
        match self.0 {}
    }
}
