//! The first part: one login, and all that follows from it without another.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use usher_tests::desk::Desk;
use usher_tests::edge::{ADA, Where};

use crate::Stage;
use crate::stage::{expect, program, say, with_programs};

const APP: &str = "https://app.example.test";
const OTHER: &str = "https://other.example.test";

/// How long the first token lives, in seconds: long enough to be used (5 s must be left), and short
/// enough to see its end.
const SHORT_LIFE: u32 = 9;
/// How long those after it live, in seconds.
const DAY: i64 = 24 * 60 * 60;

/// Tells it.
pub(super) fn tell(built: &Path) -> Result<(), String> {
    let desk = with_programs(built, |programs| Desk::new(programs, &program(built, "edge")));
    let client = |words: &[&str]| desk.command(words);
    let stage = Stage { home: &desk.home, client: &client };
    println!("\n== Logging in, before a simulated Cloudflare edge at {}", desk.edge.address());

    let end = one_login(&desk, &stage)?;
    expiry(&desk, &stage, end)?;
    revocation(&desk, &stage)?;

    say("Any other tool asks the same socket in a line of JSON.");
    stage.json(&json!({"token": {"app": OTHER}}))?;

    say("What the agent holds.");
    stage.usher(&["list"], "", 0)?;
    let strays = desk.edge.log().strays().len();
    expect(strays == 0, "a secret went where it does not belong")?;
    stage.usher(&["agent", "stop"], "", 0)?;
    Ok(())
}

/// Logs in and looks up; tells when the first token has ended for sure.
fn one_login(desk: &Desk, stage: &Stage<'_>) -> Result<Instant, String> {
    say("Nothing is held, and a script opens no browser: it is told what to do, and ends with 3.");
    stage.usher(&["token", APP], "", 3)?;

    say("A person logs in. The first command has started the agent; the browser here approves by itself.");
    desk.edge.change_app("app.example.test", |app| app.token_life = SHORT_LIFE.into());
    stage.usher(&["login", APP], "", 0)?;
    desk.edge.change_app("app.example.test", |app| app.token_life = DAY);
    let end = Instant::now() + Duration::from_secs(SHORT_LIFE.into());

    say("From then on the token is there, also in cloudflared's spelling.");
    stage.usher(&["token", APP], "", 0)?;
    stage.usher(&["access", "token", "--app=https://app.example.test"], "", 0)?;

    say("Another application of the same team: the session is exchanged, and no browser opens.");
    stage.usher(&["token", OTHER], "", 0)?;
    count(desk, 1)?;
    Ok(end)
}

fn expiry(desk: &Desk, stage: &Stage<'_>, end: Instant) -> Result<(), String> {
    say(&format!("That first token lives {SHORT_LIFE} seconds. Once it has ended, a new one is there."));
    thread::sleep(end.saturating_duration_since(Instant::now()));
    stage.usher(&["token", APP], "", 0)?;
    let log = desk.edge.log();
    let renewed = log
        .at("app.example.test")
        .iter()
        .any(|entry| entry.part == Where::Authorized && entry.issued_app_token);
    expect(renewed, "the token is the old one")?;
    count(desk, 1)
}

fn revocation(desk: &Desk, stage: &Stage<'_>) -> Result<(), String> {
    say("Somebody revokes the application's tokens at Cloudflare. It is noticed, and made good.");
    desk.edge.revoke_app_tokens("app.example.test");
    stage.usher(&["verify", APP], "", 0)?;

    say("Then the person's whole session. Now only a login helps.");
    desk.edge.revoke_sessions(ADA);
    stage.usher(&["verify", APP], "", 3)?;
    stage.usher(&["login", APP], "", 0)?;
    count(desk, 2)
}

/// Says what the edge saw, and checks that nobody was asked more often than this.
fn count(desk: &Desk, logins: usize) -> Result<(), String> {
    let log = desk.edge.log();
    println!("(The edge saw logins in a browser: {}; silent exchanges: {}.)", log.logins(), log.exchanges());
    expect(log.logins() == logins && desk.pages() == logins, "somebody was asked to log in")?;
    expect(log.exchanges() > 0, "there was no silent exchange")
}
