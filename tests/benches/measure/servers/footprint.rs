//! The memory that a process has in use.

/// Bytes of memory that are resident.
pub(crate) struct Footprint {
    /// All of them.
    pub(crate) rss: f64,
    /// With its share only of what other processes use too; none where this process may not see that.
    pub(crate) pss: Option<f64>,
    /// Without what is read from files, such as programs, which comes and goes as the system likes.
    pub(crate) anonymous: f64,
}

impl Footprint {
    /// Looks at a process. Agents keep others from looking into them, so only root sees more than the sum.
    pub(super) fn of(pid: u32) -> Self {
        let read = |name| std::fs::read_to_string(format!("/proc/{pid}/{name}")).unwrap_or_default();
        let (rollup, status) = (read("smaps_rollup"), read("status"));
        let rss = bytes(&rollup, "Rss:").or_else(|| bytes(&status, "VmRSS:"));
        let anonymous = bytes(&status, "RssAnon:").expect("a process that runs");
        Self { rss: rss.expect("a process that runs"), pss: bytes(&rollup, "Pss:"), anonymous }
    }
}

fn bytes(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<f64>().expect("a number") * 1024.0)
}
