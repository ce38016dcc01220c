//! The files that the agent may open: Landlock keeps all others from it.

use std::env;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, BitFlags, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus,
    path_beneath_rules,
};

use crate::platform::{Places, make_folder};

/// What is forbidden where no rule allows it: what this version of Landlock knows. Newer ones know more,
/// which nobody tried here.
const VERSION: ABI = ABI::V5;

/// Where the resolver, the authorities' certificates and what the C library loads for them lie on one
/// system or another. Whole folders, because such files are replaced while the agent runs.
const SYSTEM: [&str; 12] = [
    "/etc",
    "/usr",
    "/lib",
    "/lib64",
    "/opt/etc/ssl",
    "/var/lib/ca-certificates",
    "/nix/store",
    "/gnu/store",
    "/run/systemd/resolve",
    "/run/NetworkManager",
    "/run/resolvconf",
    "/dev/urandom",
];

/// Keeps the calling thread to the files that it needs; nothing may be executed. Tells what holds, or what is
/// lacking.
pub(super) fn keep_to(places: &Places) -> Result<&'static str, &'static str> {
    // A rule is for a folder that is there.
    for folder in &places.own {
        let _ = make_folder(folder); // who cannot write there is told when it is tried
    }
    match restrict(places) {
        Ok(RulesetStatus::FullyEnforced) => Ok("landlock"),
        Ok(RulesetStatus::PartiallyEnforced) => Ok("landlock-in-part"), // of an older kernel
        Ok(RulesetStatus::NotEnforced) => {
            Err("landlock: this kernel does not have it, or it is switched off")
        }
        Err(_) => Err("landlock: what surrounds the agent, such as a container, does not let it use that"),
    }
}

fn restrict(places: &Places) -> Result<RulesetStatus, RulesetError> {
    let read: BitFlags<AccessFs> = AccessFs::ReadFile | AccessFs::ReadDir;
    let write = read
        | AccessFs::WriteFile
        | AccessFs::Truncate
        | AccessFs::MakeReg
        | AccessFs::MakeDir
        | AccessFs::RemoveFile;
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(VERSION))?
        .create()?
        .add_rules(path_beneath_rules(SYSTEM, read))?
        .add_rules(path_beneath_rules(resolver().iter().chain(&certificates()), read))?
        .add_rules(path_beneath_rules(&places.read, read))?
        .add_rules(path_beneath_rules(&places.own, write))?
        .add_rules(path_beneath_rules(&places.clear, AccessFs::RemoveFile))?
        .restrict_self()?;
    Ok(status.ruleset)
}

/// The folder in which the resolver's file really lies.
fn resolver() -> Option<PathBuf> {
    let file = Path::new("/etc/resolv.conf").canonicalize().ok()?;
    file.parent().map(Path::to_owned)
}

/// Where the environment says that certificates are.
fn certificates() -> Vec<PathBuf> {
    let named = |name| env::var_os(name).unwrap_or_default();
    env::split_paths(&named("SSL_CERT_DIR")).chain([named("SSL_CERT_FILE").into()]).collect()
}
