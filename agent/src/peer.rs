//! Who is at the other end of a connection.

use usher_proto::endpoint::User;

/// A process of our own user; made by the platform's listener, which turns others away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Its process id when it connected; 0 where the system does not tell.
    pub pid: u32,
}

impl Peer {
    /// Makes a peer of a process if its user is ours; root is another user.
    pub fn of(pid: u32, user: Option<User>) -> Option<Self> {
        (user? == User::own()).then_some(Self { pid })
    }
}
