//! The file of the audit log: appended to, and put aside when it is large.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use usher_proto::audit_log::{OLD, numbered};

use crate::platform;

/// Largest file in bytes; the next line begins another.
const LARGEST: u64 = 1024 * 1024;
/// How long to try for the lock, which another agent holds for as long as it writes.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(5);

/// Appends lines, and tells how many bytes of them are in the file. A line is there whole or not at all.
pub(super) fn append(path: &Path, lines: &[u8]) -> (usize, io::Result<()>) {
    let mut written = 0;
    let outcome = append_each(path, lines, &mut written);
    (written, outcome)
}

fn append_each(path: &Path, lines: &[u8], written: &mut usize) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    platform::make_folder(path.parent().unwrap_or(path))?;
    // Several agents of a user have one log between them.
    let _lock = lock(&path.with_extension("lock"))?;
    while *written < lines.len() {
        let rest = &lines[*written..];
        let length = length(path)?;
        let fits = fitting(rest, LARGEST.saturating_sub(length));
        if fits == 0 && length > 0 {
            put_aside(path)?;
            continue;
        }
        let fits = if fits == 0 { rest.len() } else { fits };
        add(path, &rest[..fits], written)?;
    }
    Ok(())
}

fn lock(path: &Path) -> io::Result<File> {
    let file = platform::open_to_append(path)?;
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::ErrorKind::WouldBlock.into())
}

fn length(path: &Path) -> io::Result<u64> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(found.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

/// Tells how many bytes of whole lines fit.
fn fitting(lines: &[u8], room: u64) -> usize {
    let room = usize::try_from(room).unwrap_or(usize::MAX).min(lines.len());
    lines[..room].iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1)
}

/// Gives each file the name of the next older one; the oldest goes away.
fn put_aside(path: &Path) -> io::Result<()> {
    for number in (0..OLD).rev() {
        match fs::rename(numbered(path, number), numbered(path, number + 1)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Adds lines to the file. Where there is no room for all, as many as there is room for.
fn add(path: &Path, lines: &[u8], written: &mut usize) -> io::Result<()> {
    let mut file = platform::open_to_append(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    let mut begin = length + end_of_line(&mut file, length)?;
    let mut rest = lines;
    while !rest.is_empty() {
        match file.write(rest) {
            Ok(count @ 1..) => rest = &rest[count..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            failed => {
                let whole = fitting(lines, (lines.len() - rest.len()) as u64);
                begin += whole as u64;
                let _ = file.set_len(begin); // a part of a line is none
                *written += whole;
                return failed.and(Err(io::ErrorKind::WriteZero.into()));
            }
        }
    }
    *written += lines.len();
    Ok(())
}

/// Ends a line that a crash cut off, so that the next one is not joined to it; tells how much that took.
fn end_of_line(file: &mut File, length: u64) -> io::Result<u64> {
    let mut last = [b'\n'];
    if length > 0 {
        file.seek(SeekFrom::Start(length - 1))?;
        file.read_exact(&mut last)?;
    }
    if last == *b"\n" { Ok(0) } else { file.write_all(b"\n").map(|()| 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_too_many_for_one_file_are_divided_between_lines() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/audit.log");
        let line = |number: usize| format!("{number:07}{}\n", "x".repeat(992));
        let count = 2_500;
        let lines: String = (0..count).map(line).collect();
        for part in [&lines[..700_000], &lines[700_000..]] {
            let (written, outcome) = append(&path, part.as_bytes());
            assert!(outcome.is_ok() && written == part.len(), "{outcome:?}");
        }
        let read = |number| fs::read_to_string(numbered(&path, number)).unwrap_or_default();
        let files: Vec<_> = (0..=OLD).map(read).collect();
        assert!(files.iter().all(|file| file.len() as u64 <= LARGEST));
        assert_eq!([&*files[2], &*files[1], &*files[0]].concat(), lines);
        assert!(files[3].is_empty(), "three were enough");
    }

    #[test]
    fn only_so_many_old_files_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("audit.log");
        for number in 0..8 {
            let (_, outcome) = append(&path, format!("{number}{}\n", "x".repeat(600_000)).as_bytes());
            outcome.expect("written");
        }
        let begins: String = (0..=OLD + 1)
            .filter_map(|number| fs::read_to_string(numbered(&path, number)).ok()?.chars().next())
            .collect();
        assert_eq!(begins, "76543");
    }

    #[test]
    fn a_line_that_was_cut_off_spoils_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("audit.log");
        fs::write(&path, "{\"torn").expect("a file");
        append(&path, b"{}\n").1.expect("written");
        append(&path, b"{}\n").1.expect("written");
        assert_eq!(fs::read_to_string(&path).expect("text"), "{\"torn\n{}\n{}\n");
    }
}
