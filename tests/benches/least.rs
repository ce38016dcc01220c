//! The least that could answer `usher token URL`: reads a command line as the client does, asks the
//! agent with the same frame, and prints the token. It checks nothing, waits without a deadline and
//! understands no other answer, so the difference to `usher token` is what those cost.

use std::io::{self, Read, Write};
use std::path::Path;

use clap::{Arg, Command};
use interprocess::local_socket::prelude::*;
use interprocess::local_socket::{GenericFilePath, Stream};

/// Where the token begins in an answer: after the header, the variant and the token's own length.
const TOKEN: usize = 12 + 4 + 8;

fn main() -> io::Result<()> {
    let matches = Command::new("least-client").arg(Arg::new("url").required(true)).get_matches();
    let url = matches.get_one::<String>("url").map(String::as_str).unwrap_or_default();
    let socket = std::env::var_os("USHER_SOCK").unwrap_or_default();
    let mut stream = Stream::connect(Path::new(&socket).to_fs_name::<GenericFilePath>()?)?;
    stream.write_all(&frame(url))?;
    let mut answer = vec![0; 4096];
    let count = stream.read(&mut answer)?;
    let length =
        answer[TOKEN - 8..TOKEN].iter().rev().fold(0, |length, byte| length << 8 | usize::from(*byte));
    let end = TOKEN.saturating_add(length).min(count);
    io::stdout().write_all(answer.get(TOKEN..end).unwrap_or_default())
}

/// The frame of a token request, as PROTOCOL.md tells it.
fn frame(url: &str) -> Vec<u8> {
    let mut frame = b"USHR\x01\0\0\0\0\0\0\0".to_vec();
    frame.extend(1u32.to_le_bytes());
    for text in [url, "default"] {
        frame.extend((text.len() as u64).to_le_bytes());
        frame.extend(text.as_bytes());
    }
    frame.extend(5u32.to_le_bytes());
    let length = (frame.len() - 12) as u32;
    frame[8..12].copy_from_slice(&length.to_le_bytes());
    frame
}
