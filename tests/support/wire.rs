//! The two forms of the wire, byte by byte: connections that a test drives by hand.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::time::Duration;

use interprocess::local_socket::prelude::*;
use interprocess::local_socket::{GenericFilePath, Stream};
use serde_json::Value;
use usher_proto::frame::{self, Scan};
use usher_proto::{Answer, Request, codec};

/// A test that waits longer than this for an answer has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Opens a connection.
pub fn connect(socket: &Path) -> io::Result<Stream> {
    let stream = Stream::connect(socket.to_fs_name::<GenericFilePath>()?)?;
    // Pipes have no such deadline; there the runner's own must do.
    let _ = stream.set_recv_timeout(Some(PATIENCE));
    Ok(stream)
}

/// What came back on a connection of frames.
#[derive(Debug)]
pub enum Said {
    /// An answer.
    Answer(Answer),
    /// Words, from an agent of another version.
    Words(String),
    /// The agent closed the connection.
    Nothing,
}

/// Reads one frame, asking for no byte more than it has.
pub fn read(stream: &mut impl Read) -> Said {
    let mut bytes = Vec::new();
    loop {
        let total = match frame::scan(&bytes).expect("the agent sends frames") {
            Scan::Incomplete { total } => total,
            Scan::Message { body, .. } => return Said::Answer(codec::decode(body).expect("an answer")),
            Scan::Words { text, .. } => return Said::Words(text),
        };
        let have = bytes.len();
        bytes.resize(total, 0);
        match stream.read(&mut bytes[have..]) {
            Ok(0) | Err(_) => return Said::Nothing,
            Ok(count) => bytes.truncate(have + count),
        }
    }
}

/// Sends one request and reads its answer.
pub fn ask(stream: &mut (impl Read + Write), request: &Request) -> Answer {
    stream.write_all(&frame::encode(request).expect("a small request")).expect("the agent listens");
    match read(stream) {
        Said::Answer(answer) => answer,
        other => panic!("no answer but {other:?}"),
    }
}

/// Sends lines as they are and reads as many lines of JSON.
pub fn lines(socket: &Path, lines: &[&str]) -> Vec<Value> {
    let mut stream = BufReader::new(connect(socket).expect("the agent listens"));
    for line in lines {
        writeln!(stream.get_mut(), "{line}").expect("the agent reads");
    }
    lines.iter().map(|_| read_line(&mut stream)).collect()
}

/// Reads one line of JSON; null when the agent closed the connection.
pub fn read_line(stream: &mut impl BufRead) -> Value {
    let mut line = String::new();
    match stream.read_line(&mut line) {
        Ok(0) | Err(_) => Value::Null,
        Ok(_) => serde_json::from_str(&line).expect("a line of JSON"),
    }
}
