//! An answer on its way out, in a buffer that is wiped after it and used for the next answer, whoever gets
//! that one: a connection that does nothing holds none.

use std::cell::Cell;
use std::mem::take;

use usher_proto::wiped::wipe;
use usher_proto::{Answer, Code, Refusal, Wiped, frame, json};

use super::{Form, no_room};
use crate::server::{Activity, Share};

/// Largest buffer that is kept between answers, in bytes: room for a token. To fetch more than a kibibyte
/// anew each time is slow, to keep it is not.
const KEPT: usize = 2 * 1024;

thread_local! {
    /// The buffer of the answer before; nearly all are taken at once by whom they are for.
    static SPARE: Cell<Wiped> = Cell::default();
}

/// One answer.
pub(super) struct Outbox {
    buffer: Wiped,
    filled: usize,
    /// What a buffer takes that is not kept.
    room: Option<Share>,
}

impl Outbox {
    /// Puts an answer in, or why there is none. The answer itself goes: only its bytes wait for the peer.
    pub(super) fn of(answer: Answer, form: Form, activity: &Activity) -> Self {
        let mut outbox = Self { buffer: SPARE.take(), filled: 0, room: None };
        let filled = match form {
            Form::Frames => frame::encode_into(&answer, &mut outbox.buffer).ok(),
            Form::Lines => json::encode(&answer)
                .ok()
                .filter(|line| line.len() <= json::MAX_LINE)
                .map(|line| outbox.replace(line)),
        };
        outbox.filled = filled.unwrap_or_else(|| {
            let refusal = Refusal::new(
                Code::TooLarge,
                "the answer is over the limit of a message",
                "ask for less, such as one profile with `usher list --profile`",
            );
            outbox.replace(last_words(refusal, form))
        });
        if outbox.buffer.len() > KEPT {
            outbox.room = activity.room(outbox.buffer.len());
            if outbox.room.is_none() {
                outbox.filled = outbox.replace(last_words(no_room(), form));
            }
        }
        outbox
    }

    /// Shows what to send.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[..self.filled]
    }

    fn replace(&mut self, buffer: Wiped) -> usize {
        self.buffer = buffer;
        self.buffer.len()
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        if self.buffer.len() <= KEPT {
            wipe(&mut self.buffer[..self.filled]);
            let buffer = take(&mut self.buffer);
            let _ = SPARE.try_with(|spare| spare.set(buffer));
        }
    }
}

/// A refusal as every version understands it.
pub(super) fn last_words(refusal: Refusal, form: Form) -> Wiped {
    let words = refusal.to_string();
    let wrong_version = refusal.code == Code::WrongVersion;
    let answer = Answer::Error(refusal);
    let encoded = match form {
        Form::Frames if wrong_version => None,
        Form::Frames => frame::encode(&answer).ok(),
        Form::Lines => json::encode(&answer).ok(),
    };
    encoded.unwrap_or_else(|| frame::words(&words).into())
}
