//! What a test makes go wrong.

use std::sync::Weak;

use serde_json::Value;
use tokio::sync::watch;

use super::forgery::Forgery;
use super::state::World;

/// What goes wrong.
#[derive(Debug, Clone)]
pub enum Fault {
    // In place of an answer:
    /// Does not answer until the guard is dropped; then all goes on as if nothing had been.
    Hang,
    /// Closes the connection without an answer.
    Cut,
    /// Answers with this status and no more, and does nothing.
    Status(u16),
    /// Answers with this status and these errors in the API's envelope, and does nothing.
    Refused(u16, Value),

    // After all was done:
    /// Does all, and closes the connection without an answer.
    Lost,
    /// Does all, and answers with this status and no more.
    LostStatus(u16),
    /// Does all, and does not answer until the guard is dropped.
    HoldBack,

    // With the true answer:
    /// Says this as the API's messages.
    Messages(Value),
    /// Says this of a list of the API, in place of what is true.
    ListInfo(Value),
    /// Hands over a page of a list that is full of what was not there before, and says that it goes on.
    EndlessList,
    /// Sends the first half of the body, of which some is made up if there is none, and closes the
    /// connection. A `HEAD` has no body to cut.
    CutInside,
    /// Sends this in place of the body.
    Body(Vec<u8>),
    /// Sends a body that never ends. A `HEAD` has none.
    Endless,
    /// Sends this header, in place of one of the same name.
    Header(String, String),
    /// Leaves out a header.
    WithoutHeader(String),
    /// Sends a header of a mebibyte beside the others.
    HugeHeader,
    /// Answers 302 and this place; cookies and all else stay as they were.
    Redirect(String),
    /// Answers 302 and the place that was asked for.
    RedirectToSelf,

    // With what the answer is made of:
    /// Signs the answer's token otherwise: the metadata, or the app token.
    Forged(Forgery),
    /// Signs the answer's org token otherwise.
    ForgedOrgToken(Forgery),
    /// Leaves the org token out of what the transfer service hands over.
    NoOrgToken,
    /// Hands this over at the transfer service, in a good box.
    Plaintext(String),
    /// Seals the box for somebody else.
    WrongBox,
    /// Breaks the text of the box into lines.
    LineBreaks,
    /// Sets the token's cookie without telling how long it holds.
    CookieWithoutExpires,
    /// Sets the token's cookie in the past, which takes it away.
    CookieDeleted,
    /// Sends the caller from `authorized` to `authorized` once more, as applications with several
    /// domains do. Both answers set the token's cookie; the log counts the last one.
    AuthorizedAgain,
}

/// A fault that is set; it is taken back when this is dropped, and what hangs goes on.
#[must_use = "the fault ends when this is dropped"]
pub struct FaultGuard {
    pub(super) world: Weak<World>,
    pub(super) number: u64,
    /// Tells those that hang, by being dropped.
    pub(super) _holds: watch::Sender<()>,
}

impl Drop for FaultGuard {
    fn drop(&mut self) {
        if let Some(world) = self.world.upgrade() {
            world.state().faults.retain(|set| set.number != self.number);
        }
    }
}
