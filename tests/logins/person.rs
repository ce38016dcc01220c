//! A person logs in once, and all else follows.

use usher_tests::edge::{ADA, Fault, Where};
use usher_tests::under_way::UnderWay;

use super::{APP, OTHER, desk, is_token};

#[test]
fn a_login_opens_one_page_and_prints_no_token() {
    let desk = desk();
    let login = desk.usher(&["login", APP]).expect(0);
    assert!(login.stdout.starts_with(&format!("Logged in to app.example.test as {ADA}")), "{login:?}");
    for words in
        ["team acme.cloudflareaccess.com", "    https://app.example.test/cdn-cgi/", "was asked to open"]
    {
        assert!(login.stderr.contains(words), "{words}: {login:?}");
    }
    assert!(!(login.stdout + &login.stderr).contains("eyJ"), "no token is printed");
    assert_eq!((desk.pages(), desk.edge.log().logins()), (1, 1));

    let token = desk.usher(&["token", APP]).expect(0);
    assert!(is_token(&token.stdout) && token.stderr.is_empty(), "{token:?}");
    let again = desk.usher(&["login", APP]).expect(0);
    assert!(again.stdout.starts_with("No login was needed"), "{again:?}");
    assert!(is_token(&desk.usher(&["token", OTHER]).expect(0).stdout), "the session is good for it");
    let log = desk.edge.log();
    assert_eq!((desk.pages(), log.exchanges()), (1, 1));
    assert!(log.strays().is_empty(), "{:?}", log.strays());
}

#[test]
fn where_nobody_sits_no_browser_opens() {
    let desk = desk();
    for words in [&["token", APP][..], &["access", "token", APP], &["token", "--header", APP]] {
        let ran = desk.usher(words).expect(3);
        assert!(ran.stdout.is_empty() && ran.stderr.contains(&format!("usher login {APP}")), "{ran:?}");
    }
    assert_eq!((desk.pages(), desk.edge.log().logins()), (0, 0));
    let asked = desk.usher(&["token", "--login", APP]).expect(0);
    assert!(is_token(&asked.stdout) && asked.stderr.contains("Logged in to"), "{asked:?}");
    assert_eq!((desk.pages(), desk.edge.log().logins()), (1, 1));
}

#[test]
fn a_page_that_no_browser_opens_is_good_on_any_machine() {
    let desk = desk();
    let mut without_browser = desk.command(&["login", APP]);
    without_browser.env("BROWSER", "usher-test-no-such-browser");
    for (command, says_so) in [
        (desk.command(&["login", "--no-browser", APP]), false),
        (without_browser, true),
        (desk.command(&["access", "login", "--no-browser", "--app", APP]), false),
    ] {
        let mut client = UnderWay::start(command);
        let page = client.line_with("https://");
        let waits = client.line_with("Waiting for the login; ");
        assert!(waits.ends_with(" left"), "{waits}");
        desk.edge.log_in(&page).expect("the page is as it must be");
        let ran = client.finish().expect(0);
        assert_eq!(ran.stderr.contains("No browser could be opened"), says_so, "{ran:?}");
        desk.usher(&["forget", "--all"]).expect(0);
    }
    assert_eq!((desk.pages(), desk.edge.log().logins()), (0, 3));
}

#[test]
fn what_the_edge_does_not_take_any_more_is_replaced_or_needs_a_login() {
    let desk = desk();
    desk.usher(&["login", APP]).expect(0);
    let first = desk.usher(&["token", APP]).expect(0).stdout;
    let refreshed = desk.usher(&["refresh", APP]).expect(0);
    assert!(refreshed.stdout.starts_with("Refreshed the token for app.example.test"), "{refreshed:?}");
    let second = desk.usher(&["token", APP]).expect(0).stdout;
    assert_ne!(first, second);
    let good = desk.usher(&["verify", APP]).expect(0);
    assert!(good.stdout.starts_with("Cloudflare takes the token"), "{good:?}");

    desk.edge.revoke_app_tokens("app.example.test");
    let replaced = desk.usher(&["verify", "--all"]).expect(0);
    assert!(replaced.stdout.contains("a new one took its place"), "{replaced:?}");
    assert_ne!(desk.usher(&["token", APP]).expect(0).stdout, second);

    desk.edge.revoke_sessions(ADA);
    let ended = desk.usher(&["verify", APP]).expect(3);
    assert!(ended.stdout.is_empty() && ended.stderr.contains(&format!("usher login {APP}")), "{ended:?}");
    desk.usher(&["token", APP]).expect(3);
    assert_eq!(desk.edge.log().logins(), 1, "nobody was asked");
    desk.usher(&["login", APP]).expect(0);
    desk.usher(&["verify", APP]).expect(0);
}

#[test]
fn without_a_network_what_is_held_is_printed_and_the_rest_is_6() {
    let desk = desk();
    desk.usher(&["login", APP]).expect(0);
    let token = desk.usher(&["token", APP]).expect(0).stdout;
    let _down = desk.edge.fault(Where::Anywhere, Fault::Cut);
    assert_eq!(desk.usher(&["token", APP]).expect(0).stdout, token);
    for words in [&["token", OTHER][..], &["login", OTHER], &["refresh", APP], &["verify", APP]] {
        let ran = desk.usher(words).expect(6);
        assert!(ran.stdout.is_empty() && ran.stderr.contains("hint: "), "{ran:?}");
    }
    assert_eq!(desk.pages(), 1);
}

#[test]
fn the_client_says_it_all_in_json_too() {
    let desk = desk();
    let ran = desk.usher(&["login", "--json", APP]).expect(0);
    let lines: Vec<serde_json::Value> =
        ran.stdout.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let ([first, waits @ ..], Some(last)) = (&lines[..lines.len() - 1], lines.last()) else {
        panic!("events, and an answer: {lines:?}")
    };
    assert_eq!(first["event"]["log-in"]["open"], true);
    assert!(first["event"]["log-in"]["url"].as_str().is_some_and(|url| url.starts_with("https://")));
    assert!(waits.iter().all(|line| line["event"]["waiting"]["left"].is_u64()), "{waits:?}");
    assert_eq!(last["credential"]["email"], ADA);
    assert_eq!(last["token"], desk.usher(&["token", APP]).expect(0).stdout);
    assert_eq!(ran.stderr, "");
    assert_eq!(desk.pages(), 1, "the browser opens all the same");

    let verified = desk.usher(&["verify", "--json", APP]).expect(0).json();
    assert_eq!(verified["replaced"], false, "{verified}");
    let refreshed = desk.usher(&["refresh", "--json", APP]).expect(0).json();
    assert_eq!(refreshed["credential"]["source"], "exchange", "{refreshed}");
}
