//! Times of things done in turns.

use std::time::Instant;

/// Nanoseconds that each call took: a sorted list for each round.
pub(super) struct Times(Vec<Vec<f64>>);

/// Times two things in turns: in each round the one so many times, then the other. The order changes
/// from round to round, and a first round is not counted. What a call returns is dropped untimed.
pub(super) fn in_turns<A, B>(
    rounds: usize,
    calls: usize,
    mut one: impl FnMut() -> A,
    mut other: impl FnMut() -> B,
) -> (Times, Times) {
    let (mut ones, mut others) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        if round % 2 == 0 {
            ones.push(sorted(calls, &mut one));
            others.push(sorted(calls, &mut other));
        } else {
            others.push(sorted(calls, &mut other));
            ones.push(sorted(calls, &mut one));
        }
    }
    (Times(ones.split_off(1)), Times(others.split_off(1)))
}

fn sorted<T>(calls: usize, call: &mut impl FnMut() -> T) -> Vec<f64> {
    let mut time = || {
        let begin = Instant::now();
        let returned = call();
        let took = begin.elapsed();
        drop(returned);
        took.as_nanos() as f64
    };
    let mut times: Vec<_> = (0..calls).map(|_| time()).collect();
    times.sort_by(f64::total_cmp);
    times
}

impl Times {
    /// The quantile of a round, in nanoseconds; of all rounds the median.
    pub(super) fn quantile(&self, quantile: f64) -> f64 {
        median(self.0.iter().map(|round| at(round, quantile)).collect())
    }

    /// How many times as long as the reference it takes at this quantile; of all rounds the median.
    pub(super) fn ratio(&self, reference: &Times, quantile: f64) -> f64 {
        let rounds = self.0.iter().zip(&reference.0);
        median(rounds.map(|(ours, theirs)| at(ours, quantile) / at(theirs, quantile)).collect())
    }
}

/// How many times as long as the reference it takes on the average; of all rounds the median.
pub(super) fn mean_ratio(ours: &Times, reference: &Times) -> f64 {
    let sum = |round: &Vec<f64>| round.iter().sum::<f64>();
    let rounds = ours.0.iter().zip(&reference.0);
    median(rounds.map(|(ours, theirs)| sum(ours) / sum(theirs)).collect())
}

/// The middle one.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    at(&values, 0.5)
}

fn at(sorted: &[f64], quantile: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * quantile).round() as usize]
}
