//! Looks for secrets where none may be.

use std::fs;
use std::path::{Path, PathBuf};

/// So many bytes of a secret are enough to know it by.
const ENOUGH: usize = 16;

/// What is looked for.
pub(crate) struct Search(Vec<String>);

impl Search {
    /// Looks for these texts.
    pub(crate) fn of(canaries: &[&str]) -> Self {
        let mut search = Self(Vec::new());
        canaries.iter().for_each(|canary| search.add(canary));
        search
    }

    /// Looks for one more: as it is, and as a list of numbers, which is how bytes look when they are
    /// printed for a programmer.
    pub(crate) fn add(&mut self, canary: &str) {
        let bytes = canary.as_bytes();
        let numbers = format!("{:?}", &bytes[..bytes.len().min(ENOUGH)]);
        self.0.push(numbers.trim_matches(['[', ']']).to_owned());
        self.0.push(canary.to_owned());
    }

    /// Tells what of it is in there.
    pub(crate) fn find(&self, bytes: impl AsRef<[u8]>) -> Option<&str> {
        let text = String::from_utf8_lossy(bytes.as_ref());
        self.0.iter().find(|canary| text.contains(&**canary)).map(|canary| &**canary)
    }

    /// Fails if anything of it is in there.
    #[track_caller]
    pub(crate) fn clean(&self, what: &str, bytes: impl AsRef<[u8]>) {
        if let Some(canary) = self.find(&bytes) {
            panic!("{what} tells {canary:?}: {}", String::from_utf8_lossy(bytes.as_ref()));
        }
    }

    /// Lists the files below a folder that hold anything of it. The programs themselves are left out.
    pub(crate) fn files(&self, home: &Path) -> Vec<PathBuf> {
        let mut files = Vec::new();
        collect(home, &mut files);
        let programs = home.join("bin");
        files.retain(|file| !file.starts_with(&programs));
        files.retain(|file| self.find(fs::read(file).expect("our own file")).is_some());
        files
    }
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("our own folder").map(|entry| entry.expect("an entry")) {
        let kind = entry.file_type().expect("a type");
        if kind.is_dir() {
            collect(&entry.path(), found);
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
}

/// A process, as others see it.
#[cfg(target_os = "linux")]
pub(crate) struct Process {
    pub(crate) command_line: Vec<u8>,
    /// Empty where nobody may read it, as with the agent.
    pub(crate) environment: Vec<u8>,
}

/// Lists the processes that belong to a home: it stands in their command line or environment.
#[cfg(target_os = "linux")]
pub(crate) fn processes(home: &Path) -> Vec<Process> {
    let belongs = Search(vec![home.display().to_string()]);
    let all = fs::read_dir("/proc").expect("this is Linux").flatten();
    let own = |folder: PathBuf| {
        let read = |name: &str| fs::read(folder.join(name)).unwrap_or_default();
        let (command_line, environment) = (read("cmdline"), read("environ"));
        let owned = belongs.find(&command_line).or_else(|| belongs.find(&environment)).is_some();
        owned.then_some(Process { command_line, environment })
    };
    all.filter_map(|entry| own(entry.path())).collect()
}

#[test]
fn what_is_there_is_found() {
    let search = Search::of(&["canary-token"]);
    assert_eq!(search.find("a word"), None);
    assert!(search.find("xxcanary-tokenxx").is_some());
    assert!(search.find(format!("{:?}", b"canary-token")).is_some());
    let home = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(home.path().join("a/b")).expect("a folder");
    fs::write(home.path().join("a/clean"), "a word").expect("a file");
    let file = home.path().join("a/b/file");
    fs::write(&file, [b"\0\xff", &b"canary-token"[..], b"\n"].concat()).expect("a file");
    assert_eq!(search.files(home.path()), [file]);
}
