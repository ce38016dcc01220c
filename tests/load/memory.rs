//! What connections cost the agent in memory.

use std::io::Write;

use usher_proto::frame::MAX_MESSAGE;
use usher_proto::{Answer, Code, Request};
use usher_tests::home::Home;
use usher_tests::process::Foreground;
use usher_tests::token::{audience, jwt};
use usher_tests::wire::{Said, ask, connect, read};

use crate::PROGRAMS;

/// More than the longest messages for which there is room at once.
const LONG: usize = 200;
/// Bytes for which there is room, and half as many again for what else an agent does meanwhile.
const ROOM: u64 = 48 * 1024 * 1024;
const IDLE: u64 = 900;
/// Most bytes that an idle connection costs. A program that is not optimised uses more than one that is.
const EACH: u64 = 16 * 1024;

/// Tells how many bytes of memory an agent has in use.
fn resident(agent: &Foreground) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", agent.process.id()));
    let status = status.expect("a process of ours");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it runs");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
}

#[test]
fn messages_that_do_not_end_take_bounded_memory_and_leave_room_for_others() {
    super::allow_many_descriptors();
    let home = Home::new(PROGRAMS);
    let agent = home.start_agent(&[]);
    let before = resident(&agent);
    let mut begun = b"USHR\x01\0\0\0".to_vec();
    begun.extend((MAX_MESSAGE as u32).to_le_bytes());
    begun.resize(MAX_MESSAGE, 0);
    let mut streams: Vec<_> = (0..LONG)
        .map(|_| {
            let mut stream = connect(home.socket()).expect("the agent accepts");
            let _ = stream.write_all(&begun); // the agent may have hung up
            stream
        })
        .collect();
    let last = read(streams.last_mut().expect("some"));
    let Said::Answer(Answer::Error(refusal)) = last else { panic!("{last:?}") };
    assert_eq!(refusal.code, Code::Unavailable, "{refusal}");
    let used = resident(&agent).saturating_sub(before);
    assert!(used < ROOM, "{used} bytes");
    // A token is longer than what every connection has room for.
    let token = jwt(&serde_json::json!({
        "aud": [audience(1)], "email": "alice@example.test", "exp": 4_000_000_000_u64, "iat": 1,
        "iss": "https://acme.cloudflareaccess.com", "type": "app", "identity_nonce": "n".repeat(1000),
    }));
    let words = ["--no-start", "import", "--stdin", "--kind", "app-token", "--app", "app.example.com"];
    home.usher_with_input(&words, &token).expect(0);
}

#[test]
fn connections_that_do_nothing_take_little_memory() {
    super::allow_many_descriptors();
    let home = Home::new(PROGRAMS);
    let agent = home.start_agent(&[]);
    let hello = || {
        let mut stream = connect(home.socket()).expect("the agent accepts");
        assert!(matches!(ask(&mut stream, &Request::Hello {}), Answer::Hello(_)));
        stream
    };
    let first = hello();
    let before = resident(&agent);
    let idle: Vec<_> = (0..IDLE).map(|_| hello()).collect();
    let each = resident(&agent).saturating_sub(before) / IDLE;
    assert!(each < EACH, "{each} bytes each");
    drop((first, idle));
}
