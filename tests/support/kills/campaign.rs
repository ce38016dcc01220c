//! So many runs on a store, in one home after the other.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::chance::Chance;
use super::ground::Ground;
use super::life::Life;
pub use super::summary::Summary;
use crate::home::Programs;

/// So many runs are made in a home. Each home has chance of its own, so that it can be repeated alone.
const IN_A_HOME: u32 = 50;

/// What is to be run.
#[derive(Clone, Copy)]
pub struct Campaign<'c> {
    /// On this store.
    pub ground: Ground,
    /// The chance by which operations and moments are taken.
    pub seed: u64,
    /// The first home's number.
    pub first: u32,
    /// So many runs.
    pub runs: u32,
    /// Happens to the home after each kill: nothing, or what the checks must find.
    pub mishap: &'c dyn Fn(&Path),
}

impl Campaign<'_> {
    /// Runs, inside the store's surroundings. Each failure goes to `tell` in words, and ends its home; the
    /// next one goes on.
    pub fn run(self, programs: Programs<'_>, mut tell: impl FnMut(String)) -> Summary {
        let Self { ground, seed, first, runs, mishap } = self;
        let _running = ground.start();
        let mut summary = Summary::of(ground.name(), runs);
        for (home, begin) in (first..).zip((0..runs).step_by(IN_A_HOME as usize)) {
            let mut count = 0;
            let lived = catch_unwind(AssertUnwindSafe(|| -> Result<(), String> {
                let mut life = Life::begin(programs, ground, Chance::new(seed, home.into()));
                while count < IN_A_HOME.min(runs - begin) {
                    count += 1;
                    summary.note(&life.go_on(mishap)?);
                }
                Ok(())
            }));
            if let Err(how) = lived.unwrap_or_else(|panic| Err(words(&*panic))) {
                tell(format!(
                    "{}: run {count} in home {home}: {how}\nrepeat it with --store {} --seed {seed} --home \
                     {home} --runs {count}",
                    ground.name(),
                    ground.name()
                ));
            }
        }
        summary
    }
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}
