//! A cloudflared folder: where it is, and which of its files can be credentials.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use usher_proto::Secret;
use usher_proto::name::is_uuid;

use crate::error::{Error, Own};
use crate::input::{Bounded, MAX_SECRET, Until, read_bounded};

/// A file that can be a credential, and what came of reading it.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// Its name in the folder.
    pub(crate) name: String,
    /// Its content, or why it is left out.
    pub(crate) content: Result<Content, Error>,
}

/// What was read.
#[derive(Debug)]
pub(crate) struct Content {
    /// The whole file.
    pub(crate) secret: Secret,
    /// The whole `.url` file beside an app token, if there is one that can be read.
    pub(crate) login_url: Option<Secret>,
}

/// Finds the folder that cloudflared uses: the first of its list that exists.
pub(crate) fn find() -> Result<PathBuf, Error> {
    // cloudflared looks at HOME first, also on Windows.
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    places(home.or_else(std::env::home_dir)).into_iter().find(|place| place.is_dir()).ok_or_else(|| {
        Error::new(
            Own::Files,
            "there is no cloudflared folder in the places where cloudflared keeps one",
            "name it: usher import DIR",
        )
    })
}

fn places(home: Option<PathBuf>) -> Vec<PathBuf> {
    let below_home = [".cloudflared", ".cloudflare-warp", "cloudflare-warp"];
    let of_all = ["/etc/cloudflared", "/usr/local/etc/cloudflared"];
    let mut places: Vec<_> =
        home.iter().flat_map(|home| below_home.iter().map(|name| home.join(name))).collect();
    // Absolute they are on Unix only, and only there cloudflared looks at them.
    places.extend(of_all.iter().map(PathBuf::from).filter(|place| place.is_absolute()));
    places
}

/// Reads every candidate of the folder, in the order of their names.
pub(crate) fn read(folder: &Path) -> Result<Vec<Candidate>, Error> {
    let unreadable = |error: io::Error| {
        Error::new(
            Own::Files,
            format!("{} cannot be read: {}", folder.display(), error),
            "name a cloudflared folder, such as ~/.cloudflared",
        )
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        names.push(entry.map_err(unreadable)?.file_name());
    }
    names.sort();
    Ok(names.iter().filter(|name| is_candidate(name)).map(|name| candidate(folder, name)).collect())
}

/// Tells by its name whether a file can be a credential: a token of any age, an account certificate,
/// tunnel credentials, or a private SSH key, which is named but not taken.
fn is_candidate(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.ends_with("-token")
        || name == "cert.pem"
        || name.strip_suffix(".json").is_some_and(is_uuid)
        || is_ssh_key(&name)
}

fn is_ssh_key(name: &str) -> bool {
    name.ends_with("-cf_key")
}

fn candidate(folder: &Path, name: &OsStr) -> Candidate {
    let content = match name.to_str() {
        None => Err(unsuitable("its name is not text", "rename it, or import it with --stdin")),
        Some(name) if is_ssh_key(name) => Err(unsuitable(
            "it is a private SSH key, which usher does not hold",
            "remove it once it is not needed; cloudflared makes another",
        )),
        Some(_) => read_file(&folder.join(name)),
    };
    let content = content.map(|secret| Content { secret, login_url: login_url(folder, name) });
    Candidate { name: name.to_string_lossy().into_owned(), content }
}

/// Reads a file whole, unless it is none, or is larger than any credential.
pub(crate) fn read_file(path: &Path) -> Result<Secret, Error> {
    let unreadable = |error: io::Error| {
        Error::new(
            Own::Files,
            format!("it cannot be read: {error}"),
            "look at its owner and permissions, then import again",
        )
    };
    // Looked at before it is opened: opening a pipe would wait for its other end.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(unsuitable("it is not a regular file", "import it with --stdin"));
    }
    let mut file = File::open(path).map_err(unreadable)?;
    match read_bounded(&mut file, Until::End).map_err(unreadable)? {
        Bounded::Whole(secret) => Ok(secret),
        Bounded::Empty => Err(unsuitable("it is empty", "log in again with cloudflared if it is needed")),
        Bounded::TooLarge => Err(unsuitable(
            &format!("it is larger than {} KiB, so it is no credential", MAX_SECRET / 1024),
            "look at what it is",
        )),
    }
}

fn login_url(folder: &Path, name: &OsStr) -> Option<Secret> {
    read_file(&folder.join(companion(&name.to_string_lossy(), "url"))).ok()
}

/// Names a file that cloudflared keeps beside a token.
pub(crate) fn companion(name: &str, kind: &str) -> String {
    format!("{name}.{kind}")
}

fn unsuitable(message: &str, hint: &str) -> Error {
    Error::new(Own::Unsuitable, message, hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_told_by_their_names() {
        for name in [
            "app.example.test-3b01511e5b32cb1dc286bd7b7eeaac14facb363eb4f4592c4253e33976153e1c-token",
            "acme.cloudflareaccess.com-org-token",
            "old.example.test-token",
            "cert.pem",
            "3a21c094-39e3-4379-9f64-829462be7bc1.json",
            "ssh.example.test-cf_key",
        ] {
            assert!(is_candidate(OsStr::new(name)), "{name}");
        }
        for name in [
            "x-token.lock",
            "x-token.url",
            "acme.cloudflareaccess.com-jwks",
            "config.yml",
            "notes.json",
            "3a21c094-39e3-4379-9f64-829462be7bcz.json",
            "key.pem",
            "ssh.example.test-cf_key.pub",
        ] {
            assert!(!is_candidate(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn the_home_folder_comes_first() {
        let places = places(Some(PathBuf::from("/home/me")));
        assert_eq!(places[0], Path::new("/home/me/.cloudflared"));
        assert_eq!(places[2], Path::new("/home/me/cloudflare-warp"));
        assert_eq!(places.len(), if Path::new("/etc").is_absolute() { 5 } else { 3 });
    }

    #[test]
    fn each_candidate_is_read_or_left_out_with_a_reason() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, content: &[u8]| fs::write(folder.path().join(name), content).expect("room");
        write("a-token", b"jwt\n");
        write("a-token.url", b"https://a.example/");
        write("b-token", b"");
        write("c-token", &vec![b'x'; MAX_SECRET + 1]);
        write("d-cf_key", b"key");
        write("e.txt", b"other");
        fs::create_dir(folder.path().join("f-token")).expect("room");

        let read = read(folder.path()).expect("a folder");
        let words: Vec<_> = read
            .iter()
            .map(|found| match &found.content {
                Ok(content) => format!("{} {:?}", found.name, content.login_url.is_some()),
                Err(error) => format!("{} {}", found.name, error.message),
            })
            .collect();
        assert_eq!(
            words,
            [
                "a-token true",
                "b-token it is empty",
                "c-token it is larger than 64 KiB, so it is no credential",
                "d-cf_key it is a private SSH key, which usher does not hold",
                "f-token it is not a regular file",
            ]
        );
        let Ok(content) = &read[0].content else { panic!("it can be read") };
        assert_eq!(content.secret.expose(), b"jwt\n", "the whole content, its newline included");
    }
}
