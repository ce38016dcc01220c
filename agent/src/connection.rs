//! One connection: bytes to requests, answers to bytes, in order, with a deadline for each message.

mod inbox;
mod outbox;

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::time::error::Elapsed;
use tokio::time::timeout;
use usher_proto::frame::{self, FrameError, Scan};
use usher_proto::{Answer, Code, Refusal, Request, codec, json};

use self::inbox::Inbox;
use self::outbox::Outbox;
use crate::broker::Events;
use crate::handler::Handler;
use crate::peer::Peer;
use crate::platform::Stream;
use crate::server::Activity;

/// Within this a message that was begun must be complete, and an answer taken.
pub const MESSAGE_DEADLINE: Duration = Duration::from_secs(10);

/// How a peer writes its messages; its first byte tells.
#[derive(Clone, Copy)]
enum Form {
    Frames,
    Lines,
}

/// What came of looking for a message.
enum Received {
    Request {
        request: Result<Request, Refusal>,
        used: usize,
    },
    /// Not yet; so many bytes are needed from the beginning of the inbox.
    Incomplete(usize),
    /// What comes after this cannot be told from it: the answer is the last one.
    Broken(Refusal),
}

/// Serves a connection until the peer leaves, breaks the protocol or is too slow.
///
/// # Errors
/// The connection broke.
pub async fn serve(mut stream: Stream, peer: Peer, handler: &Handler, activity: &Activity) -> io::Result<()> {
    let (mut inbox, mut outbox) = (Inbox::new(), Outbox::new());
    if inbox.read(&mut stream).await? == 0 {
        return Ok(());
    }
    let form = if inbox.bytes()[0] == frame::MAGIC[0] { Form::Frames } else { Form::Lines };
    loop {
        activity.idle();
        if inbox.is_empty() && inbox.read(&mut stream).await? == 0 {
            return Ok(());
        }
        let received = match in_time(complete(&mut stream, &mut inbox, form)).await {
            Ok(Ok(Some(received))) => received,
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => return Err(error),
            Err(_) => Received::Broken(Refusal::new(
                Code::TooSlow,
                format!("the message was not complete within {} seconds", MESSAGE_DEADLINE.as_secs()),
                "send it again in one piece",
            )),
        };
        match received {
            Received::Request { request, used } => {
                // Who watches waits for nothing in particular, and makes room for those who ask.
                let idle = matches!(request, Ok(Request::Watch { .. })).then_some(activity);
                if idle.is_none() {
                    activity.busy();
                }
                inbox.consume(used);
                let answer = match request {
                    Ok(request) => {
                        let events = Events::default();
                        let answer = handler.answer(&peer, request, &events);
                        telling(&events, answer, &mut stream, &mut outbox, form, idle).await?
                    }
                    Err(refusal) => Answer::Error(refusal),
                };
                send(&mut stream, outbox.fill(&answer, form)).await?;
                outbox.wipe();
            }
            Received::Broken(refusal) => {
                log::info!("closing the connection of pid {}: {:?}", peer.pid, refusal.code);
                return send(&mut stream, &outbox::last_words(refusal, form)).await;
            }
            Received::Incomplete(_) => {}
        }
    }
}

/// Waits for an answer, and sends what happens before it. A peer that has left is noticed when it is to
/// be told something; what it waited for is then given up. One that may be `idle` was so at the latest
/// when it had taken an event.
async fn telling(
    events: &Events,
    answer: impl Future<Output = Answer>,
    stream: &mut Stream,
    outbox: &mut Outbox,
    form: Form,
    idle: Option<&Activity>,
) -> io::Result<Answer> {
    let mut answer = pin!(answer);
    loop {
        tokio::select! {
            biased;
            answer = &mut answer => return Ok(answer),
            event = events.next() => {
                send(stream, outbox.fill(&Answer::Event(event), form)).await?;
                outbox.wipe();
                if let Some(activity) = idle {
                    activity.idle();
                }
            }
        }
    }
}

/// Reads until a whole message is there; none if the peer leaves in the middle of one.
async fn complete(stream: &mut Stream, inbox: &mut Inbox, form: Form) -> io::Result<Option<Received>> {
    loop {
        match look(inbox, form) {
            Received::Incomplete(total) => inbox.make_room(total),
            received => return Ok(Some(received)),
        }
        if inbox.read(stream).await? == 0 {
            return Ok(None);
        }
    }
}

fn look(inbox: &mut Inbox, form: Form) -> Received {
    match form {
        Form::Frames => look_for_frame(inbox.bytes()),
        Form::Lines => look_for_line(inbox),
    }
}

fn look_for_frame(bytes: &[u8]) -> Received {
    match frame::scan(bytes) {
        Ok(Scan::Incomplete { total }) => Received::Incomplete(total),
        Ok(Scan::Message { body, end }) => {
            Received::Request { request: decoded(codec::decode(body)), used: end }
        }
        Ok(Scan::Words { .. }) => Received::Broken(Refusal::new(
            Code::BadRequest,
            "words are for the agent to say",
            "send a message",
        )),
        Err(error) => refuse_frame(error),
    }
}

fn refuse_frame(error: FrameError) -> Received {
    let (code, hint) = match error {
        FrameError::NotAFrame => (Code::BadRequest, "proto/PROTOCOL.md tells how to speak to the agent"),
        FrameError::Version(_) => {
            (Code::WrongVersion, "install client and agent of the same release, then `usher agent stop`")
        }
        FrameError::TooLarge(_) => (Code::TooLarge, "send less"),
    };
    Received::Broken(Refusal::new(code, error.to_string(), hint))
}

fn look_for_line(inbox: &mut Inbox) -> Received {
    let end = inbox.find(b'\n');
    let bytes = inbox.bytes();
    match end {
        _ if bytes[0] != json::FIRST_BYTE => refuse_frame(FrameError::NotAFrame),
        Some(end) if end < json::MAX_LINE => {
            Received::Request { request: decoded(json::decode(&bytes[..end])), used: end + 1 }
        }
        None if bytes.len() < json::MAX_LINE => Received::Incomplete(bytes.len() + 1),
        _ => Received::Broken(Refusal::new(
            Code::TooLarge,
            format!("a line is over the limit of {} bytes", json::MAX_LINE),
            "end each request with a newline",
        )),
    }
}

fn decoded(request: Result<Request, codec::Malformed>) -> Result<Request, Refusal> {
    request.map_err(|_| {
        Refusal::new(
            Code::BadRequest,
            "the request was not understood",
            "proto/PROTOCOL.md lists the requests and their members",
        )
    })
}

async fn send(stream: &mut Stream, bytes: &[u8]) -> io::Result<()> {
    in_time(stream.write_all(bytes)).await.unwrap_or(Err(io::ErrorKind::TimedOut.into()))
}

/// Bounds the wait for the peer, and asks no clock when there is none: most messages come whole, and
/// are taken at once.
async fn in_time<F: Future>(work: F) -> Result<F::Output, Elapsed> {
    let mut work = pin!(work);
    match poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await {
        Poll::Ready(done) => Ok(done),
        Poll::Pending => timeout(MESSAGE_DEADLINE, work).await,
    }
}
