//! A login in a browser: the page that it begins at, and the transfer service, which holds what comes
//! of it for whoever knows the public key.

pub(super) mod page;
pub(super) mod poll;
pub(super) mod sealed;

use std::sync::Arc;

use usher_proto::credential::Source;
use usher_proto::{AppUrl, Secret, Wiped};

use self::sealed::{Key, Opened};
use super::EdgeError;
use super::edge::{Application, Edge, Region, Tokens};
use super::http::Head;
use super::verify::{self, Moment};

/// A login that was begun.
pub(super) struct Begun {
    key: Key,
    page: Arc<Secret>,
    region: Region,
}

/// Begins a login.
pub(super) fn begin(url: &AppUrl, app: &Application, region: Region, auto_close: bool) -> Begun {
    let key = Key::generate();
    let page = page::login(&super::parsed(url), &app.audience, &key.public_text(), auto_close);
    Begun { key, page: Arc::new(page), region }
}

impl Begun {
    pub(super) fn page(&self) -> &Arc<Secret> {
        &self.page
    }

    /// Opens what was handed out; `peer` is the key of who sealed it.
    pub(super) fn opened(&self, peer: &str, body: Wiped) -> Result<Opened, &'static str> {
        sealed::open(&self.key, peer, body)
    }
}

/// Waits until the transfer service hands something out, opens and verifies it. Has no end of its
/// own: a person may take any time, and the caller drops the future.
///
/// # Errors
/// What came does not hold, or TLS with the service is not to be had.
pub(super) async fn collect(edge: &Edge, begun: &Begun, app: &Application) -> Result<Tokens, EdgeError> {
    let path = format!("/transfer/{}", begun.key.public_text());
    let (head, body) = poll::until_there(edge, host(begun.region), &path).await?;
    open(edge, begun, app, &head, body).await
}

/// Names the transfer service.
pub(super) fn host(region: Region) -> &'static str {
    match region {
        Region::Commercial => "login.cloudflareaccess.org",
        Region::Fedramp => "login.fed.cloudflareaccess.org",
    }
}

/// Opens and verifies what was handed out. An org token that does not hold, or a placeholder in its
/// place, is left out: the application's is what was asked for.
async fn open(
    edge: &Edge,
    begun: &Begun,
    app: &Application,
    head: &Head,
    body: Wiped,
) -> Result<Tokens, EdgeError> {
    let moment = Moment::of(head, edge.clock.now());
    let peer = head.header("service-public-key");
    let peer = peer.ok_or_else(|| head.untrusted("a login's answer names no key"))?;
    let opened = begun.opened(peer, body).map_err(|what| head.untrusted(what))?;
    let token = verify::app_token(edge, opened.app, app, Source::Login, &moment).await?;
    let org = match opened.org {
        Some(org) => verify::org_token(edge, org, &app.team, Source::Login, &moment)
            .await
            .inspect_err(|fault| log::warn!("no org token came with the login: {}", fault.words()))
            .ok(),
        None => None,
    };
    Ok(Tokens { app: token, org })
}
