//! What a peer has sent and nobody has read yet, in a buffer that is wiped.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};
use usher_proto::frame::{HEADER, MAX_MESSAGE};
use usher_proto::wiped::{Wiped, wipe};

use crate::server::{Activity, Share};

/// Enough for every request but those that carry a secret, so that an idle connection costs little.
const SMALL: usize = 512;
/// Enough for nearly every secret.
const MIDDLE: usize = 8 * 1024;
/// Enough for the largest message.
const LARGE: usize = HEADER + MAX_MESSAGE;

/// Bytes received and not used.
pub(super) struct Inbox {
    buffer: Wiped,
    filled: usize,
    /// What the buffer takes beyond the small one that every connection has; held until the request is
    /// answered, which has a copy of what was in it.
    room: Option<Share>,
    /// Where to go on looking, so that a peer that sends byte by byte costs no more than another.
    looked: usize,
}

impl Inbox {
    pub(super) fn new() -> Self {
        Self { buffer: Wiped::zeros(SMALL), filled: 0, room: None, looked: 0 }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[..self.filled]
    }

    pub(super) fn is_empty(&self) -> bool {
        self.filled == 0
    }

    /// Finds the first such byte, without looking twice at what was looked at in vain.
    pub(super) fn find(&mut self, wanted: u8) -> Option<usize> {
        let found = self.buffer[self.looked..self.filled].iter().position(|byte| *byte == wanted);
        let found = found.map(|at| self.looked + at);
        self.looked = found.unwrap_or(self.filled);
        found
    }

    /// Takes in what has arrived; 0 when the peer has left.
    pub(super) async fn read<R: AsyncRead + Unpin>(&mut self, from: &mut R) -> io::Result<usize> {
        let count = from.read(&mut self.buffer[self.filled..]).await?;
        self.filled += count;
        Ok(count)
    }

    /// Makes room for `total` bytes from the beginning; tells whether there is so much. A buffer that is
    /// too small is replaced and wiped, never grown.
    pub(super) fn make_room(&mut self, total: usize, activity: &Activity) -> bool {
        if total <= self.buffer.len() {
            return true;
        }
        let length = if total <= MIDDLE { MIDDLE } else { LARGE };
        let Some(room) = activity.room(length) else { return false };
        let mut larger = Wiped::zeros(length);
        larger[..self.filled].copy_from_slice(self.bytes());
        self.buffer = larger;
        self.room = Some(room);
        true
    }

    /// Wipes the first `count` bytes and moves what follows to the front.
    pub(super) fn consume(&mut self, count: usize) {
        self.buffer.copy_within(count..self.filled, 0);
        let left = self.filled - count;
        wipe(&mut self.buffer[left..self.filled]);
        self.filled = left;
        self.looked = 0;
        if self.buffer.len() > SMALL && left <= SMALL {
            let mut smaller = Wiped::zeros(SMALL);
            smaller[..left].copy_from_slice(&self.buffer[..left]);
            self.buffer = smaller;
        }
    }

    /// Hears that the request is answered: nothing of it is left.
    pub(super) fn settle(&mut self) {
        if self.buffer.len() <= SMALL {
            self.room = None;
        }
    }
}
