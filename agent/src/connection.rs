//! One connection: bytes to requests, answers to bytes, in order, with a deadline for each message.

mod inbox;
mod outbox;
mod received;
mod turn;

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::time::error::Elapsed;
use tokio::time::timeout;
use usher_proto::{Answer, Code, Refusal, Request, frame};

use self::inbox::Inbox;
use self::outbox::Outbox;
use self::received::{Received, look};
use self::turn::Turn;
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

/// Serves a connection until the peer leaves, breaks the protocol or is too slow.
///
/// # Errors
/// The connection broke.
pub async fn serve(mut stream: Stream, peer: Peer, handler: &Handler, activity: &Activity) -> io::Result<()> {
    let (mut inbox, mut turn) = (Inbox::new(), Turn::new());
    if inbox.read(&mut stream).await? == 0 {
        return Ok(());
    }
    let form = if inbox.bytes()[0] == frame::MAGIC[0] { Form::Frames } else { Form::Lines };
    loop {
        activity.idle();
        if inbox.is_empty() && turn.wait(pin!(inbox.read(&mut stream))).await? == 0 {
            return Ok(());
        }
        let received = match in_time(pin!(complete(&mut stream, &mut inbox, form, activity))).await {
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
                let watching = begin(&request, activity);
                inbox.consume(used);
                let answer = match request {
                    Ok(request) => {
                        let events = Events::default();
                        let answer = pin!(handler.answer(&peer, request, &events));
                        telling(&events, answer, &mut stream, form, activity, watching).await?
                    }
                    Err(refusal) => Answer::Error(refusal),
                };
                send(&mut stream, Outbox::of(answer, form, activity).bytes()).await?;
                inbox.settle();
                turn.note().await;
            }
            Received::Broken(refusal) => {
                log::info!("closing the connection of pid {}: {:?}", peer.pid, refusal.code);
                return send(&mut stream, &outbox::last_words(refusal, form)).await;
            }
            Received::Incomplete(_) => {}
        }
    }
}

/// Says what the connection does from now on, by what it is asked; tells whether it watches: that is to
/// wait for nothing in particular, and makes room for those who ask.
fn begin(request: &Result<Request, Refusal>, activity: &Activity) -> bool {
    use Request::{CertLogin, Headers, Login, Token, Watch};
    match request {
        Ok(Watch { .. }) => return true,
        // These may wait for a person or for Cloudflare, and whoever is cut off can ask again.
        Ok(Token { .. } | Headers { .. } | Login { .. } | CertLogin { .. }) => activity.waiting(),
        _ => activity.busy(),
    }
    false
}

/// Waits for an answer, and sends what happens before it. A peer that has left is noticed when it is to
/// be told something; what it waited for is then given up. One that is `watching` is idle again when
/// it has taken an event.
async fn telling(
    events: &Events,
    mut answer: Pin<&mut impl Future<Output = Answer>>,
    stream: &mut Stream,
    form: Form,
    activity: &Activity,
    watching: bool,
) -> io::Result<Answer> {
    loop {
        tokio::select! {
            biased;
            answer = &mut answer => return Ok(answer),
            event = events.next() => {
                send(stream, Outbox::of(Answer::Event(event), form, activity).bytes()).await?;
                if watching {
                    activity.idle();
                }
            }
        }
    }
}

/// Reads until a whole message is there; none if the peer leaves in the middle of one.
async fn complete(
    stream: &mut Stream,
    inbox: &mut Inbox,
    form: Form,
    activity: &Activity,
) -> io::Result<Option<Received>> {
    loop {
        match look(inbox, form) {
            Received::Incomplete(total) if inbox.make_room(total, activity) => {}
            Received::Incomplete(_) => return Ok(Some(Received::Broken(no_room()))),
            received => return Ok(Some(received)),
        }
        if inbox.read(stream).await? == 0 {
            return Ok(None);
        }
    }
}

/// Says that long messages, on their way in or out, take up all the memory there is for them.
fn no_room() -> Refusal {
    Refusal::new(
        Code::Unavailable,
        "too many long messages are under way at once, of this program or of all",
        "take the answers to those before, and send it again",
    )
}

async fn send(stream: &mut Stream, bytes: &[u8]) -> io::Result<()> {
    in_time(pin!(stream.write_all(bytes))).await.unwrap_or(Err(io::ErrorKind::TimedOut.into()))
}

/// Bounds the wait for the peer, and asks no clock when there is none: most messages come whole, and
/// are taken at once.
async fn in_time<F: Future>(mut work: Pin<&mut F>) -> Result<F::Output, Elapsed> {
    match poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await {
        Poll::Ready(done) => Ok(done),
        Poll::Pending => timeout(MESSAGE_DEADLINE, work).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tells how many bytes a connection's task takes.
    fn size<'a, F>(_: impl Fn(Stream, Peer, &'a Handler, &'a Activity) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_connection_takes_little_memory_while_it_does_nothing() {
        let size = size(serve);
        assert!(size < 3 * 1024, "{size} bytes");
    }
}
