//! The audit log's files: read in their order, and read on while the agent writes and puts them aside.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use usher_proto::audit_log::{OLD, numbered};

use crate::shred::{Identity, identity};

/// Reads whole lines, each once.
pub(crate) struct Reader {
    path: PathBuf,
    /// The file that was the newest when it was last looked.
    newest: Option<Tail>,
}

/// A file, read up to a line's end.
struct Tail {
    file: File,
    identity: Identity,
    position: u64,
}

impl Reader {
    /// Begins before the oldest line of the log whose newest file is at `path`.
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), newest: None }
    }

    /// Tells whether there was a file to read.
    pub(crate) fn found_any(&self) -> bool {
        self.newest.is_some()
    }

    /// Reads the lines that were not read yet, oldest first. A last one that is not complete waits for its
    /// end, and the next call.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(crate) fn read(&mut self) -> io::Result<Vec<u8>> {
        // Looked at first: what is written to a file that is not the newest any more is in it by then.
        let newer = self.newer()?;
        let mut lines = Vec::new();
        if let Some(tail) = &mut self.newest {
            tail.read(&mut lines)?;
        }
        for mut tail in newer {
            tail.read(&mut lines)?;
            self.newest = Some(tail);
        }
        Ok(lines)
    }

    /// Opens the files that are newer than the one that was read last, oldest first. From the newest on
    /// back: one that is put aside meanwhile is then met again, and not missed.
    fn newer(&self) -> io::Result<Vec<Tail>> {
        let mut newer: Vec<Tail> = Vec::new();
        let known = self.newest.as_ref().map(|tail| &tail.identity);
        for number in 0..=OLD {
            let Some(tail) = Tail::open(&numbered(&self.path, number))? else { continue };
            if Some(&tail.identity) == known {
                break;
            }
            if newer.iter().all(|seen| seen.identity != tail.identity) {
                newer.push(tail);
            }
        }
        newer.reverse();
        Ok(newer)
    }
}

impl Tail {
    /// Opens a file; none if none is there.
    fn open(path: &Path) -> io::Result<Option<Self>> {
        // To open a pipe would wait for its other end.
        let file = match fs::metadata(path)
            .and_then(|found| found.is_file().then(|| File::open(path)).transpose())
        {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let Some(file) = file else { return Ok(None) };
        Ok(Some(Self { identity: identity(&file)?, file, position: 0 }))
    }

    fn read(&mut self, lines: &mut Vec<u8>) -> io::Result<()> {
        if self.file.metadata()?.len() < self.position {
            self.position = 0; // somebody emptied it
        }
        self.file.seek(SeekFrom::Start(self.position))?;
        let begin = lines.len();
        self.file.read_to_end(lines)?;
        let whole = lines[begin..].iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        lines.truncate(begin + whole);
        self.position += whole as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn add(path: &Path, text: &str) {
        let mut file = File::options().create(true).append(true).open(path).expect("a file");
        file.write_all(text.as_bytes()).expect("written");
    }

    fn put_aside(path: &Path) {
        for number in (0..OLD).rev() {
            let _ = fs::rename(numbered(path, number), numbered(path, number + 1));
        }
    }

    fn read(reader: &mut Reader) -> String {
        String::from_utf8(reader.read().expect("our own files")).expect("text")
    }

    #[test]
    fn each_line_is_read_once_across_all_files_and_a_torn_one_when_it_is_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("audit.log");
        let mut reader = Reader::new(&path);
        assert_eq!(read(&mut reader), "");
        assert!(!reader.found_any());
        for number in 1..=3 {
            add(&path, &format!("{number}\n"));
            put_aside(&path);
        }
        add(&path, "4\n5");
        assert_eq!(read(&mut reader), "1\n2\n3\n4\n");
        assert_eq!(read(&mut reader), "");
        add(&path, "\n6\n");
        assert_eq!(read(&mut reader), "5\n6\n");
        add(&path, "7\n");
        put_aside(&path);
        add(&path, "8\n");
        put_aside(&path);
        assert_eq!(read(&mut reader), "7\n8\n", "none is there under its first name");
        add(&path, "9\n");
        assert_eq!(read(&mut reader), "9\n");
        // On Windows a file that somebody reads does not go away, and none is put aside until then.
        if cfg!(not(windows)) {
            for number in 10..20 {
                put_aside(&path);
                add(&path, &format!("{number}\n"));
            }
            assert_eq!(read(&mut reader), "15\n16\n17\n18\n19\n", "the others are gone");
        }
        fs::write(&path, "xx\n").expect("a file");
        let _ = read(&mut reader);
        fs::write(&path, "20\n").expect("a file");
        assert_eq!(read(&mut reader), "", "as long as before");
        fs::write(&path, "").expect("a file");
        assert_eq!(read(&mut reader), "");
        add(&path, "21\n");
        assert_eq!(read(&mut reader), "21\n");
    }
}
