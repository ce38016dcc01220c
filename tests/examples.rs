//! The example clients of `proto/examples` and the commands of `PROTOCOL.md`, run as a reader would
//! run them.

use std::path::{Path, PathBuf};

use usher::error::Error;
use usher_proto::{Code, Refusal};

/// What a row of the table of codes says: word and exit code.
fn row(line: &str) -> Option<(Code, u8)> {
    let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
    let _number: u32 = cells.next()?.parse().ok()?;
    let word = cells.next()?.strip_prefix('`')?.strip_suffix('`')?;
    let exit = cells.next()?.parse().ok()?;
    Some((serde_json::from_value(word.into()).ok()?, exit))
}

#[test]
fn the_table_of_codes_tells_the_clients_exit_codes() {
    let rows: Vec<_> = protocol().lines().filter_map(row).collect();
    // Codes are numbered from 0 without a gap, and this is the last one.
    assert_eq!(rows.len(), Code::Uncertain as usize + 1);
    for (code, exit) in rows {
        assert_eq!(Error::from(Refusal::new(code, "", "")).exit().code(), exit, "{code:?}");
    }
}

fn protocol() -> String {
    std::fs::read_to_string(proto().join("PROTOCOL.md")).expect("the document is there")
}

fn proto() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../proto")
}

#[cfg(unix)]
mod unix {
    use std::io::ErrorKind;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::path::Path;
    use std::process::{Command, Stdio};

    use serde_json::Value;
    use usher_agent::clock::Clock;
    use usher_proto::{Answer, Request};
    use usher_tests::agent::TestAgent;
    use usher_tests::process::{Ran, run};
    use usher_tests::token::{app_token, file_name, import_file, secret};

    /// The example clients: the program that runs each, and the package that brings it.
    const CLIENTS: [(&str, &str, &str); 2] =
        [("python3", "python3", "client.py"), ("node", "nodejs", "client.mjs")];

    #[test]
    fn a_token_is_printed_and_nothing_else() {
        let (agent, token) = agent();
        for client in CLIENTS {
            let ran = ask(client, |command| command.env("USHER_SOCK", agent.socket())).expect(0);
            assert_eq!((ran.stdout, ran.stderr), (token.clone(), String::new()), "{client:?}");
        }
    }

    #[test]
    fn the_standard_places_are_known() {
        let (agent, token) = agent();
        let home = tempfile::tempdir().expect("a folder");
        for base in ["runtime", "state", ".local/state"] {
            offer(agent.socket(), &home.path().join(base).join("usher"));
        }
        for client in CLIENTS {
            for (variable, base) in [("XDG_RUNTIME_DIR", "runtime"), ("XDG_STATE_HOME", "state")] {
                let ran = ask(client, |command| command.env(variable, home.path().join(base))).expect(0);
                assert_eq!(ran.stdout, token, "{client:?} {variable}");
            }
            let ran = ask(client, |command| command.env("HOME", home.path())).expect(0);
            assert_eq!(ran.stdout, token, "{client:?}");
        }
    }

    #[test]
    fn what_is_refused_has_its_exit_code_and_its_hint() {
        let (agent, _) = agent();
        for client in CLIENTS {
            let ask_for = |url: &'static str| {
                let ran = ask_with(client, url, |command| command.env("USHER_SOCK", agent.socket()));
                let words = agent.token(url)["error"].clone();
                assert_eq!(ran.stderr, said(&words), "{client:?}");
                assert_eq!(ran.stdout, "", "{client:?}");
                ran
            };
            ask_for("https://other.example.org").expect(3);
            ask_for("ssh://app.example.com").expect(2);
        }
        agent.clock.turn(1000);
        for client in CLIENTS {
            let ran = ask(client, |command| command.env("USHER_SOCK", agent.socket())).expect(3);
            assert!(ran.stderr.contains("expired") && ran.stderr.contains("hint: "), "{ran:?}");
        }
        let passphrase = secret("open sesame");
        assert!(matches!(agent.ask(&Request::Lock { passphrase }), Answer::Locked {}));
        for client in CLIENTS {
            let ran = ask(client, |command| command.env("USHER_SOCK", agent.socket())).expect(5);
            assert!(ran.stderr.contains("usher unlock"), "{ran:?}");
        }
    }

    #[test]
    fn an_agent_that_is_not_there_or_hangs_up_is_never_an_empty_success() {
        let folder = tempfile::tempdir().expect("a folder");
        let socket = folder.path().join("agent.sock");
        for client in CLIENTS {
            let ran = ask(client, |command| command.env("USHER_SOCK", &socket)).expect(4);
            assert!(ran.stdout.is_empty() && ran.stderr.contains("usher agent start"), "{ran:?}");
        }
        let listener = UnixListener::bind(&socket).expect("a fresh socket");
        let hanging_up = std::thread::spawn(move || {
            for _ in CLIENTS {
                drop(listener.accept().expect("a client"));
            }
        });
        for client in CLIENTS {
            let ran = ask(client, |command| command.env("USHER_SOCK", &socket)).expect(4);
            assert!(ran.stdout.is_empty(), "{ran:?}");
        }
        hanging_up.join().expect("both were hung up on");
    }

    #[test]
    fn a_folder_that_others_may_write_to_is_not_trusted() {
        use std::fs::{Permissions, set_permissions};
        use std::os::unix::fs::PermissionsExt;

        let (agent, _) = agent();
        let folder = agent.socket().parent().expect("a folder");
        set_permissions(folder, Permissions::from_mode(0o777)).expect("our own folder");
        for client in CLIENTS {
            let ran = ask(client, |command| command.env("USHER_SOCK", agent.socket())).expect(4);
            assert!(ran.stdout.is_empty() && ran.stderr.contains("another user"), "{ran:?}");
        }
    }

    /// Every block of `PROTOCOL.md` that a reader would paste into a shell.
    #[test]
    fn netcat_speaks_the_protocol() {
        let (agent, token) = agent();
        let document = super::protocol();
        let blocks: Vec<_> =
            document.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        assert!(!blocks.is_empty(), "the document shows a line for the shell");
        needed("nc", "netcat-openbsd", "-h");
        for block in blocks {
            let mut shell = Command::new("sh");
            shell.args(["-c", block]).env("USHER_SOCK", agent.socket());
            let ran = run(shell, "").expect(0);
            let answers: Vec<Value> =
                ran.stdout.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
            assert!(
                answers.iter().any(|answer| answer["token"]["token"] == *token),
                "{block}: {answers:?} {}",
                ran.stderr
            );
        }
    }

    /// An agent that holds the token of `app.example.com`, and the token.
    fn agent() -> (TestAgent, String) {
        let agent = TestAgent::start();
        let token = app_token(1, agent.clock.now().0 + 1000);
        let imported = agent.import(import_file(&file_name("app.example.com", 1), &token));
        assert!(matches!(imported, Answer::Imported(_)), "{imported:?}");
        (agent, token)
    }

    fn ask(client: (&str, &str, &str), place: impl FnOnce(&mut Command) -> &mut Command) -> Ran {
        ask_with(client, "https://app.example.com/x?y=1", place)
    }

    fn ask_with(
        (program, package, client): (&str, &str, &str),
        url: &str,
        place: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Ran {
        needed(program, package, "--version");
        let mut command = Command::new(program);
        command.arg(super::proto().join("examples").join(client)).arg(url);
        for variable in ["USHER_SOCK", "XDG_RUNTIME_DIR", "XDG_STATE_HOME"] {
            command.env_remove(variable);
        }
        place(&mut command);
        run(command, "")
    }

    /// A program that is missing fails the test: the document promises that the examples work.
    #[track_caller]
    fn needed(program: &str, package: &str, harmless: &str) {
        let started =
            Command::new(program).arg(harmless).stdout(Stdio::null()).stderr(Stdio::null()).status();
        if started.is_err_and(|error| error.kind() == ErrorKind::NotFound) {
            panic!("{program} is needed to test the examples: install the package {package}");
        }
    }

    /// What a client prints of a refusal.
    fn said(error: &Value) -> String {
        let words = |member: &str| error[member].as_str().expect("words").to_owned();
        format!("{}\n  hint: {}\n", words("message"), words("hint"))
    }

    /// Makes the socket reachable in another folder.
    fn offer(socket: &Path, folder: &Path) {
        use std::os::unix::fs::DirBuilderExt;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).expect("a folder");
        symlink(socket, folder.join("agent.sock")).expect("a link");
    }
}
