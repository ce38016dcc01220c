//! The login that brings an account certificate: a person chooses a zone in the dashboard, and the
//! transfer service then holds the certificate, in clear, for whoever knows the key.

use std::sync::Arc;

use usher_proto::credential::Source;
use usher_proto::{Kind, Secret, Wiped};

use super::{for_fedramp, read};
use crate::cloudflare::edge::{Edge, Issued, Region};
use crate::cloudflare::http::Head;
use crate::cloudflare::transfer::sealed::Key;
use crate::cloudflare::transfer::{host, page, poll};
use crate::cloudflare::{EdgeError, NotACredential};

/// A login that was begun.
pub(in crate::cloudflare) struct Begun {
    key: Key,
    page: Arc<Secret>,
    region: Region,
}

/// Begins a login. Nothing is sealed for its key, whose public half is a name and nothing more.
pub(in crate::cloudflare) fn begin(region: Region) -> Begun {
    let key = Key::generate();
    let page = page::account(dashboard(region), host(region), &key.public_text());
    Begun { key, page: Arc::new(page), region }
}

impl Begun {
    pub(in crate::cloudflare) fn page(&self) -> &Arc<Secret> {
        &self.page
    }
}

/// Waits until the transfer service hands a certificate out. Has no end of its own: a person may take any
/// time, and the caller drops the future.
///
/// # Errors
/// What came is no account certificate, or TLS with the service is not to be had.
pub(in crate::cloudflare) async fn collect(edge: &Edge, begun: &Begun) -> Result<Issued, EdgeError> {
    let path = format!("/{}", begun.key.public_text());
    let (head, body) = poll::until_there(edge, host(begun.region), &path).await?;
    issued(&head, body, begun.region)
}

fn issued(head: &Head, body: Wiped, region: Region) -> Result<Issued, EdgeError> {
    let refused = |error| match error {
        NotACredential::Malformed(why) | NotACredential::Legacy(why) | NotACredential::Missing(why) => {
            head.untrusted(why)
        }
        NotACredential::Expired(_) => head.untrusted("it has ended"),
    };
    let given = Secret::try_from(body).map_err(|_| head.untrusted("it is empty"))?;
    let given = match region {
        Region::Commercial => given,
        Region::Fedramp => for_fedramp(&given).map_err(refused)?,
    };
    let (secret, facts) = read(given).map_err(refused)?;
    Ok(Issued { kind: Kind::AccountCert, secret, facts, source: Source::Login })
}

fn dashboard(region: Region) -> &'static str {
    match region {
        Region::Commercial => "dash.cloudflare.com",
        Region::Fedramp => "dash.fed.cloudflare.com",
    }
}
