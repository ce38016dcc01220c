//! The rules of the house that the compiler does not know, read off the sources.

use std::fs;
use std::path::{Path, PathBuf};

/// Files in which a secret may be looked at, and why.
const EXPOSE: &[(&str, &str)] = &[
    ("proto/src/secret.rs", "the type itself, and the wire"),
    ("agent/src/cloudflare.rs", "reads what Cloudflare issued"),
    ("agent/src/cloudflare/http.rs", "sends it to Cloudflare in a header"),
    ("agent/src/cloudflare/folder.rs", "reads the path out of a login URL"),
    ("agent/src/cloudflare/fingerprint.rs", "recognises what was revoked"),
    ("agent/src/broker/cache.rs", "seals it as it comes in"),
    ("agent/src/broker/notes.rs", "seals it as it comes in"),
    ("agent/src/broker/lock.rs", "seals the keys of memory and store"),
    ("agent/src/seal.rs", "derives and uses keys"),
    ("agent/src/seal/vault.rs", "takes its key back"),
    ("agent/src/store/note.rs", "writes it to the store"),
    ("agent/src/store/record.rs", "writes it to the store"),
    ("client/src/context.rs", "prints it, as it was asked to"),
    ("client/src/lend.rs", "lends it to a program"),
    ("client/src/login/wait.rs", "shows the login page to the person and their browser"),
];

/// Files that may tell systems apart.
const PLATFORMS: &[&str] = &[
    "agent/src/platform",
    "agent/src/seal/page.rs",
    "agent/src/start/command.rs",
    "agent/src/store",
    "client/src/browser",
    "client/src/child",
    "client/src/connect",
    "client/src/hook.rs",
    "client/src/interrupt.rs",
    "client/src/descriptor",
    "client/src/private",
    "client/src/start.rs",
    "client/src/shred",
    "client/src/folder.rs",
    "proto/src/endpoint",
];

/// Every source file of the three programs, with its path from the top and its text without tests.
fn sources() -> Vec<(String, String)> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned();
    let mut found = Vec::new();
    for package in ["proto/src", "agent/src", "client/src"] {
        collect(&top.join(package), &mut found);
    }
    let name =
        |path: &Path| path.strip_prefix(&top).expect("below the top").to_string_lossy().replace('\\', "/");
    let sources: Vec<_> = found
        .iter()
        .filter(|path| !path.ends_with("tests.rs") && !path.ends_with("testing.rs"))
        .map(|path| {
            let text = fs::read_to_string(path).expect("a source file");
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned();
            (name(path), code)
        })
        .collect();
    assert!(sources.len() > 50, "the sources were not found");
    sources
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in
        fs::read_dir(folder).expect("a folder of sources").map(|entry| entry.expect("an entry").path())
    {
        if entry.is_dir() {
            collect(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            found.push(entry);
        }
    }
}

/// Names the files whose code has one of the words, and that `allowed` does not allow.
fn offenders(words: &[&str], allowed: impl Fn(&str) -> bool) -> Vec<String> {
    let has = |text: &str| {
        text.lines()
            .any(|line| !line.trim_start().starts_with("//") && words.iter().any(|word| line.contains(word)))
    };
    sources().into_iter().filter(|(name, text)| has(text) && !allowed(name)).map(|(name, _)| name).collect()
}

#[test]
fn secrets_are_looked_at_only_where_they_must_leave() {
    assert_eq!(offenders(&[".expose()"], |name| EXPOSE.iter().any(|(file, _)| name == *file)), [""; 0]);
    for (file, why) in EXPOSE {
        assert_eq!(
            offenders(&[".expose()", "fn expose"], |name| name != *file),
            [*file],
            "{file} ({why}) does not any more"
        );
    }
}

#[test]
fn messages_are_not_known_below_the_handler() {
    let below = |name: &str| {
        ["broker", "store", "cloudflare", "seal", "audit", "clock", "platform"]
            .iter()
            .any(|part| name.starts_with(&format!("agent/src/{part}")))
    };
    assert_eq!(offenders(&["Request::", "Request}", "Answer::", "Answer,"], |name| !below(name)), [""; 0]);
}

#[test]
fn modules_of_the_agent_know_those_below_them_only() {
    for (module, above) in [
        ("connection", &["start", "server::serve"][..]),
        ("handler", &["start", "connection::serve"]),
        ("broker", &["start", "server", "connection", "handler"]),
        ("cloudflare", &["start", "server", "connection", "handler", "broker"]),
        ("store", &["start", "server", "connection", "handler", "broker", "cloudflare"]),
        ("audit", &["start", "server", "connection", "handler", "broker", "cloudflare", "store", "seal"]),
        ("seal", &["start", "server", "connection", "handler", "broker", "cloudflare", "store"]),
    ] {
        let words: Vec<String> = above.iter().map(|above| format!("crate::{above}")).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let inside = |name: &str| name.starts_with(&format!("agent/src/{module}"));
        assert_eq!(offenders(&words, |name| !inside(name)), [""; 0], "{module} knows what is above it");
    }
}

#[test]
fn client_and_agent_do_not_know_each_other() {
    assert_eq!(offenders(&["usher_agent"], |name| !name.starts_with("client")), [""; 0]);
    assert_eq!(offenders(&["usher::"], |name| !name.starts_with("agent")), [""; 0]);
}

#[test]
fn systems_are_told_apart_in_a_few_files() {
    let words = ["cfg(unix)", "cfg(windows)", "cfg!(unix)", "cfg!(windows)", "target_os"];
    let allowed = |name: &str| {
        PLATFORMS.iter().any(|file| name.starts_with(file))
            || ["agent/src/start.rs", "proto/src/lib.rs", "agent/src/store.rs"].contains(&name)
    };
    assert_eq!(offenders(&words, allowed), [""; 0]);
}

#[test]
fn one_file_knows_the_codec_and_one_folder_each_the_keyrings_and_http() {
    assert_eq!(offenders(&["bincode::"], |name| name == "proto/src/codec.rs"), [""; 0]);
    assert_eq!(offenders(&["reqwest"], |name| name.starts_with("agent/src/cloudflare/http")), [""; 0]);
    let keyrings = ["keyring_core", "linux_keyutils", "secret_service", "keyring_store"];
    assert_eq!(offenders(&keyrings, |name| name.starts_with("agent/src/store")), [""; 0]);
}

#[test]
fn unsafe_code_is_in_named_files_with_a_reason_beside_it() {
    let named = [
        "agent/src/platform/unix.rs",
        "agent/src/platform/unix/program.rs",
        "agent/src/platform/unix/sandbox/witness.rs",
        "agent/src/platform/windows.rs",
        "agent/src/platform/windows/program.rs",
        "agent/src/seal/page.rs",
        "agent/src/store/kernel.rs",
        "client/src/child/unix.rs",
        "client/src/child/windows.rs",
        "client/src/connect/windows.rs",
        "client/src/interrupt.rs",
        "client/src/shred/windows.rs",
        "client/src/start.rs",
        "proto/src/endpoint/windows.rs",
    ];
    assert_eq!(offenders(&["unsafe {", "unsafe fn", "unsafe impl"], |name| named.contains(&name)), [""; 0]);
    for (name, text) in sources() {
        let blocks = text.matches("unsafe {").count();
        let reasons = text.matches("SAFETY:").count();
        assert!(reasons >= blocks, "{name}: {blocks} blocks, {reasons} reasons");
    }
}

#[test]
fn only_the_agreed_folders_lie_at_the_top() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let agreed = [
        "Cargo.toml",
        "Cargo.lock",
        "README.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "agent",
        "client",
        "proto",
        "tests",
        "target",
    ];
    let others: Vec<_> = fs::read_dir(top)
        .expect("the workspace")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.') && !agreed.contains(&name.as_str()))
        .collect();
    assert_eq!(others, [""; 0]);
}
