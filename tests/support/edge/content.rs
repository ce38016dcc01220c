//! The body of an answer: whole, or as no server sends it on purpose.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::{fmt, mem};

use hyper::body::{Body, Bytes, Frame, SizeHint};

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

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            _ => SizeHint::default(),
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
