//! The table: one line a figure, printed as soon as it is known.

use std::io::{self, Write};

use super::times::Times;

/// Prints the names of the columns.
pub(super) fn head() {
    line("", "usher", "beside", "", "ratio", "target");
}

/// Prints a quantile of times beside a reference.
pub(super) fn times(
    what: &str,
    quantile: f64,
    ours: &Times,
    name: &str,
    reference: &Times,
    target: Option<f64>,
) {
    let (usher, beside) = (time(ours.quantile(quantile)), time(reference.quantile(quantile)));
    let ratio = ours.ratio(reference, quantile);
    line(what, &usher, &beside, name, &format!("{ratio:.2}x"), &at_most(ratio, target));
}

/// Prints a number of bytes beside a reference, where there is one.
pub(super) fn sizes(what: &str, ours: f64, name: &str, reference: Option<f64>, target: &str) {
    let beside = reference.map(megabytes).unwrap_or_default();
    let ratio = reference.map(|reference| format!("{:.2}x", ours / reference)).unwrap_or_default();
    line(what, &megabytes(ours), &beside, name, &ratio, target);
}

/// Prints a figure with its reference and their ratio, in words.
pub(super) fn figure(what: &str, usher: &str, beside: &str, name: &str, ratio: f64, target: &str) {
    line(what, usher, beside, name, &format!("{ratio:.2}x"), target);
}

/// Prints a figure for which there is no reference.
pub(super) fn alone(what: &str, usher: &str, remark: &str, target: &str) {
    line(what, usher, "", remark, "", target);
}

/// Says whether a value keeps within its target.
pub(super) fn verdict(limit: &str, met: bool) -> String {
    format!("{limit} {}", if met { "met" } else { "MISSED" })
}

/// Writes a length of time in a fitting unit.
pub(super) fn time(nanoseconds: f64) -> String {
    if nanoseconds < 1e6 {
        format!("{:.1} µs", nanoseconds / 1e3)
    } else {
        format!("{:.2} ms", nanoseconds / 1e6)
    }
}

fn megabytes(bytes: f64) -> String {
    format!("{:.2} MB", bytes / 1e6)
}

fn at_most(ratio: f64, target: Option<f64>) -> String {
    target.map(|target| verdict(&format!("≤ {target:.2}x"), ratio <= target)).unwrap_or_default()
}

fn line(what: &str, usher: &str, beside: &str, name: &str, ratio: &str, target: &str) {
    let line = format!("{what:<34}{usher:>11}{beside:>11}  {name:<24}{ratio:>7}  {target}");
    writeln!(io::stdout(), "{}", line.trim_end()).expect("somebody reads the table");
}
