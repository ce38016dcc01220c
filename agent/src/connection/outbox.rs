//! What is to be sent, in a buffer that is wiped after each answer.

use usher_proto::wiped::wipe;
use usher_proto::{Answer, Code, Refusal, Wiped, frame, json};

use super::Form;

/// Largest buffer that is kept between answers, in bytes: room for a token, and little for an idle
/// connection to hold. To fetch more than a kibibyte anew each time is slow, to keep it is not.
const KEPT: usize = 2 * 1024;

/// One answer at a time.
pub(super) struct Outbox {
    buffer: Wiped,
    filled: usize,
}

impl Outbox {
    /// Begins with no room; the first answer makes some.
    pub(super) fn new() -> Self {
        Self { buffer: Wiped::zeros(0), filled: 0 }
    }

    /// Puts an answer in, or why there is none, and shows what to send.
    pub(super) fn fill(&mut self, answer: &Answer, form: Form) -> &[u8] {
        let filled = match form {
            Form::Frames => frame::encode_into(answer, &mut self.buffer).ok(),
            Form::Lines => json::encode(answer)
                .ok()
                .filter(|line| line.len() <= json::MAX_LINE)
                .map(|line| self.replace(line)),
        };
        self.filled = filled.unwrap_or_else(|| {
            let refusal = Refusal::new(
                Code::TooLarge,
                "the answer is over the limit of a message",
                "ask for less, such as one profile with `usher list --profile`",
            );
            self.replace(last_words(refusal, form))
        });
        &self.buffer[..self.filled]
    }

    /// Wipes what was sent.
    pub(super) fn wipe(&mut self) {
        if self.buffer.len() > KEPT {
            self.buffer = Wiped::zeros(0);
        } else {
            wipe(&mut self.buffer[..self.filled]);
        }
        self.filled = 0;
    }

    fn replace(&mut self, buffer: Wiped) -> usize {
        self.buffer = buffer;
        self.buffer.len()
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
