//! Opens a page in the browser of whoever runs this client. The agent never does: it may serve several
//! sessions, and belong to none that has a screen.
//!
//! The address is an argument of the opener, where processes of the same user can read it, and on Linux
//! those of other users too. These programs take it in no other way. Who does not want that says
//! `--no-browser` and copies it.

use std::ffi::{OsStr, OsString};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[cfg(unix)]
#[path = "browser/unix.rs"]
mod platform;
#[cfg(windows)]
#[path = "browser/windows.rs"]
mod platform;

/// How long an opener is watched. One that fails does so at once; one that turns into the browser runs on.
const NOTICE: Duration = Duration::from_secs(1);
/// Pause between two looks at it.
const PAUSE: Duration = Duration::from_millis(10);

/// What the session says about browsers.
#[derive(Debug)]
pub(crate) struct Session {
    /// `$BROWSER`: the person's own choice, in place of what the system has.
    chosen: Option<OsString>,
    /// What opens pages on this system; nothing where there is no screen.
    standard: Vec<&'static str>,
}

impl Session {
    /// Looks at our own environment.
    pub(crate) fn own() -> Self {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let has_display = variable("DISPLAY").or_else(|| variable("WAYLAND_DISPLAY")).is_some();
        let standard = platform::openers(has_display, platform::in_windows());
        Self { chosen: variable("BROWSER"), standard }
    }
}

/// Opens a page, and tells whether a browser took it as far as its opener tells.
pub(crate) fn open(page: &str, session: &Session) -> bool {
    openers(page, session).iter().any(|opener| start(opener))
}

/// Lists the programs to try, each with its arguments.
fn openers(page: &str, session: &Session) -> Vec<Vec<OsString>> {
    match session.chosen.as_ref().map(|chosen| chosen.to_string_lossy()) {
        Some(chosen) => chosen
            .split(platform::SEPARATOR)
            .map(|entry| words(entry, page))
            .filter(|words| !words.is_empty())
            .collect(),
        None => session.standard.iter().map(|entry| words(entry, page)).collect(),
    }
}

/// Splits one entry at its spaces and puts the page where `%s` stands, or at the end. No shell reads it.
fn words(entry: &str, page: &str) -> Vec<OsString> {
    let mut words: Vec<OsString> =
        entry.split_ascii_whitespace().map(|word| word.replace("%s", page).into()).collect();
    if !words.is_empty() && !entry.contains("%s") {
        words.push(page.into());
    }
    words
}

/// Starts an opener with none of our streams, and tells whether it got anywhere. It is not ended.
fn start(opener: &[OsString]) -> bool {
    let [program, arguments @ ..] = opener else { return false };
    let mut command = Command::new::<&OsStr>(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    platform::detach(&mut command);
    let Ok(mut child) = command.spawn() else { return false };
    let deadline = Instant::now() + NOTICE;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if Instant::now() < deadline => std::thread::sleep(PAUSE),
            Ok(None) | Err(_) => return true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "https://app.example.test/cdn-cgi/access/cli?aud=1&token=x%3D;y";

    fn chosen(browser: &str) -> Session {
        Session { chosen: Some(browser.into()), standard: vec!["never-tried"] }
    }

    fn standard(has_display: bool, in_windows: bool) -> Session {
        Session { chosen: None, standard: platform::openers(has_display, in_windows) }
    }

    #[test]
    fn what_was_chosen_is_split_and_holds_the_page_in_one_piece() {
        let separator = platform::SEPARATOR;
        let browser = format!("firefox -P work{separator}{separator} chrome --app=%s -x {separator}w3m");
        let expected = [
            &["firefox", "-P", "work", PAGE][..],
            &["chrome", &format!("--app={PAGE}"), "-x"],
            &["w3m", PAGE],
        ];
        assert_eq!(openers(PAGE, &chosen(&browser)), expected);
    }

    #[test]
    fn each_system_has_openers_and_they_take_the_page_last() {
        let openers = openers(PAGE, &standard(true, false));
        assert!(!openers.is_empty());
        for opener in openers {
            assert_eq!(opener.last().map(OsString::as_os_str), Some(OsStr::new(PAGE)), "{opener:?}");
        }
    }

    #[test]
    fn a_program_that_is_not_there_opens_nothing() {
        assert!(!open(PAGE, &chosen("usher-test-no-such-browser")));
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn without_a_screen_nothing_is_tried_unless_windows_is_around() {
        assert!(!open(PAGE, &standard(false, false)));
        assert_eq!(openers(PAGE, &standard(false, true))[0], ["wslview", PAGE]);
    }

    /// A browser of the tests: `sh` reads it, so that no test runs a file that another has open.
    #[cfg(unix)]
    fn script(folder: &tempfile::TempDir, name: &str, text: &str) -> String {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("room");
        format!("/bin/sh {}", path.display())
    }

    #[cfg(unix)]
    #[test]
    fn a_browser_gets_the_page_and_none_of_our_streams() {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("seen");
        let text = format!(
            "printf '%s\\n' \"$@\" >{out}.part; read -r line || echo no input >>{out}.part\n\
             test -t 1 || echo words; mv {out}.part {out}\n",
            out = out.display()
        );
        let browser = script(&folder, "browser", &text);
        assert!(open(PAGE, &chosen(&format!("{browser} --new-tab"))));
        let end = Instant::now() + Duration::from_secs(10);
        while !out.exists() && Instant::now() < end {
            std::thread::sleep(PAUSE);
        }
        let seen = std::fs::read_to_string(out).expect("it ran");
        assert_eq!(seen, format!("--new-tab\n{PAGE}\nno input\n"));
    }

    #[cfg(unix)]
    #[test]
    fn the_next_one_is_tried_where_one_fails_and_none_is_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let failing = script(&folder, "failing", "exit 3\n");
        assert!(!open(PAGE, &chosen(&failing)));
        let running = script(&folder, "running", "sleep 5\n");
        let began = Instant::now();
        assert!(open(PAGE, &chosen(&format!("usher-test-no-such-browser:{failing}:{running}"))));
        assert!(began.elapsed() < Duration::from_secs(4));
    }
}
