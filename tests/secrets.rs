//! Where secrets must not be: logs at their loudest, error texts, command lines, files in clear.

use std::fs;

use usher_proto::Request;
use usher_tests::home::{Foreground, Home, dot_cloudflared};
use usher_tests::token::secret;
use usher_tests::wire::{ask, connect};

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

fn clean(what: &str, text: &str) {
    for canary in CANARIES {
        assert!(!text.contains(canary), "{what} tells {canary:?}: {text}");
    }
}

#[test]
fn no_secret_reaches_a_log_an_error_or_a_command_line() {
    let home = Home::with_sealed_file(PROGRAMS);
    dot_cloudflared(home.path());
    let mut command = home.command(home.program("usher-agent"));
    command.env("USHER_LOG", "trace").env("RUST_LOG", "trace");
    let agent = Foreground::start(command);

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
    for file in ["cmdline", "environ"] {
        let text = fs::read(format!("/proc/{}/{file}", agent.process.id())).expect("our own process");
        clean(file, &String::from_utf8_lossy(&text));
    }
    home.usher(&["agent", "stop"]).expect(0);
    let (_, log) = agent.wait();
    assert!(log.contains("import") && log.contains("app-"), "the log tells what happened: {log}");
    clean("the log", &log);

    let originals = home.path().join(".cloudflared");
    for path in files_below(home.path())
        .into_iter()
        .filter(|path| !path.starts_with(&originals) && !path.starts_with(home.path().join("bin")))
    {
        let bytes = fs::read(&path).expect("our own file");
        clean(&path.display().to_string(), &String::from_utf8_lossy(&bytes));
    }
}

fn files_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("our own folder").map(|entry| entry.expect("an entry")) {
        let kind = entry.file_type().expect("a type");
        if kind.is_dir() {
            found.extend(files_below(&entry.path()));
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    found
}
