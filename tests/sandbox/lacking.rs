//! Systems that lack what the sandbox is made of: a filter around the agent takes it away.

use std::os::unix::process::CommandExt;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};
use serde_json::json;
use usher_tests::home::Home;
use usher_tests::process::Foreground;

use crate::PROGRAMS;

#[test]
fn what_the_system_lacks_is_told_and_the_agent_works_without() {
    let home = Home::new(PROGRAMS);
    let lacking = [libc::SYS_landlock_create_ruleset, libc::SYS_seccomp].map(|call| (call, Vec::new()));
    let absent = SeccompAction::Errno(libc::ENOSYS as u32);
    let processor = std::env::consts::ARCH.try_into().expect("one that has filters");
    let filter = SeccompFilter::new(lacking.into(), SeccompAction::Allow, absent, processor);
    let filter: BpfProgram = filter.expect("a filter").try_into().expect("a filter");
    let mut command = home.command(home.program("usher-agent"));
    // SAFETY: between fork and exec it makes two calls of the kernel and nothing else.
    unsafe { command.pre_exec(move || apply_filter(&filter).map_err(std::io::Error::other)) };
    let agent = Foreground::start(command);

    let status = home.usher(&["status", "--json"]).expect(0).json();
    let lacks = json!([
        "landlock: this kernel does not have it, or it is switched off",
        "seccomp: this kernel does not have it, or what surrounds the agent forbids it",
    ]);
    assert_eq!(status["sandbox"], json!({"holds": ["no-new-privileges"], "lacks": lacks}));
    let told = home.usher(&["status"]).expect(0).stdout;
    assert!(told.contains("without landlock") && told.contains("without seccomp"), "{told}");
    home.usher(&["agent", "stop"]).expect(0);
    assert!(agent.wait().0.success());
}
