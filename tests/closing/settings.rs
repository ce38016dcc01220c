//! Settings with which an agent that locked itself could not be opened, or would not stay locked.

use usher_tests::home::Home;
use usher_tests::process::run;

use crate::PROGRAMS;

/// Starts an agent with these lines in its config file; tells what it said.
fn refused(lines: &str) -> String {
    let home = Home::new(PROGRAMS);
    home.configure(&lines.replace("SEALED", &home.sealed_file()));
    let ran = run(home.command(home.program("usher-agent")), "").expect(2);
    assert!(ran.stderr.contains("hint: "), "{}", ran.stderr);
    ran.stderr
}

#[test]
fn what_would_lose_credentials_or_open_by_itself_is_refused() {
    // The key of the table comes first: what follows is the line that `configure` adds.
    let said = refused("lock = { idle = \"15m\" }\nstore = \"memory\"\n");
    assert!(said.contains("in memory alone cannot lock itself"), "{said}");
    let said = refused("profile.work.lock = { idle = \"15m\" }\nstore = \"memory\"\n");
    assert!(said.contains("in memory alone cannot lock itself"), "{said}");
    let said = refused("lock = { on = [\"suspend\"] }\nSEALED");
    assert!(said.contains("would not stay locked"), "{said}");
    let said = refused("lock = { idle = \"soon\" }\n");
    assert!(said.contains("line 1: not a length of time"), "{said}");
}
