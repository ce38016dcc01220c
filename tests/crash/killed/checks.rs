//! The checks after a kill find what they are for.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use usher_tests::kills::campaign::Campaign;
use usher_tests::kills::files::Secrets;
use usher_tests::kills::ground::Ground;
use usher_tests::kills::ledger::{Ledger, Name};
use usher_tests::token::app_token;

use crate::PROGRAMS;
use crate::crash::SEALED;

fn name() -> Name {
    ("app-token".to_owned(), "app.example.test".to_owned())
}

fn settled(ledger: &mut Ledger, found: Option<&str>) -> Result<usize, String> {
    let before = ledger.clone();
    ledger.settle(&found.map(|found| (name(), found.to_owned())).into_iter().collect(), &before)
}

#[test]
fn what_was_acknowledged_is_wanted_and_what_was_not_may_be_old_or_new() {
    let mut ledger = Ledger::default();
    ledger.is(name(), Some("old".to_owned()));
    ledger.may_be(name(), Some("new".to_owned()));
    assert!(settled(&mut ledger.clone(), Some("old")).is_ok());
    assert!(settled(&mut ledger.clone(), Some("new")).is_ok());
    for (found, how) in [(None, "missing"), (Some("onew"), "neither the old nor the new")] {
        let error = settled(&mut ledger.clone(), found).expect_err(how);
        assert!(error.contains(how), "{error}");
    }
    ledger.is(name(), Some("new".to_owned()));
    assert!(settled(&mut ledger.clone(), Some("old")).is_err(), "the new one was acknowledged");
    ledger.is(name(), None);
    assert!(settled(&mut ledger.clone(), Some("new")).expect_err("it is gone").contains("come back"));
    assert_eq!(settled(&mut ledger, None), Ok(0));
    assert!(settled(&mut ledger, Some("new")).expect_err("it is gone").contains("from nowhere"));
    assert_eq!(ledger.settle(&BTreeMap::new(), &Ledger::default()), Ok(0));
}

#[test]
fn any_part_of_a_secret_is_found_in_clear_and_in_base64() {
    let (secret, mut secrets) = (app_token(1, 4_000_000_000), Secrets::default());
    secrets.add(&secret);
    let part = &secret.as_bytes()[101..160];
    assert!(secrets.are_in(&[b"\0\xff", part, b"\n"].concat()));
    for before in ["", "a", "ab", "abc"] {
        let text = STANDARD.encode([before.as_bytes(), &secret.as_bytes()[..100]].concat());
        assert!(secrets.are_in(text.as_bytes()), "{before:?}");
    }
    assert!(!secrets.are_in(app_token(1, 4_000_000_000).to_uppercase().as_bytes()));
}

/// Runs with a mishap, and shows what was found.
fn found_after(mishap: &dyn Fn(&Path)) -> String {
    let mut failures = Vec::new();
    let campaign = Campaign { ground: Ground::File, seed: 1, first: 0, runs: 1, mishap };
    let summary = campaign.run(PROGRAMS, |failure| failures.push(failure));
    assert!(summary.to_string().starts_with("file: 0 of 1 runs"), "{summary}");
    failures.concat()
}

#[test]
fn a_store_that_was_lost_is_noticed() {
    let lost = |home: &Path| {
        fs::remove_file(home.join(SEALED).join("credentials.sealed")).expect("it is there");
    };
    let found = found_after(&lost);
    assert!(found.contains("is missing") && found.contains("--seed 1 --home 0 --runs 1"), "{found}");
}

#[test]
fn a_file_that_tells_a_secret_or_stays_is_noticed() {
    let told = app_token(0, 4_000_000_000);
    let telling = |home: &Path| fs::write(home.join("temporary/x"), &told).expect("a folder");
    assert!(found_after(&telling).contains("files tell secrets"));
    let staying = |home: &Path| {
        fs::write(home.join(SEALED).join(".other.0123456789abcdef.tmp"), "").expect("a folder");
    };
    assert!(found_after(&staying).contains("files stay"));
}
