//! Servers that do nothing but answer: what a socket costs, and no program can be faster.

use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::path::Path;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Names the blocking server on the command line.
pub(super) const BLOCKING: &str = "serve-echo";
/// Names the tokio server on the command line.
pub(super) const TOKIO: &str = "serve-echo-tokio";

/// Length of a request in bytes: about that of a lookup.
pub(super) const REQUEST: usize = 64;
/// Length of an answer in bytes: that of the token in a lookup's.
pub(super) const ANSWER: usize = 1200;

/// Serves one connection after the other with one read and one write a request.
pub(super) fn serve_blocking(socket: &Path) {
    let listener = UnixListener::bind(socket).expect("a fresh socket");
    for stream in listener.incoming() {
        let mut stream = stream.expect("a connection");
        let mut request = [0; REQUEST];
        while stream.read_exact(&mut request).is_ok() && stream.write_all(&[b'e'; ANSWER]).is_ok() {}
    }
}

/// Serves any number of connections in one thread with tokio, a task for each, as the agent does. A
/// read has room for more than a request, which spares tokio a second one that finds nothing.
pub(super) fn serve_tokio(socket: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = tokio::net::UnixListener::bind(socket).expect("a fresh socket");
        loop {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            tokio::spawn(async move {
                let mut space = [0; 512];
                while matches!(stream.read(&mut space).await, Ok(REQUEST))
                    && stream.write_all(&[b'e'; ANSWER]).await.is_ok()
                {}
            });
        }
    });
}
