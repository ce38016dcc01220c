//! The second part: a tunnel whose token leaks, and the end of everything.

use std::path::Path;

use serde_json::Value;
use usher_tests::desk::Desk;
use usher_tests::edge::Permission;

use crate::Stage;
use crate::stage::{expect, program, say, with_programs};

const APP: &str = "https://app.example.test";

/// What the administrator's API token may do.
const ADMINISTRATOR: [Permission; 4] = [
    Permission::AccountRead,
    Permission::AccessAppsRevoke,
    Permission::ApiTokensWrite,
    Permission::TunnelWrite,
];

/// Tells it.
pub(super) fn tell(built: &Path) -> Result<(), String> {
    let desk = with_programs(built, |programs| Desk::new(programs, &program(built, "edge")));
    let client = |words: &[&str]| desk.command(words);
    let stage = Stage { home: &desk.home, client: &client };
    println!("\n== A tunnel whose token leaks, and the end of everything");

    let tunnel = desk.edge.add_tunnel("web");
    say("An account certificate comes through the browser, and lies in no file.");
    stage.usher(&["tunnel", "login"], "", 0)?;
    stage.usher(&["tunnel", "list"], "", 0)?;
    let old = stage.usher(&["tunnel", "token", "web"], "", 0)?;
    for _ in 0..2 {
        desk.edge.connect(&tunnel, &old).map_err(|_| "the tunnel does not take its own token")?;
    }

    say("The token has leaked, and two connectors run with it. Every one is cut.");
    stage.usher(&["tunnel", "rotate", "web", "--drop-connections"], "", 0)?;
    let stayed = desk.edge.connectors(&tunnel).iter().any(|one| one.alive && !one.current);
    expect(!stayed && desk.edge.connect(&tunnel, &old).is_err(), "the old token is still of use")?;
    println!("(The edge saw no connector left with the old secret, and refuses it.)");

    say("The laptop was stolen. Everything goes, here and at Cloudflare; an API token helps with that.");
    stage.usher(&["login", APP], "", 0)?;
    let admin = desk.edge.add_api_token(&ADMINISTRATOR);
    let words = ["import", "--stdin", "--kind", "api-token", "--label", "admin"];
    stage.usher(&words, &admin, 0)?;
    stage.usher(&["revoke", "--all", "--yes"], "", 0)?;
    let ran = desk.usher(&["list", "--json"]);
    expect(
        ran.code == Some(0) && ran.json()["credentials"] == Value::Array(Vec::new()),
        "something is left",
    )?;
    expect(!desk.edge.api_token_lives(&admin), "the API token is still taken")?;

    say("Who asked for what is in the audit log.");
    stage.usher(&["audit"], "", 0)?;
    expect(desk.edge.log().strays().is_empty(), "a secret went where it does not belong")?;
    stage.usher(&["agent", "stop"], "", 0)?;
    Ok(())
}
