//! A blocking HTTPS client that asks the edge one thing at a time: the stand-in browser, and tests that
//! go by hand.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::handshake;
use hyper::{HeaderMap, Request};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::{Position, Url};

/// No answer of the edge is longer, but one that never ends; in bytes.
const LONGEST: usize = 2 * 1024 * 1024;

/// Reaches every host at the edge's address, and trusts the edge's authority alone.
pub struct Https {
    connector: TlsConnector,
    address: SocketAddr,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, or its beginning if it was longer than anybody wants.
    pub body: Vec<u8>,
}

impl Https {
    /// Trusts the authority in a PEM file.
    ///
    /// # Errors
    /// The file cannot be read, or is none of PEM.
    pub fn new(ca_file: &Path, address: SocketAddr) -> io::Result<Self> {
        let authority = CertificateDer::from_pem_file(ca_file).map_err(io::Error::other)?;
        let mut roots = RootCertStore::empty();
        roots.add(authority).map_err(io::Error::other)?;
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { connector: Arc::new(config).into(), address })
    }

    /// Asks one thing on a connection of its own, and follows nothing.
    ///
    /// # Errors
    /// The URL is none of HTTPS, or no whole answer came.
    pub fn ask(&self, method: &str, url: &str, headers: &[(&str, &str)]) -> io::Result<Reply> {
        self.ask_with(method, url, headers, b"")
    }

    /// Asks one thing with a body.
    ///
    /// # Errors
    /// As [`Https::ask`].
    pub fn ask_with(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Reply> {
        let url = Url::parse(url).map_err(io::Error::other)?;
        let host = url.host_str().filter(|_| url.scheme() == "https");
        let host = host.ok_or_else(|| io::Error::other("this is no https URL"))?;
        let mut request = Request::builder()
            .method(method)
            .uri(&url[Position::BeforePath..Position::AfterQuery])
            .header("host", &url[Position::BeforeHost..Position::AfterPort]);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::copy_from_slice(body))).map_err(io::Error::other)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(self.exchange(host, request))
    }

    async fn exchange(&self, host: &str, request: Request<Full<Bytes>>) -> io::Result<Reply> {
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let stream = TcpStream::connect(self.address).await?;
        let stream = self.connector.connect(name, stream).await?;
        let (mut sender, connection) = handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        // Ends with the runtime, and that with the answer.
        tokio::spawn(connection);
        let (head, mut rest) = sender.send_request(request).await.map_err(io::Error::other)?.into_parts();
        let mut body = Vec::new();
        while let Some(frame) = rest.frame().await {
            let frame = frame.map_err(io::Error::other)?;
            body.extend_from_slice(frame.data_ref().map_or(&[], |bytes| &bytes[..]));
            if body.len() > LONGEST {
                break;
            }
        }
        Ok(Reply { status: head.status.as_u16(), headers: head.headers, body })
    }
}

impl Reply {
    /// Shows a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Shows a cookie that it sets: the value, and what is said about it.
    pub fn cookie(&self, name: &str) -> Option<(&str, &str)> {
        let all = self.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
        all.map(|cookie| cookie.split_once(';').unwrap_or((cookie, "")))
            .filter_map(|(pair, about)| {
                pair.split_once('=').map(|(theirs, value)| (theirs, (value, about.trim())))
            })
            .find_map(|(theirs, found)| (theirs == name).then_some(found))
    }

    /// Reads the body as JSON; null if it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}
