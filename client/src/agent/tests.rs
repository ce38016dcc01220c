use std::io::Write;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use usher_proto::frame::{MAX_MESSAGE, encode, words};
use usher_proto::{Code, Refusal, Secret};

use super::*;
use crate::testing::{self, agent, answering, question};

const SOON: Duration = Duration::from_secs(10);

fn ask(agent: &mut Agent) -> Result<Answer, Error> {
    agent.ask(&Request::Status {}, SOON)
}

/// Answers the first question with these bytes, then waits for the client to go.
fn saying(bytes: Vec<u8>) -> Agent {
    agent(move |mut stream| {
        question(&mut stream);
        stream.write_all(&bytes).expect("a client");
        question(&mut stream);
    })
}

fn refusal(message: &str) -> Answer {
    Answer::Error(Refusal::new(Code::NotFound, message, "a hint"))
}

fn message(answer: Answer) -> String {
    match answer {
        Answer::Error(refusal) => refusal.message,
        other => panic!("{other:?} is not what was sent"),
    }
}

#[test]
fn an_answer_may_come_in_two_parts_cut_anywhere() {
    let frame = encode(&refusal("in parts")).expect("small");
    for cut in 1..frame.len() {
        let frame = frame.to_vec();
        let mut agent = agent(move |mut stream| {
            question(&mut stream);
            stream.write_all(&frame[..cut]).expect("a client");
            std::thread::sleep(Duration::from_millis(1));
            stream.write_all(&frame[cut..]).expect("a client");
            question(&mut stream);
        });
        assert_eq!(message(ask(&mut agent).expect("whole")), "in parts", "cut at {cut}");
    }
}

#[test]
fn an_answer_longer_than_the_first_read_is_read_whole() {
    for length in [FIRST_READ - 40, FIRST_READ, 4 * FIRST_READ, MAX_MESSAGE - 200] {
        let text = "x".repeat(length);
        let mut agent = answering(move |_| refusal(&text));
        assert_eq!(message(ask(&mut agent).expect("whole")).len(), length);
    }
}

#[test]
fn one_connection_serves_many_questions() {
    let mut number = 0;
    let mut agent = answering(move |_| {
        number += 1;
        refusal(&number.to_string())
    });
    for expected in ["1", "2", "3"] {
        assert_eq!(message(ask(&mut agent).expect("an answer")), expected);
    }
}

fn waiting(left: u32) -> Answer {
    Answer::Event(Event::Waiting { left })
}

/// Asks and notes what is left in each event.
fn hear(agent: &mut Agent, heard: &mut Vec<u32>) -> Result<Answer, Error> {
    agent.ask_hearing(&Request::Status {}, SOON, &mut |event| {
        let Event::Waiting { left } = event else { panic!("{event:?} is not what was sent") };
        heard.push(left);
        Ok(())
    })
}

#[test]
fn events_come_before_the_answer_however_the_bytes_are_cut() {
    let said = [waiting(3), waiting(2), refusal("at last")];
    let bytes: Vec<u8> = said.iter().flat_map(|said| encode(said).expect("small").to_vec()).collect();
    for cut in 0..=bytes.len() {
        let bytes = bytes.clone();
        let mut agent = agent(move |mut stream| {
            question(&mut stream);
            stream.write_all(&bytes[..cut]).expect("a client");
            std::thread::sleep(Duration::from_millis(1));
            stream.write_all(&bytes[cut..]).expect("a client");
            question(&mut stream);
        });
        let mut heard = Vec::new();
        assert_eq!(message(hear(&mut agent, &mut heard).expect("whole")), "at last", "cut at {cut}");
        assert_eq!(heard, [3, 2], "cut at {cut}");
    }
}

#[test]
fn a_long_answer_may_follow_an_event() {
    let text = "x".repeat(4 * FIRST_READ);
    let mut agent = testing::telling(move |_| vec![waiting(1), refusal(&text)]);
    for _ in 0..2 {
        let mut heard = Vec::new();
        assert_eq!(message(hear(&mut agent, &mut heard).expect("whole")).len(), 4 * FIRST_READ);
        assert_eq!(heard, [1]);
    }
}

#[test]
fn an_agent_may_hang_up_between_events() {
    let mut agent = testing::telling(|_| vec![waiting(2), waiting(1)]);
    let mut heard = Vec::new();
    let error = hear(&mut agent, &mut heard).expect_err("no answer");
    assert_eq!((error.exit(), heard), (crate::Exit::NoAgent, vec![2, 1]));
}

#[test]
fn who_hears_an_event_may_end_the_wait() {
    let mut agent = testing::telling(|_| vec![waiting(1)]);
    let stop = Error::new(Own::ClosedOutput, "", "");
    let heard = agent.ask_hearing(&Request::Status {}, SOON, &mut |_| Err(stop.clone()));
    assert_eq!(heard.expect_err("ended"), stop);
}

#[test]
fn events_do_not_stretch_the_limit() {
    let mut agent = testing::agent(|mut stream| {
        question(&mut stream);
        while stream.write_all(&encode(&waiting(1)).expect("small")).is_ok() {
            std::thread::sleep(Duration::from_millis(10));
        }
    });
    let limit = Duration::from_millis(100);
    let error = agent.ask_hearing(&Request::Status {}, limit, &mut |_| Ok(())).expect_err("too slow");
    assert_eq!(error.reason, crate::error::Reason::Own(Own::Timeout));
}

#[test]
fn an_event_that_nobody_wants_to_hear_is_an_error() {
    let error = ask(&mut testing::telling(|_| vec![waiting(1), refusal("")])).expect_err("no answer");
    assert_eq!(error.reason, crate::error::Reason::Own(Own::BadAnswer));
}

#[test]
fn what_is_no_answer_is_an_error() {
    let mut large = encode(&refusal("")).expect("small").to_vec();
    large[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
    let twice = encode(&refusal("")).expect("small").repeat(2);
    let request = encode(&Request::Hello {}).expect("small").to_vec();
    let mut cut = encode(&refusal("")).expect("small").to_vec();
    cut[8] -= 1;
    cut.pop();
    for bytes in [large, twice, request, cut, b"HTTP/1.1 400 Bad Request\r\n".to_vec(), b"{}\n".to_vec()] {
        let error = ask(&mut saying(bytes)).expect_err("no answer");
        assert_eq!(error.reason, crate::error::Reason::Own(Own::BadAnswer), "{}", error.message);
        assert_eq!(error.exit(), crate::Exit::Other);
    }
}

#[test]
fn the_stale_side_is_named() {
    for (version, expected) in [(0, "the agent is older"), (9, "this client is older")] {
        let mut said = words("please\u{1b}[2J update");
        said[4] = version;
        let error = ask(&mut saying(said)).expect_err("words are no answer");
        assert!(error.message.contains(expected), "{}", error.message);
        assert!(error.message.ends_with("please[2J update"), "{}", error.message);
        let mut frame = encode(&refusal("")).expect("small").to_vec();
        frame[4] = version;
        let error = ask(&mut saying(frame)).expect_err("another version");
        assert!(error.message.contains(expected), "{}", error.message);
    }
    let error = ask(&mut saying(words("too many connections"))).expect_err("words are no answer");
    assert!(error.message.ends_with("it says: too many connections"), "{}", error.message);
    assert_eq!(error.exit(), crate::Exit::Other);
}

#[test]
fn words_are_read_though_the_agent_hung_up_before_the_question() {
    let (tell, hung_up) = channel();
    let mut agent = testing::agent(move |mut stream| {
        stream.write_all(&words("too many")).expect("a client");
        drop(stream);
        tell.send(()).expect("the test waits for it");
    });
    hung_up.recv().expect("it tells");
    let error = ask(&mut agent).expect_err("words are no answer");
    assert!(error.message.ends_with("too many"), "{}", error.message);
}

#[test]
fn a_silent_agent_is_not_waited_for_longer_than_the_limit() {
    let mut agent = testing::agent(|mut stream| {
        question(&mut stream);
        question(&mut stream);
    });
    let began = Instant::now();
    let error = agent.ask(&Request::Status {}, Duration::from_millis(50)).expect_err("silence");
    assert_eq!(error.exit(), crate::Exit::NoAgent);
    assert_eq!(error.reason, crate::error::Reason::Own(Own::Timeout));
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_trickle_does_not_stretch_the_limit() {
    let mut agent = testing::agent(|mut stream| {
        question(&mut stream);
        for byte in encode(&refusal(&"x".repeat(1000))).expect("small").iter() {
            if stream.write_all(&[*byte]).is_err() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    });
    let began = Instant::now();
    let error = agent.ask(&Request::Status {}, Duration::from_millis(100)).expect_err("too slow");
    assert_eq!(error.reason, crate::error::Reason::Own(Own::Timeout));
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn an_agent_that_does_not_read_is_not_waited_for_either() {
    let (end, ended) = channel::<()>();
    let mut agent = testing::agent(move |stream| {
        // Hangs up only if the client waits for longer, which is another error.
        let _ = ended.recv_timeout(SOON);
        drop(stream);
    });
    let passphrase = Secret::new(vec![b'x'; MAX_MESSAGE - 100]).expect("not empty");
    let error =
        agent.ask(&Request::Lock { passphrase }, Duration::from_millis(50)).expect_err("nobody reads");
    assert_eq!(error.reason, crate::error::Reason::Own(Own::Timeout));
    drop(end);
}

#[test]
fn an_agent_that_hangs_up_is_reported() {
    let mut agent = testing::agent(|mut stream| {
        question(&mut stream);
    });
    assert_eq!(ask(&mut agent).expect_err("no answer").exit(), crate::Exit::NoAgent);
}

#[test]
fn the_end_of_an_agent_is_waited_for() {
    let agent = testing::agent(|mut stream| {
        stream.write_all(b"").expect("a client");
        std::thread::sleep(Duration::from_millis(20));
    });
    assert!(agent.wait_for_end(SOON));
    let agent = testing::agent(|mut stream| {
        question(&mut stream);
    });
    assert!(!agent.wait_for_end(Duration::from_millis(20)));
}

#[test]
fn a_secret_arrives_whole() {
    let jwt = "eyJ.".repeat(300);
    let expected = Secret::new(jwt.clone().into_bytes()).expect("not empty");
    let mut agent = answering(move |request| {
        let Request::Lock { passphrase } = request else { panic!("{request:?} is not what was sent") };
        Answer::Token { token: Arc::new(passphrase), credential: crate::testing::credential() }
    });
    let passphrase = Secret::new(jwt.into_bytes()).expect("not empty");
    let Ok(Answer::Token { token, .. }) = agent.ask(&Request::Lock { passphrase }, SOON) else {
        panic!("a token was sent")
    };
    assert_eq!(*token, expected);
}
