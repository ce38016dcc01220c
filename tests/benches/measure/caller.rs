//! Who asks a server the same thing again and again.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

/// A connection with a request and room for its answer, whose length is known.
pub(super) struct Caller {
    stream: UnixStream,
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Caller {
    /// Asks this over a connection, for an answer of so many bytes.
    pub(super) fn new(stream: UnixStream, request: Vec<u8>, answer: usize) -> Self {
        Self { stream, request, answer: vec![0; answer] }
    }

    /// Tells how many bytes the answer has.
    pub(super) fn answer(&self) -> usize {
        self.answer.len()
    }

    /// Sends the request and reads the answer: one write and one read.
    pub(super) fn call(&mut self) {
        self.send();
        self.receive();
    }

    /// Sends the request.
    pub(super) fn send(&mut self) {
        self.stream.write_all(&self.request).expect("the server listens");
    }

    /// Reads the answer.
    pub(super) fn receive(&mut self) {
        self.stream.read_exact(&mut self.answer).expect("the server answers");
    }

    /// Sends the request so many times at once, and reads the answers as fast as they come.
    pub(super) fn burst(&mut self, count: usize) {
        self.stream.write_all(&self.request.repeat(count)).expect("the server listens");
        (0..count).for_each(|_| self.receive());
    }

    /// Asks the same over another connection.
    pub(super) fn another(&self, socket: &Path) -> Self {
        let stream = UnixStream::connect(socket).expect("the server listens");
        Self::new(stream, self.request.clone(), self.answer.len())
    }

    /// Takes a fresh connection to the same server in place of the one it has.
    pub(super) fn reconnect(&mut self, socket: &Path) {
        self.stream = UnixStream::connect(socket).expect("the server listens");
    }
}
