//! What a campaign came to, in a line.

use std::collections::BTreeMap;
use std::fmt;

use super::life::Killed;
use super::operation::Operation;

/// Counts kills.
#[derive(Debug, Default)]
pub struct Summary {
    store: &'static str,
    runs: u32,
    well: u32,
    /// The agent was killed before it had answered all, by operation.
    in_flight: BTreeMap<Operation, u32>,
    /// Of those: something had changed already.
    changed: u32,
    /// A file was half written.
    half_written: u32,
}

impl Summary {
    pub(super) fn of(store: &'static str, runs: u32) -> Self {
        Self { store, runs, ..Self::default() }
    }

    pub(super) fn note(&mut self, killed: &Killed) {
        self.well += 1;
        self.half_written += u32::from(killed.half_written);
        if !killed.answered {
            *self.in_flight.entry(killed.operation).or_default() += 1;
            self.changed += u32::from(killed.changed);
        }
    }

    /// Tells how many kills hit something in flight.
    pub fn in_flight(&self) -> u32 {
        self.in_flight.values().sum()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { store, runs, well, changed, half_written, .. } = self;
        let operations = self.in_flight.iter().map(|(operation, count)| format!("{operation:?} {count}"));
        let operations = operations.collect::<Vec<_>>().join(", ").to_lowercase();
        write!(
            f,
            "{store}: {well} of {runs} runs, {} kills hit an operation in flight ({operations}), {changed} of \
             them after something had changed, {half_written} in the middle of a file",
            self.in_flight()
        )
    }
}
