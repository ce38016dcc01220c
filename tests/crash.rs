//! A crash at any moment: afterwards every credential is the old or the new one.

#[cfg(unix)]
mod killed;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;

use serde_json::Value;
use usher_proto::Request;
use usher_proto::frame;
use usher_tests::home::Home;
use usher_tests::token::{app_token, file_name, import_file};
use usher_tests::wire;

use crate::PROGRAMS;

/// Times the agent is killed. Each time it has written a little more before.
const CRASHES: u32 = 12;
/// Applications whose tokens are replaced over and over.
const APPS: u32 = 8;
/// Where the sealed file is, below the home.
const SEALED: &str = if cfg!(windows) {
    "usher"
} else if cfg!(target_os = "macos") {
    "Library/Application Support/usher"
} else {
    ".local/share/usher"
};
/// Long after the tests.
const END: i64 = 4_000_000_000;

fn app(number: u32) -> String {
    format!("app{number}.example.com")
}

/// Asks for every token; each is one that was sent in this round or the one before.
fn every_token_is_old_or_new(home: &Home, round: u32) {
    for number in 0..APPS {
        let ran = home.usher(&["token", &app(number), "--json"]).expect(0).json();
        let generations = [round, round.saturating_sub(1)]
            .map(|round| Value::from(app_token(number, END + i64::from(round))));
        assert!(generations.contains(&ran["token"]), "round {round}: {}", ran["credential"]);
    }
}

#[test]
fn a_crash_in_the_middle_of_an_import_loses_nothing() {
    let home = Home::with_sealed_file(PROGRAMS);
    import_all(&home, 0, None);
    every_token_is_old_or_new(&home, 0);
    home.usher(&["agent", "stop"]).expect(0);
    for round in 1..=CRASHES {
        let agent = home.start_agent(&[]);
        let answers = round % (APPS + 1);
        import_all(&home, round, Some(answers));
        agent.crash();
        every_token_is_old_or_new(&home, round);
        home.usher(&["agent", "stop"]).expect(0);
        let left = fs::read_dir(home.path().join(SEALED)).expect("the store's folder");
        let names = left.map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned());
        let left: BTreeSet<_> = names.filter(|name| name.contains("credentials")).collect();
        let expected = ["credentials.sealed", "credentials.sealed.lock"].map(Into::into);
        assert_eq!(left, expected.into(), "what the crash left in the middle went with the next start");
        import_all(&home, round, None);
        home.usher(&["agent", "stop"]).expect(0);
    }
}

/// Sends a token for every application at once; waits for so many answers, or for all of them.
fn import_all(home: &Home, round: u32, answers: Option<u32>) {
    home.usher(&["status"]).expect(0);
    let mut stream = wire::connect(home.socket()).expect("the agent listens");
    let requests: Vec<u8> = (0..APPS)
        .flat_map(|number| {
            let token = app_token(number, END + i64::from(round));
            let import = import_file(&file_name(&app(number), number), &token);
            frame::encode(&Request::Import(import)).expect("small").to_vec()
        })
        .collect();
    stream.write_all(&requests).expect("the agent reads");
    for _ in 0..answers.unwrap_or(APPS) {
        assert!(matches!(wire::read(&mut stream), wire::Said::Answer(usher_proto::Answer::Imported(_))));
    }
}
