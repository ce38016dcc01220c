//! The listener: TLS and HTTP for all hosts, in a thread of its own.

use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use super::answer::Answer;
use super::content::{Broken, Content};
use super::request::Asked;
use super::route;
use super::state::World;

/// No request of the protocol has a longer body; in bytes.
const LONGEST: usize = 64 * 1024;

/// Serves until the other end of `stop` is dropped.
pub(super) fn start(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    world: Arc<World>,
    mut stop: oneshot::Receiver<()>,
) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("it does not block");
            loop {
                let accepted = tokio::select! {
                    _ = &mut stop => break,
                    accepted = listener.accept() => accepted,
                };
                // Who gave up between knocking and coming in is nobody's loss.
                if let Ok((stream, _)) = accepted {
                    tokio::spawn(serve(stream, acceptor.clone(), Arc::clone(&world)));
                }
            }
        });
    })
}

/// Serves one connection to its end; whatever ends it is the caller's affair.
async fn serve(stream: TcpStream, acceptor: TlsAcceptor, world: Arc<World>) {
    let _ = stream.set_nodelay(true);
    let Ok(stream) = acceptor.accept(stream).await else { return };
    let name = stream.get_ref().1.server_name().map(str::to_owned);
    let service = service_fn(move |request| respond(Arc::clone(&world), request, name.clone()));
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn respond(
    world: Arc<World>,
    request: Request<Incoming>,
    name: Option<String>,
) -> Result<Response<Content>, Broken> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LONGEST).collect().await else {
        return Ok(Answer::new(413).into_http());
    };
    let host = head.headers.get("host").and_then(|host| host.to_str().ok());
    let asked = Asked {
        method: head.method.as_str().to_owned(),
        authority: host.unwrap_or_default().to_ascii_lowercase(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers: head.headers,
        body: body.to_bytes().into(),
        remote: true,
    };
    if name.as_deref() != Some(asked.host()) {
        // The certificate was shown for one host and the question is for another.
        return Ok(Answer::new(421).into_http());
    }
    route::answer(&world, &asked).await.map(Answer::into_http)
}
