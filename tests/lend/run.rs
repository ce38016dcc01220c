//! `usher tunnel run`: cloudflared gets the tunnel's token under a descriptor, and again when it asks to be
//! started again.

use rustix::process::Signal;
use serde_json::Value;
use usher_tests::desk::Desk;
use usher_tests::process::run;
use usher_tests::under_way::UnderWay;

use super::{give_certificate, give_tunnel, send, stand_in, with_cloudflared};
use crate::{BROWSER, PROGRAMS};

/// Starts an agent with a certificate and the credentials of a tunnel, and tells its UUID.
fn desk() -> (Desk, String) {
    let desk = Desk::new(PROGRAMS, BROWSER);
    give_certificate(&desk);
    let tunnel = desk.edge.add_tunnel("web");
    give_tunnel(&desk, "web", &desk.edge.tunnel_token(&tunnel));
    (desk, tunnel)
}

/// Runs the stand-in for the tunnel; `does` says what it does then.
fn begin(desk: &Desk, words: &[&str], does: &str) -> UnderWay {
    let mut command = with_cloudflared(desk, &stand_in(desk), &[&["tunnel", "run"], words].concat());
    command.env("STAND_IN", does).env("TUNNEL_TOKEN", "another tunnel's");
    command.env("CLOUDFLARE_API_TOKEN", "of a script");
    UnderWay::start(command)
}

/// Reads what the stand-in was given.
fn told(running: &mut UnderWay) -> Value {
    serde_json::from_str(&running.line_with("\"words\"")).expect("a line of JSON")
}

#[test]
fn cloudflared_reads_the_token_from_a_descriptor_and_sees_nothing_else() {
    let (desk, tunnel) = desk();
    let token = desk.edge.tunnel_token(&tunnel);
    for name in ["web", &tunnel] {
        let mut running = begin(&desk, &[name, "--", "--protocol", "http2"], "end:0");
        let told = told(&mut running);
        running.finish().expect(0);
        assert_eq!(told["token"], token);
        let words: Vec<_> =
            told["words"].as_array().expect("words").iter().map(|word| word.as_str()).collect();
        let path = words[4].expect("text");
        let number = path.strip_prefix("/dev/fd/").expect("a descriptor's path");
        let expected =
            ["tunnel", "--no-autoupdate", "run", "--token-file", path, "--protocol", "http2"].map(Some);
        assert_eq!(words, expected);
        let environment = told["environment"].to_string();
        assert!(!environment.contains(&token) && !environment.contains("of a script"), "{environment}");
        assert!(told["environment"]["TUNNEL_TOKEN"].is_null(), "it would win over the descriptor");
        if cfg!(target_os = "linux") {
            let descriptors = told["descriptors"].as_object().expect("descriptors");
            assert_eq!(descriptors[number], "/memfd:lent (deleted)");
            let lent = descriptors.values().filter(|link| link.to_string().contains("memfd"));
            assert_eq!(lent.count(), 1, "{descriptors:?}");
        }
    }
}

#[test]
fn its_exit_code_is_ours_and_signals_reach_it() {
    let (desk, _) = desk();
    for code in [0, 1, 3, 255] {
        begin(&desk, &["web"], &format!("end:{code}")).finish().expect(code);
    }
    let mut running = begin(&desk, &["web"], "wait");
    told(&mut running);
    send(running.id(), Signal::TERM);
    running.finish().expect(0);

    let mut killed = begin(&desk, &["web"], "wait");
    let process = told(&mut killed)["pid"].as_u64().expect("a process id");
    send(u32::try_from(process).expect("small"), Signal::KILL);
    killed.finish().expect(128 + 9);
}

#[test]
fn asked_to_start_it_again_usher_asks_for_the_token_of_that_moment() {
    let (desk, tunnel) = desk();
    let mut running = begin(&desk, &["web"], "wait");
    let before = told(&mut running);
    assert_eq!(before["token"], desk.edge.tunnel_token(&tunnel));

    desk.usher(&["tunnel", "rotate", "web"]).expect(0);
    let rotated = desk.edge.tunnel_token(&tunnel);
    assert_ne!(before["token"], rotated);
    send(running.id(), Signal::USR1);
    running.line_with("asks to be started again");
    let after = told(&mut running);
    assert_eq!(after["token"], rotated, "and not the one before");
    assert_ne!(after["pid"], before["pid"]);
    send(running.id(), Signal::TERM);
    running.finish().expect(0);
}

/// The agent asks Cloudflare for it, and has it from then on.
#[test]
fn a_token_that_is_not_held_is_fetched() {
    let (desk, _) = desk();
    let tunnel = desk.edge.add_tunnel("api");
    let mut running = begin(&desk, &["api"], "end:0");
    assert_eq!(told(&mut running)["token"], desk.edge.tunnel_token(&tunnel));
    running.finish().expect(0);
    assert_eq!(super::held(&desk, "tunnel"), ["api", "web"]);
}

#[cfg(target_os = "linux")]
#[test]
fn one_that_asks_again_and_again_does_not_spin_and_can_be_ended() {
    use std::fs;
    use std::time::{Duration, Instant};

    use usher_tests::world::eventually;

    let (desk, _) = desk();
    let mut running = begin(&desk, &["web"], "end:11");
    let begun = Instant::now();
    told(&mut running);
    told(&mut running);
    told(&mut running);
    assert!(begun.elapsed() > Duration::from_millis(1500), "at most one start a second");
    let last = told(&mut running)["pid"].to_string();
    // Once it has ended, usher pauses, and no program is there that could get the signal.
    eventually(|| (!fs::exists(format!("/proc/{last}/fd")).unwrap_or(false)).then_some(()));
    send(running.id(), Signal::TERM);
    running.finish().expect(128 + 15);
}

#[test]
fn what_is_missing_is_said() {
    let (desk, _) = desk();
    let mut command = desk.command(&["tunnel", "run", "web"]);
    command.env("USHER_CLOUDFLARED", "usher-test-no-such-program");
    let ran = run(command, "").expect(127);
    assert!(ran.stderr.contains("hint: install cloudflared in PATH"), "{ran:?}");
    let unknown = run(with_cloudflared(&desk, &stand_in(&desk), &["tunnel", "run", "no-such-tunnel"]), "");
    assert!(unknown.expect(3).stderr.contains("hint:"));
}

/// It is found in PATH where nothing names it.
#[test]
fn cloudflared_is_found_in_the_path() {
    let (desk, _) = desk();
    stand_in(&desk);
    let mut command = desk.command(&["tunnel", "run", "web"]);
    let path = std::env::join_paths(
        std::iter::once(desk.home.path().join("bin"))
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    command.env("PATH", path.expect("folders")).env("STAND_IN", "end:5");
    run(command, "").expect(5);
}
