//! What comes in by import is seen nowhere.

use usher_proto::Request;
use usher_tests::home::{Home, dot_cloudflared};
use usher_tests::token::secret;
use usher_tests::wire::{ask, connect};

use super::look::loud_agent;
use super::search::Search;
use crate::PROGRAMS;

/// Part of every JWT and tunnel token, of the certificate's API token, of the tunnel's secret, and what
/// this test makes up.
const CANARIES: [&str; 5] = [
    "eyJ",
    "RZbcvzj6DMz1OD7x6L8X1QaGupYcOh973_UPz9Yn",
    "P9cA1Ca4h9W2CTtioBepmZ2GcwsseesOelQ9XkT3uNs",
    "canary-passphrase",
    "canary-token",
];

#[test]
fn no_secret_reaches_a_log_an_error_or_a_command_line() {
    let search = Search::of(&CANARIES);
    let clean = |what: &str, text: &str| search.clean(what, text);
    let home = Home::with_sealed_file(PROGRAMS);
    dot_cloudflared(home.path());
    let agent = loud_agent(&home);

    let import = home.usher(&["import"]).expect(0);
    clean("import", &(import.stdout + &import.stderr));
    let list = home.usher(&["list", "--json"]).expect(0);
    clean("list", &(list.stdout + &list.stderr));
    home.usher(&["token", "https://app.example.test"]).expect(0);
    for (words, input) in [
        (&["import", "--stdin", "--kind", "api-token", "--label", "x"][..], "canary-token"),
        (&["import", "--stdin", "--kind", "app-token", "--app", "a.example"], "eyJcanary-token.eyJ.x"),
        (&["import", "--stdin", "--kind", "account-cert"], "canary-token"),
        (&["import", "--stdin", "--kind", "service-token"], "canary-token"),
        (&["import", "--stdin", "--kind", "tunnel"], "{\"AccountTag\":\"canary-token\"}"),
        (&["token", "canary-token://x"], ""),
        (&["show", "canary-token!"], ""),
        (&["unlock"], "canary-passphrase\n"),
    ] {
        let ran = home.usher_with_input(words, input);
        clean("a refusal", &(ran.stdout + &ran.stderr));
    }
    home.usher_with_input(&["lock"], "canary-passphrase\n").expect(0);
    home.usher_with_input(&["unlock"], "canary-passphrase-not\n").expect(5);
    let mut raw = connect(home.socket()).expect("the agent listens");
    let answer = ask(&mut raw, &Request::Lock { passphrase: secret("canary-passphrase") });
    clean("an answer", &format!("{answer:?}"));

    #[cfg(target_os = "linux")]
    super::look::nobody_shows(&home, &search);
    home.usher(&["agent", "stop"]).expect(0);
    let (_, log) = agent.wait();
    assert!(log.contains("import") && log.contains("app-"), "the log tells what happened: {log}");
    clean("the log", &log);
    noted_without_a_secret(&home, &search);

    let originals = home.path().join(".cloudflared");
    let (known, others): (Vec<_>, Vec<_>) =
        search.files(home.path()).into_iter().partition(|file| file.starts_with(&originals));
    assert!(!known.is_empty(), "the search finds what cloudflared left in clear");
    assert!(others.is_empty(), "{others:?}");
}

/// Expects each request in the audit log, and nothing of what it carried.
fn noted_without_a_secret(home: &Home, search: &Search) {
    let noted = std::fs::read_to_string(home.audit_log()).expect("a log");
    for words in [
        r#""verb":"import","id":"app-"#,
        r#""verb":"import","id":null"#,
        r#""outcome":"malformed""#,
        r#""verb":"token""#,
        r#""verb":"lock""#,
        r#""outcome":"wrong-passphrase""#,
        r#""verb":"stop""#,
    ] {
        assert!(noted.contains(words), "{words}: {noted}");
    }
    search.clean("the audit log", &noted);
    for words in [&["audit"][..], &["audit", "--json"]] {
        let shown = home.usher(words).expect(0);
        assert!(shown.stdout.contains("wrong-passphrase"), "{shown:?}");
        search.clean("usher audit", shown.stdout + &shown.stderr);
    }
}
