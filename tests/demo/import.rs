//! The third part: what cloudflared left in clear is taken over, and outlives the agent.

use std::path::Path;

use serde_json::json;
use usher_tests::home::{Home, dot_cloudflared};

use crate::Stage;
use crate::stage::{say, with_programs};

const APP: &str = "https://app.example.test";
const PASSPHRASE: &str = "correct horse battery staple\n";

/// Tells it.
pub(super) fn tell(built: &Path) -> Result<(), String> {
    let home = with_programs(built, Home::new);
    home.configure("store = \"file\"\n");
    let client = |words: &[&str]| {
        let mut command = home.command(home.program("usher"));
        command.args(words);
        command
    };
    let stage = Stage { home: &home, client: &client };
    println!("\n== Taking over what cloudflared left");

    let folder = dot_cloudflared(home.path());
    say("A folder as cloudflared leaves it: tokens and certificate in clear.");
    stage.listing(&folder)?;

    say("The first command starts the agent. This one opens its sealed file, which is new.");
    stage.usher(&["unlock"], PASSPHRASE, 0)?;

    say("One command takes the folder in, and removes what was safely stored.");
    stage.usher(&["import", "--shred"], "", 0)?;
    stage.listing(&folder)?;

    say("The agent ends and a new one starts. It has nothing but the sealed file.");
    stage.usher(&["agent", "stop"], "", 0)?;
    stage.usher(&["unlock"], PASSPHRASE, 0)?;
    stage.usher(&["access", "token", "--app=https://app.example.test"], "", 0)?;
    stage.json(&json!({"token": {"app": APP}}))?;

    say("The expired one was left out: to ask for it is an error with a hint, never an empty success.");
    stage.usher(&["token", "https://ssh.example.test"], "", 3)?;
    stage.usher(&["agent", "stop"], "", 0)?;
    Ok(())
}
