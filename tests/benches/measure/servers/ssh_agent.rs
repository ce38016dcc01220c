//! The agent of OpenSSH, which is asked for what it holds.

use std::io::{Read, Write};
use std::process::Command;

use tempfile::TempDir;

use super::footprint::Footprint;
use super::running::{Running, connect_when_it_listens};
use crate::measure::caller::Caller;

/// An ssh-agent that holds keys.
pub(crate) struct SshAgent {
    running: Running,
    folder: TempDir,
}

impl SshAgent {
    /// Starts one that holds so many keys, unless OpenSSH is not installed.
    pub(crate) fn holding(keys: u32) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let files: Vec<_> = (0..keys).map(|number| folder.path().join(number.to_string())).collect();
        for file in &files {
            let mut generator = Command::new("ssh-keygen");
            let made = generator.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(file).status();
            if !made.is_ok_and(|status| status.success()) {
                return None;
            }
        }
        let socket = folder.path().join("socket");
        let running = Running::start(Command::new("ssh-agent").arg("-D").arg("-a").arg(&socket));
        let agent = Self { running, folder };
        drop(connect_when_it_listens(&socket));
        let added = agent.ssh_add().arg("-q").args(&files).status();
        assert!(added.is_ok_and(|status| status.success()), "the keys are taken");
        Some(agent)
    }

    /// Tells how much memory it has in use.
    pub(crate) fn footprint(&self) -> Footprint {
        self.running.footprint()
    }

    /// Prepares `ssh-add`.
    pub(crate) fn ssh_add(&self) -> Command {
        let mut command = Command::new("ssh-add");
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("SSH_AUTH_SOCK", self.folder.path().join("socket"));
        command
    }

    /// Opens a connection that asks what it holds (SSH_AGENTC_REQUEST_IDENTITIES).
    pub(crate) fn caller(&self) -> Caller {
        let mut stream = connect_when_it_listens(&self.folder.path().join("socket"));
        let request = vec![0, 0, 0, 1, 11];
        stream.write_all(&request).expect("it listens");
        let mut length = [0; 4];
        stream.read_exact(&mut length).expect("it answers");
        let mut answer = vec![0; u32::from_be_bytes(length) as usize];
        stream.read_exact(&mut answer).expect("a whole answer");
        Caller::new(stream, request, 4 + answer.len())
    }
}
