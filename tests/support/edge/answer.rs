//! An answer, before it becomes HTTP.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::{fmt, mem};

use hyper::Response;
use hyper::body::{Body, Bytes, Frame};
use hyper::header::{HeaderName, HeaderValue};
use serde_json::Value;

/// What is sent back.
#[derive(Debug)]
pub(super) struct Answer {
    /// The status.
    pub(super) status: u16,
    /// The headers; cookies may occur more than once.
    pub(super) headers: Vec<(String, String)>,
    /// What follows the headers.
    pub(super) body: Content,
}

impl Answer {
    /// Begins with a status, and nothing else.
    pub(super) fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Content::whole("") }
    }

    /// Sends the caller to another place.
    pub(super) fn redirect(to: &str) -> Self {
        Self::new(302).with("location", to)
    }

    /// Adds a header.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Replaces a header.
    pub(super) fn replace(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// Leaves out a header.
    pub(super) fn remove(&mut self, name: &str) {
        self.headers.retain(|(theirs, _)| !theirs.eq_ignore_ascii_case(name));
    }

    /// Sends text.
    pub(super) fn text(mut self, text: &str) -> Self {
        self.body = Content::whole(text);
        self.with("content-type", "text/plain; charset=utf-8")
    }

    /// Sends a page.
    pub(super) fn html(mut self, page: &str) -> Self {
        self.body = Content::whole(page);
        self.with("content-type", "text/html; charset=utf-8")
    }

    /// Sends JSON.
    pub(super) fn json(mut self, value: &Value) -> Self {
        self.body = Content::whole(&value.to_string());
        self.with("content-type", "application/json")
    }

    /// Makes it HTTP.
    pub(super) fn into_http(self) -> Response<Content> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status.try_into().expect("a status of a test");
        for (name, value) in self.headers {
            let name: HeaderName = name.parse().expect("a header's name of a test");
            let value = HeaderValue::from_str(&value).expect("a header's value of a test");
            response.headers_mut().append(name, value);
        }
        response
    }
}

/// The body of an answer.
#[derive(Debug)]
pub(super) enum Content {
    /// All of it; none once it is sent.
    Whole(Option<Bytes>),
    /// So much, and then the connection breaks.
    Part(Part),
    /// Goes on for as long as somebody reads.
    Endless,
}

impl Content {
    /// Holds a text.
    pub(super) fn whole(text: &str) -> Self {
        Self::Whole(Some(Bytes::copy_from_slice(text.as_bytes())))
    }
}

/// How far a body is that ends in the middle.
#[derive(Debug)]
pub(super) enum Part {
    /// Nothing was sent.
    Begin(Bytes),
    /// What there is was handed over, and has to leave before the connection breaks.
    Flush,
    /// The end.
    Break,
}

/// What is sent again and again when a body has no end.
static FILLER: [u8; 16 * 1024] = [b' '; 16 * 1024];

impl Body for Content {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        Poll::Ready(match self.get_mut() {
            Self::Whole(bytes) => {
                bytes.take().filter(|bytes| !bytes.is_empty()).map(|bytes| Ok(Frame::data(bytes)))
            }
            Self::Part(part) => match mem::replace(part, Part::Flush) {
                Part::Begin(bytes) => Some(Ok(Frame::data(bytes))),
                Part::Flush => {
                    *part = Part::Break;
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Part::Break => Some(Err(Broken)),
            },
            Self::Endless => Some(Ok(Frame::data(Bytes::from_static(&FILLER)))),
        })
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(bytes) if bytes.as_ref().is_none_or(Bytes::is_empty))
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        match self {
            Self::Whole(bytes) => {
                hyper::body::SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            _ => hyper::body::SizeHint::default(),
        }
    }
}

/// The connection breaks here, as a test wants it.
#[derive(Debug)]
pub(super) struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cut on purpose")
    }
}

impl std::error::Error for Broken {}
