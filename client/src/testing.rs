//! A fake agent on a socket of its own, for the tests of this crate.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use interprocess::local_socket::traits::Listener as _;
use interprocess::local_socket::{GenericFilePath, ListenerOptions, Stream, ToFsName};
use usher_proto::credential::Source;
use usher_proto::endpoint::Endpoint;
use usher_proto::frame::{Scan, encode, scan};
use usher_proto::{Answer, Credential, Kind, ProfileName, Request, codec};

use crate::agent::Agent;
use crate::connect::connect;

/// Serves one connection with what a test does, in a thread, and connects to it.
pub(crate) fn agent(serve: impl FnOnce(Stream) + Send + 'static) -> Agent {
    // Gone when this call ends: who is connected needs the socket's name no more.
    let folder = tempfile::tempdir().expect("a folder");
    let path = socket_in(folder.path());
    let name = path.as_path().to_fs_name::<GenericFilePath>().expect("a name");
    let listener = ListenerOptions::new().name(name).create_sync().expect("a free name");
    std::thread::spawn(move || serve(listener.accept().expect("a client")));
    let endpoint = Endpoint::named(path).expect("a good name");
    let soon = Instant::now() + Duration::from_secs(10);
    Agent::new(connect(&endpoint, soon).expect("ours").expect("it listens"))
}

/// Answers each question of one connection.
pub(crate) fn answering(mut answer: impl FnMut(Request) -> Answer + Send + 'static) -> Agent {
    telling(move |request| vec![answer(request)])
}

/// Tells several things on each question of one connection, all at once; nothing at all hangs up.
pub(crate) fn telling(mut tell: impl FnMut(Request) -> Vec<Answer> + Send + 'static) -> Agent {
    agent(move |mut stream| {
        while let Some(request) = question(&mut stream) {
            let told = tell(request);
            let frames: Vec<u8> =
                told.iter().flat_map(|answer| encode(answer).expect("small").to_vec()).collect();
            stream.write_all(&frames).expect("a client");
            if told.is_empty() || matches!(told.last(), Some(Answer::Event(_))) {
                break;
            }
        }
    })
}

/// Reads one question; none when the client hung up.
pub(crate) fn question(stream: &mut Stream) -> Option<Request> {
    let mut read = Vec::new();
    loop {
        if let Scan::Message { body, .. } = scan(&read).expect("a frame") {
            return Some(codec::decode(body).expect("a request"));
        }
        let mut space = [0; 4096];
        match stream.read(&mut space) {
            Ok(more @ 1..) => read.extend(&space[..more]),
            _ => return None,
        }
    }
}

/// Names a socket in a folder, or a pipe that no other test uses.
fn socket_in(folder: &Path) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    if std::path::MAIN_SEPARATOR == '\\' {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        return format!(r"\\.\pipe\usher-client-test-{}-{number}", std::process::id()).into();
    }
    folder.join("agent.sock")
}

/// Makes a credential as the agent tells it.
pub(crate) fn credential() -> Arc<Credential> {
    Arc::new(Credential {
        id: "app-3b01511e5b32".parse().expect("an id"),
        profile: ProfileName::default(),
        kind: Kind::AppToken,
        label: "app.example.test\u{1b}[2J".to_owned(),
        app: Some("app.example.test".parse().expect("a pattern")),
        audience: None,
        team: None,
        account: None,
        zone: None,
        tunnel: None,
        client_id: None,
        email: Some("me@example.test".to_owned()),
        issued: None,
        expires: None,
        source: Source::Given,
    })
}
