//! One program that takes all it can get, and others that come after it.

use std::io::Read;
use std::process::Command;

use usher_tests::home::Home;
use usher_tests::process::run;
use usher_tests::under_way::UnderWay;
use usher_tests::wire::connect;
use usher_tests::world::{Login, World};

use crate::PROGRAMS;

const APP: &str = "https://app.example.test";
/// How many connections an agent has in these tests, and how many of them one program gets.
const ALL: usize = 128;
const MOST: usize = 126;

/// Begins as many logins as one program gets, none of which ends.
fn hanging_logins(world: &World) -> Vec<Login> {
    let begin = |_| {
        let mut login = world.begin_login(APP);
        assert!(login.page()["event"].is_object());
        login
    };
    (0..MOST).map(begin).collect()
}

/// Prepares the client, which is another program than this one.
fn usher(home: &Home, world: &World, words: &[&str]) -> Command {
    let mut command = home.command(home.program("usher"));
    command.env("USHER_SOCK", world.agent.socket()).arg("--no-start").args(words);
    command
}

#[test]
fn a_program_whose_logins_hang_leaves_room_for_others() {
    let (world, home) = (World::start(), Home::new(PROGRAMS));
    let mut logins = hanging_logins(&world);
    let mut more = connect(world.agent.socket()).expect("the agent listens");
    assert!(matches!(more.read(&mut [0]), Ok(0) | Err(_)), "it has its share");
    for _ in 0..3 {
        run(usher(&home, &world, &["status"]), "").expect(0);
    }
    logins[0].wait();
}

#[test]
fn of_a_full_agent_the_program_that_has_most_gives_way() {
    let (world, home) = (World::start(), Home::new(PROGRAMS));
    let mut logins = hanging_logins(&world);
    let begin = |_| {
        let mut login = UnderWay::start(usher(&home, &world, &["login", "--no-browser", APP]));
        login.line_with("https://");
        login
    };
    let others: Vec<_> = (MOST..ALL).map(begin).collect();
    run(usher(&home, &world, &["status"]), "").expect(0);
    assert!(logins[0].page().is_null(), "it has waited for longest");
    logins[1].wait();
    drop(others);
}
