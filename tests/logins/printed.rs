//! `usher access login` prints as cloudflared does, which scripts take apart.

use super::{APP, desk, is_token};

#[test]
fn each_form_is_the_one_that_scripts_know() {
    let desk = desk();
    for words in [&["--app", APP][..], &["--no-verbose", APP], &["--no-verbose", "--app", APP]] {
        let ran = desk.usher(&[&["access", "login"], words].concat()).expect(0);
        assert!(is_token(&ran.stdout), "the token and nothing else: {words:?}: {ran:?}");
    }
    let token = desk.usher(&["token", APP]).expect(0).stdout;
    let verbose = desk.usher(&["access", "login", APP]).expect(0).stdout;
    assert_eq!(verbose, format!("Successfully fetched your token:\n\n{token}\n\n"));
    for words in [&["--quiet", APP][..], &["-q", "--app", APP], &["--quiet", "--no-verbose", APP]] {
        let ran = desk.usher(&[&["access", "login"], words].concat()).expect(0);
        assert_eq!((ran.stdout, ran.stderr), (String::new(), String::new()), "{words:?}");
    }
    assert_eq!(desk.usher(&["access", "token", "--app", APP]).expect(0).stdout, token);
    assert_eq!(desk.pages(), 1);
}

#[test]
fn a_quiet_login_still_shows_the_person_the_page() {
    let desk = desk();
    let ran = desk.usher(&["access", "login", "--quiet", APP]).expect(0);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("https://app.example.test/cdn-cgi/"), "{ran:?}");
    assert_eq!(desk.pages(), 1);
}
