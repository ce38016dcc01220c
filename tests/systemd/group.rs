//! A control group for one systemd, which takes hold of every process of the group that it starts in.

use std::fs;
use std::path::{Path, PathBuf};

/// Where control groups are mounted.
const ROOT: &str = "/sys/fs/cgroup";

/// A group below the one that this process is in, in each hierarchy in which systemd has groups of its own;
/// gone with the value.
pub(super) struct Group(Vec<PathBuf>);

impl Group {
    /// Makes it; none where this process may not.
    pub(super) fn new() -> Option<Self> {
        let own = fs::read_to_string("/proc/self/cgroup").ok()?;
        let mut group = Self(Vec::new());
        for above in own.lines().filter_map(of_systemd) {
            let folder = above.join(format!("usher-test-{}", std::process::id()));
            fs::create_dir(&folder).ok()?;
            group.0.push(folder);
        }
        (!group.0.is_empty()).then_some(group)
    }

    /// Names the files by which a process comes into it, who writes its id there.
    pub(super) fn doors(&self) -> impl Iterator<Item = PathBuf> {
        self.0.iter().map(|folder| folder.join("cgroup.procs"))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        for folder in &self.0 {
            remove(folder);
        }
    }
}

/// Tells where a group of /proc/self/cgroup (cgroups(7)) lies, if systemd has groups in its hierarchy.
fn of_systemd(line: &str) -> Option<PathBuf> {
    let (mount, path) = if let Some(path) = line.strip_prefix("0::/") {
        let beside = Path::new(ROOT).join("unified");
        (if beside.exists() { beside } else { ROOT.into() }, path)
    } else {
        let (_, path) = line.split_once(":name=systemd:/")?;
        (Path::new(ROOT).join("systemd"), path)
    };
    Some(mount.join(path)).filter(|group| group.join("cgroup.procs").exists())
}

/// Removes a group and those in it. The files in a group go with it.
fn remove(group: &Path) {
    let inner = fs::read_dir(group).into_iter().flatten().flatten();
    inner.map(|entry| entry.path()).filter(|path| path.is_dir()).for_each(|path| remove(&path));
    let _ = fs::remove_dir(group);
}
