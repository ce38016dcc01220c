//! When a kill comes: at a moment by chance, while a request is on its way or while it is worked on.

use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::chance::Chance;
use crate::process::Foreground;
use crate::wire;

/// Below this a thread is not put to sleep: it would be woken too late.
const FINE: Duration = Duration::from_millis(1);
/// Of so many kills one comes while the request itself is on its way.
const ON_THE_WAY: u64 = 10;
/// The moment is looked for within the time that the operation took undisturbed, and half of it more:
/// some of the work comes after the answer, and not every time takes as long.
const WITHIN_PERCENT: u32 = 150;

/// A moment.
pub(super) enum Moment {
    /// So much of the request has been sent, in thousandths.
    OnTheWay(u64),
    /// So long after it was sent.
    After(Duration),
}

impl Moment {
    /// Takes one by chance, for an operation that takes so long undisturbed.
    pub(super) fn by(chance: &mut Chance, took: Duration) -> Self {
        if chance.below(ON_THE_WAY) == 0 {
            return Self::OnTheWay(chance.below(1000));
        }
        let longest = (took * WITHIN_PERCENT / 100).as_nanos().max(1);
        Self::After(Duration::from_nanos(chance.below(u64::try_from(longest).unwrap_or(u64::MAX))))
    }

    /// Sends requests to an agent and kills it at this moment; shows the answers that it has given.
    pub(super) fn kill(self, agent: Foreground, socket: &Path, requests: &[Value]) -> Vec<Value> {
        let text: String = requests.iter().map(|request| format!("{request}\n")).collect();
        let mut stream = wire::connect(socket).expect("the agent listens");
        match self {
            Self::OnTheWay(share) => {
                let sent = text.len() * usize::try_from(share).expect("a small number") / 1000;
                stream.write_all(&text.as_bytes()[..sent]).expect("the agent listens");
            }
            Self::After(pause) => {
                let begin = Instant::now();
                stream.write_all(text.as_bytes()).expect("the agent listens");
                wait_until(begin + pause);
            }
        }
        agent.crash();
        // What it sent before its end is still there to be read; after that comes the end, or an error.
        let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
        while let Ok(count @ 1..) = stream.read(&mut part) {
            bytes.extend_from_slice(&part[..count]);
        }
        let whole = bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
        whole.map(|line| serde_json::from_slice(line).expect("a line of JSON")).collect()
    }
}

fn wait_until(moment: Instant) {
    let left = || moment.saturating_duration_since(Instant::now());
    std::thread::sleep(left().saturating_sub(FINE));
    while !left().is_zero() {
        std::hint::spin_loop();
    }
}
