//! What a test makes go wrong: where, how often, and what happens then.

use std::sync::Weak;

use tokio::sync::watch;

use super::forgery::Forgery;
use super::state::World;

/// A part of the protocol: what a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// The request for an application's signed metadata.
    Metadata,
    /// A request to an application that carries nothing: the first hop of an exchange.
    AppRequest,
    /// A request to an application that carries an app token.
    TokenCheck,
    /// A request to an application that carries a service token.
    ServiceToken,
    /// The hop that gives the application's cookie.
    Authorized,
    /// The page on which a person logs in for a program.
    Cli,
    /// A team's keys.
    Certs,
    /// A team's login page, which is the second hop of an exchange.
    Login,
    /// Who a token belongs to.
    Identity,
    /// The end of a session.
    Logout,
    /// The transfer service.
    Transfer,
    /// A stranger's host, or a page that nobody knows.
    Elsewhere,
    /// Every request.
    Anywhere,
}

impl Where {
    /// Limits it to a host.
    pub fn at(self, host: &str) -> Place {
        Place::from(self).at(host)
    }

    /// Limits it to the next so many requests.
    pub fn times(self, times: usize) -> Place {
        Place::from(self).times(times)
    }

    /// Limits it to a method.
    pub fn method(self, method: &str) -> Place {
        Place::from(self).method(method)
    }
}

/// A part of the protocol, perhaps at one host, with one method, or for the next few requests only.
#[derive(Debug, Clone)]
pub struct Place {
    part: Where,
    host: Option<String>,
    method: Option<String>,
    times: Option<usize>,
}

impl From<Where> for Place {
    fn from(part: Where) -> Self {
        Self { part, host: None, method: None, times: None }
    }
}

impl Place {
    /// Limits it to a host.
    pub fn at(self, host: &str) -> Self {
        Self { host: Some(host.to_owned()), ..self }
    }

    /// Limits it to the next so many requests.
    pub fn times(self, times: usize) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Limits it to a method.
    pub fn method(self, method: &str) -> Self {
        Self { method: Some(method.to_owned()), ..self }
    }
}

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

    // With the true answer:
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
    /// domains do.
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

/// A fault that is set, as the edge keeps it.
pub(super) struct Set {
    pub(super) number: u64,
    pub(super) place: Place,
    pub(super) fault: Fault,
    /// Closed when the guard is gone.
    pub(super) held: watch::Receiver<()>,
}

/// The faults of one request.
#[derive(Default)]
pub(super) struct Faults(Vec<(Fault, watch::Receiver<()>)>);

impl Faults {
    /// Takes those that are set for a request, and counts it.
    pub(super) fn take(set: &mut [Set], part: Where, host: &str, method: &str) -> Self {
        let matching = set.iter_mut().filter(|set| {
            let Place { part: where_set, host: only_host, method: only_method, times } = &set.place;
            (*where_set == part || *where_set == Where::Anywhere)
                && only_host.as_ref().is_none_or(|only| only == host)
                && only_method.as_ref().is_none_or(|only| only == method)
                && *times != Some(0)
        });
        let taken = matching.map(|set| {
            set.place.times = set.place.times.map(|times| times - 1);
            (set.fault.clone(), set.held.clone())
        });
        Self(taken.collect())
    }

    /// Lists them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter().map(|(fault, _)| fault)
    }

    /// Tells whether one is there that needs no more words.
    pub(super) fn has(&self, wanted: fn(&Fault) -> bool) -> bool {
        self.iter().any(wanted)
    }

    /// Lists how the answer's token is to be forged.
    pub(super) fn forgeries(&self) -> Vec<&Forgery> {
        let mut forgeries = Vec::new();
        for fault in self.iter() {
            if let Fault::Forged(how) = fault {
                forgeries.push(how);
            }
        }
        forgeries
    }

    /// Lists how the answer's org token is to be forged.
    pub(super) fn org_forgeries(&self) -> Vec<&Forgery> {
        let mut forgeries = Vec::new();
        for fault in self.iter() {
            if let Fault::ForgedOrgToken(how) = fault {
                forgeries.push(how);
            }
        }
        forgeries
    }

    /// Waits until every guard of a hanging fault is dropped.
    pub(super) async fn hang(&mut self) {
        for (fault, held) in &mut self.0 {
            if matches!(fault, Fault::Hang) {
                // Nothing is ever sent: it ends when the guard does.
                let _ = held.changed().await;
            }
        }
    }
}
