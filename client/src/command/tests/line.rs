//! The command line itself, and the streams around it.

use super::*;

#[test]
fn the_parser_is_sound() {
    let mut command = command();
    command.build();
    command.debug_assert();
}

#[test]
fn help_tells_the_exit_codes_and_is_no_error() {
    let done = usher(&["--help"], b"", unasked());
    assert_eq!((done.exit, &*done.errors), (Exit::Done, ""));
    for code in 0..=7 {
        assert!(done.output.contains(&format!("\n  {code}  ")), "{code}");
    }
    let done = usher(&["token", "--help"], b"", unasked());
    assert!(done.output.starts_with("Print the Access token for"), "{}", done.output);
    let done = usher(&["--version"], b"", unasked());
    assert_eq!(done.output, concat!("usher ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn wrong_usage_is_told_before_anything_is_asked() {
    for words in [
        &["token"][..],
        &["token", "https://user:canary@a.test"],
        &["token", "a.test", "--min-valid", "soon"],
        &["token", "a.test", "--profile", "../canary"],
        &["access", "token"],
        &["access", "token", "a.test", "--app", "a.test"],
        &["access", "login"],
        &["access", "login", "a.test", "--app", "a.test"],
        &["token", "a.test", "--login", "--no-login"],
        &["login"],
        &["login", "https://user:canary@a.test"],
        &["refresh"],
        &["refresh", "a.test", "https://user:canary@a.test"],
        &["verify", "--all", "a.test"],
        &["show", "canary"],
        &["forget"],
        &["forget", "app-3b01511e5b32", "--all"],
        &["import", "--stdin"],
        &["import", "--kind", "api-token"],
        &["import", "--stdin", "--kind", "canary"],
        &["import", "DIR", "--stdin", "--kind", "api-token"],
        &["import", "--team", "acme"],
        &["import", "--stdin", "--kind", "api-token", "--team", "acme"],
        &["import", "--stdin", "--kind", "service-token", "--team", "canary.test"],
        &["import", "--stdin", "--kind", "service-token", "--single-header", "canary: x"],
        &["import", "--stdin", "--kind", "api-token", "--shred"],
        &["lock", "canary-passphrase"],
        &["bogus"],
        &[],
    ] {
        let done = usher(words, b"", unasked());
        assert_eq!((done.exit, &*done.output), (Exit::Usage, ""), "{words:?}");
        let quoted = done.errors.contains("canary") && words[0] != "lock";
        assert!(!done.errors.is_empty() && !quoted, "{words:?}: {}", done.errors);
    }
}

/// Writes until its reader goes away.
struct Closed;

impl io::Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_output_ends_the_command_quietly() {
    let mut errors = Vec::new();
    let mut streams = Streams {
        input: &mut io::empty(),
        output: &mut Closed,
        errors: &mut errors,
        input_is_terminal: || false,
        output_is_terminal: || false,
        errors_are_terminal: || false,
        prompt: |_| unreachable!(),
        browser: |_| unreachable!(),
    };
    let matches = command().try_get_matches_from(["usher", "token", "a.test"]).expect("right");
    let error = carry_out(matches, false, Some(answering(|_| token())), &mut streams).expect_err("closed");
    report(&mut streams, false, &error);
    assert_eq!(error.exit(), Exit::Other);
    assert!(errors.is_empty());
}
