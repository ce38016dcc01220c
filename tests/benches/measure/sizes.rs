//! How large the programs are. What they share with others of the system is not counted, such as the
//! ciphers of OpenSSH.

use std::path::Path;

use super::installed::program;
use super::servers::PROGRAMS;
use super::table;

pub(super) fn measure() {
    let least = Some(size(env!("CARGO_BIN_EXE_least-client").as_ref()));
    table::sizes("size of usher", size(PROGRAMS.client.as_ref()), "least client", least, "");
    for (ours, file, theirs) in
        [("usher", PROGRAMS.client, "ssh-add"), ("usher-agent", PROGRAMS.agent, "ssh-agent")]
    {
        let reference = program(theirs).map(|path| size(&path));
        let name = if reference.is_some() { theirs } else { "OpenSSH is not installed" };
        table::sizes(&format!("size of {ours}"), size(file.as_ref()), name, reference, "");
    }
}

fn size(file: &Path) -> f64 {
    file.metadata().expect("a program").len() as f64
}
