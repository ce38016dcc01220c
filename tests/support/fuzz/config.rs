//! The config file. An input is its text.

use usher_agent::config;

use super::in_proportion;

/// A config is read or refused with the line of the mistake, and sends nobody to another machine.
pub fn config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match in_proportion(bytes.len(), || config::parse(text)) {
        Ok(config) => assert!(config.hosts.values().all(|at| at.0.ip().is_loopback())),
        Err(what) => {
            let line = what.strip_prefix("line ").and_then(|rest| rest.split_once(": "));
            let line = line.and_then(|(number, _)| number.parse::<usize>().ok());
            let line = line.unwrap_or_else(|| panic!("no line is named: {what}"));
            assert!((1..=text.split('\n').count()).contains(&line), "{what}");
            assert!(!what.contains('\n'), "{what}");
        }
    }
}
