//! HTTPS to Cloudflare: no redirect followed, no cookie kept, nothing larger than its limit read.

mod client;
mod head;
mod json;
mod trouble;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Response};
use tokio::sync::OnceCell;
use url::Url;
use usher_proto::{AppPattern, AppUrl, Secret, Wiped};
use zeroize::Zeroizing;

pub(super) use self::head::Head;
pub(super) use self::json::Json;
use super::EdgeError;
use super::error::Trouble;

/// Longest body that is read, in bytes; cloudflared reads as much of a key set.
const MAX_BODY: usize = 1024 * 1024;

/// How the agent reaches the network, as its config file says.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// PEM certificates of the authorities to trust in place of the system's.
    pub ca_file: Option<PathBuf>,
    /// Hosts that are reached at an address of this machine, in place of what DNS says.
    pub hosts: Vec<(AppPattern, SocketAddr)>,
}

impl Network {
    /// Finds the address that takes the place of a host's own: the most specific pattern's.
    fn address(&self, host: &str) -> Option<SocketAddr> {
        let url: AppUrl = host.parse().ok()?;
        let covering = self.hosts.iter().filter(|(pattern, _)| pattern.covers(&url));
        covering.max_by_key(|(pattern, _)| pattern.specificity()).map(|(_, address)| *address)
    }
}

/// Makes calls.
///
/// What it needs is made at the first call: to read the system's certificates costs time and
/// memory, which an agent that never goes out should not pay. Hosts at an address of this machine
/// have a client of their own, because a proxy is in the way to them.
pub(super) struct Http {
    network: Arc<Network>,
    outside: OnceCell<Client>,
    here: OnceCell<Client>,
}

/// One call: what is sent, and for how long it may take, the reading of the body included.
pub(super) struct Call {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Bytes>,
    limit: Duration,
}

/// What a call asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Head,
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// Says that no answer came to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unanswered {
    pub(super) error: EdgeError,
    /// The call may have arrived, and may have been done.
    pub(super) sent: bool,
}

/// Says that a secret cannot be sent: it is none that a header takes, or no text for JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unsendable;

/// What came back; its body is still to be read.
pub(super) struct Reply {
    pub(super) head: Head,
    rest: Response,
}

impl Http {
    pub(super) fn new(network: Network) -> Self {
        Self { network: Arc::new(network), outside: OnceCell::new(), here: OnceCell::new() }
    }

    /// Makes a call.
    ///
    /// # Errors
    /// No answer, and for what reason; any status is an answer.
    pub(super) async fn make(&self, call: Call) -> Result<Reply, EdgeError> {
        self.send(call).await.map_err(|Unanswered { error, .. }| error)
    }

    /// Makes a call of which it matters whether it arrived.
    ///
    /// # Errors
    /// No answer, and for what reason; any status is an answer.
    pub(super) async fn send(&self, call: Call) -> Result<Reply, Unanswered> {
        let Call { method, url, headers, body, limit } = call;
        let host = url.host_str().unwrap_or_default().to_owned();
        let failed =
            |trouble, sent| Unanswered { error: EdgeError::Network { host: host.clone(), trouble }, sent };
        let here = self.network.address(&host).is_some();
        let client = self.client(here).await.map_err(|trouble| failed(trouble, false))?;
        let method = match method {
            Method::Head => reqwest::Method::HEAD,
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut request = client.request(method, url).headers(headers).timeout(limit);
        if let Some(body) = body {
            request = request.body(body);
        }
        let sent = request.send().await;
        let response = sent.map_err(|error| failed(trouble::of(&error), trouble::was_sent(&error)))?;
        let head = Head::new(host, response.status().as_u16(), response.headers().clone());
        Ok(Reply { head, rest: response })
    }

    async fn client(&self, here: bool) -> Result<&Client, Trouble> {
        let client = if here { &self.here } else { &self.outside };
        let build = async || {
            let network = self.network.clone();
            let built = tokio::task::spawn_blocking(move || client::build(&network, here)).await;
            built.unwrap_or(Err(Trouble::Settings))
        };
        client.get_or_try_init(build).await
    }
}

impl Call {
    pub(super) fn new(method: Method, url: Url, limit: Duration) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: None, limit }
    }

    /// Adds a body. It may hold a secret, and is wiped when nobody sends it any more.
    pub(super) fn with_body(self, body: &Json) -> Self {
        Self { body: Some(body.bytes()), ..self.with("content-type", "application/json") }
    }

    /// Adds a header that is no secret.
    pub(super) fn with(mut self, name: &'static str, value: &'static str) -> Self {
        let name = HeaderName::from_static(name);
        self.headers.insert(name, HeaderValue::from_static(value));
        self
    }

    /// Adds a header whose value is `before` and the secret.
    ///
    /// The value is marked, so that nobody prints it, and is wiped when the call is over. Copies
    /// that stay are those of the connection: what waited to be encrypted.
    ///
    /// # Errors
    /// The secret holds what no header may.
    pub(super) fn with_secret(
        mut self,
        name: &str,
        before: &str,
        secret: &Secret,
    ) -> Result<Self, Unsendable> {
        let mut value = Zeroizing::new(Vec::with_capacity(before.len() + secret.len()));
        value.extend_from_slice(before.as_bytes());
        value.extend_from_slice(secret.expose());
        let value = HeaderValue::from_maybe_shared(Bytes::from_owner(value));
        let mut value = value.map_err(|_| Unsendable)?;
        value.set_sensitive(true);
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Unsendable)?;
        self.headers.insert(name, value);
        Ok(self)
    }
}

impl Reply {
    /// Reads the body, whatever length its sender gave.
    ///
    /// # Errors
    /// It is longer than 1 MiB, or does not come to its end.
    pub(super) async fn body(&mut self) -> Result<Wiped, EdgeError> {
        let mut body = Wiped::default();
        loop {
            let chunk = match self.rest.chunk().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => return Ok(body),
                Err(error) => return Err(self.head.network(trouble::of(&error))),
            };
            if chunk.len() > MAX_BODY - body.len() {
                return Err(self.head.network(Trouble::TooLarge));
            }
            if body.capacity() - body.len() < chunk.len() {
                // Grown by hand: a vector that grows by itself leaves what it held behind.
                let mut larger = Vec::with_capacity((2 * body.len()).max(body.len() + chunk.len()));
                larger.extend_from_slice(&body);
                body = Wiped::from(larger);
            }
            body.extend_from_slice(&chunk);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_goes_out_marked_or_not_at_all() {
        let url = Url::parse("https://app.example.com/").expect("a URL");
        let call = || Call::new(Method::Head, url.clone(), Duration::from_secs(1));
        let secret = |text: &[u8]| Secret::new(text.to_vec()).expect("not empty");
        let sent = call().with_secret("cookie", "A=", &secret(b"canary")).expect("fit for a header");
        let value = &sent.headers["cookie"];
        assert_eq!(value.as_bytes(), b"A=canary");
        assert!(value.is_sensitive());
        assert!(!format!("{:?}", sent.headers).contains("canary"));
        for bad in [&b"a\r\nEvil: 1"[..], b"a\0"] {
            assert_eq!(call().with_secret("cookie", "A=", &secret(bad)).err(), Some(Unsendable));
        }
        assert_eq!(call().with_secret("a b", "", &secret(b"x")).err(), Some(Unsendable));
    }

    #[test]
    fn the_most_specific_host_wins() {
        let host = |pattern: &str, port: u16| {
            (pattern.parse().expect("a pattern"), SocketAddr::from(([127, 0, 0, 1], port)))
        };
        let hosts = vec![host("app.example.com", 1), host("*.example.com", 2)];
        let network = Network { ca_file: None, hosts };
        let port = |host: &str| network.address(host).map(|address| address.port());
        assert_eq!(port("app.example.com"), Some(1));
        assert_eq!(port("other.example.com"), Some(2));
        assert_eq!(port("example.com"), None);
        assert_eq!(port("a.other.example.com"), None);
    }

    #[tokio::test]
    async fn authorities_that_cannot_be_read_are_a_matter_of_settings() {
        let network = Network { ca_file: Some(PathBuf::from("/nonexistent/ca.pem")), hosts: Vec::new() };
        let url = Url::parse("https://app.example.com/").expect("a URL");
        let made = Http::new(network).make(Call::new(Method::Get, url, Duration::from_secs(1))).await;
        let host = "app.example.com".to_owned();
        assert_eq!(made.err(), Some(EdgeError::Network { host, trouble: Trouble::Settings }));
    }

    #[tokio::test]
    async fn nothing_goes_out_in_clear() {
        let url = Url::parse("http://127.0.0.1:1/").expect("a URL");
        let network = Network { ca_file: None, hosts: Vec::new() };
        let made = Http::new(network).make(Call::new(Method::Get, url, Duration::from_secs(1))).await;
        let host = "127.0.0.1".to_owned();
        assert_eq!(made.err(), Some(EdgeError::Network { host, trouble: Trouble::Settings }));
    }
}
