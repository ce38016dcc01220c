//! What arrives in pieces, too large, too late, or not at all.

use std::io::{BufReader, Read, Write};

use serde_json::json;
use usher_proto::frame::{self, MAX_MESSAGE};
use usher_proto::{Answer, Code, Request, json as lines};
use usher_tests::agent::TestAgent;
use usher_tests::store::TestStore;
use usher_tests::wire::{self, Said, ask, connect, read, read_line};

fn hello() -> Vec<u8> {
    frame::encode(&Request::Hello {}).expect("small").to_vec()
}

fn error_code(said: Said) -> Code {
    match said {
        Said::Answer(Answer::Error(refusal)) => refusal.code,
        other => panic!("no error but {other:?}"),
    }
}

#[test]
fn a_frame_that_arrives_byte_by_byte_is_answered() {
    let agent = TestAgent::start();
    let mut stream = agent.connect();
    for byte in hello() {
        stream.write_all(&[byte]).expect("the agent reads");
        stream.flush().expect("the agent reads");
    }
    assert!(matches!(read(&mut stream), Said::Answer(Answer::Hello(_))));
}

#[test]
fn a_client_that_leaves_at_any_byte_disturbs_nobody() {
    let agent = TestAgent::start();
    let frame = hello();
    let mut other = agent.connect();
    for cut in 0..frame.len() {
        let mut stream = agent.connect();
        stream.write_all(&frame[..cut]).expect("the agent reads");
        drop(stream);
        assert!(matches!(ask(&mut other, &Request::Hello {}), Answer::Hello(_)), "cut at {cut}");
    }
}

#[test]
fn the_nth_answer_belongs_to_the_nth_question() {
    let agent = TestAgent::start();
    let mut stream = agent.connect();
    let show = Request::Show { id: "app-000000000000".parse().expect("an id") };
    let three = [hello(), frame::encode(&show).expect("small").to_vec(), hello()].concat();
    stream.write_all(&three).expect("the agent reads");
    assert!(matches!(read(&mut stream), Said::Answer(Answer::Hello(_))));
    assert_eq!(error_code(read(&mut stream)), Code::NotFound);
    assert!(matches!(read(&mut stream), Said::Answer(Answer::Hello(_))));
}

#[test]
fn a_length_over_the_limit_is_refused_before_anything_is_read() {
    let agent = TestAgent::start();
    for length in [MAX_MESSAGE as u32 + 1, u32::MAX] {
        let mut stream = agent.connect();
        let mut frame = hello();
        frame.truncate(frame::HEADER);
        frame[8..12].copy_from_slice(&length.to_le_bytes());
        stream.write_all(&frame).expect("the agent reads");
        assert_eq!(error_code(read(&mut stream)), Code::TooLarge);
        assert!(matches!(read(&mut stream), Said::Nothing), "the connection is closed");
    }
}

#[test]
fn leftovers_in_a_message_are_an_error_and_the_next_message_is_read() {
    let agent = TestAgent::start();
    let mut stream = agent.connect();
    let mut frame = hello();
    frame.extend_from_slice(b"left over");
    let length = (frame.len() - frame::HEADER) as u32;
    frame[8..12].copy_from_slice(&length.to_le_bytes());
    stream.write_all(&frame).expect("the agent reads");
    assert_eq!(error_code(read(&mut stream)), Code::BadRequest);
    assert!(matches!(ask(&mut stream, &Request::Hello {}), Answer::Hello(_)));
}

#[test]
fn another_version_is_answered_in_words() {
    let agent = TestAgent::start();
    let mut stream = agent.connect();
    let mut frame = hello();
    frame[4] = frame::VERSION + 1;
    stream.write_all(&frame).expect("the agent reads");
    match read(&mut stream) {
        Said::Words(words) => assert!(words.contains("version 2") && words.contains("version 1"), "{words}"),
        other => panic!("no words but {other:?}"),
    }
}

#[test]
fn garbage_is_answered_in_words_and_closed() {
    let agent = TestAgent::start();
    for garbage in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"\0\0\0\0", b"\xff\xfe", b"SSH-2.0-x\r\n", b"[]\n"] {
        let mut stream = BufReader::new(agent.connect());
        stream.get_mut().write_all(garbage).expect("the agent reads");
        assert_eq!(read_line(&mut stream)["error"]["code"], "bad-request");
        assert!(read_line(&mut stream).is_null(), "the connection is closed");
    }
    let mut stream = agent.connect();
    stream.write_all(b"USHRxxxxxxxxxxxx").expect("the agent reads");
    assert!(matches!(read(&mut stream), Said::Words(_)), "it begins as a frame, of another version");
}

/// Writes and reads at once, as the agent stops reading in the middle and says why.
#[test]
fn a_megabyte_of_json_without_a_newline_is_cut_off() {
    let agent = TestAgent::start();
    let stream = agent.connect();
    std::thread::scope(|scope| {
        scope.spawn(|| (&stream).write_all(&vec![b'{'; 1024 * 1024]));
        let answer = read_line(&mut BufReader::new(&stream));
        assert!(answer.is_null() || answer["error"]["code"] == "too-large", "{answer}");
        drain(&stream);
    });
    assert!(matches!(agent.ask(&Request::Hello {}), Answer::Hello(_)));
}

#[test]
fn the_longest_line_is_read() {
    let agent = TestAgent::start();
    let mut stream = BufReader::new(connect(agent.socket()).expect("the agent listens"));
    let mut line = json!({"hello": {}}).to_string();
    line.push_str(&" ".repeat(lines::MAX_LINE - line.len() - 1));
    writeln!(stream.get_mut(), "{line}").expect("the agent reads");
    assert!(read_line(&mut stream)["hello"].is_object());
}

#[test]
fn both_forms_say_the_same() {
    let agent = TestAgent::start();
    for (request, text) in [
        (Request::Hello {}, r#"{"hello":{}}"#),
        (Request::List { profile: None, after: None }, r#"{"list":{}}"#),
        (
            Request::Show { id: "app-000000000000".parse().expect("an id") },
            r#"{"show":{"id":"app-000000000000"}}"#,
        ),
        (Request::Unlock { passphrase: None }, r#"{"unlock":{}}"#),
    ] {
        let framed = serde_json::to_value(agent.ask(&request)).expect("answers are JSON too");
        assert_eq!(wire::lines(agent.socket(), &[text]), [framed], "{text}");
    }
}

#[test]
fn a_line_that_is_not_understood_does_not_end_the_conversation() {
    let agent = TestAgent::start();
    let answers = wire::lines(
        agent.socket(),
        &[r#"{"token":{"app":"ssh://x"}}"#, r#"{"canary-secret":1}"#, r#"{"hello":{}}"#],
    );
    assert_eq!([&answers[0], &answers[1]].map(|answer| &answer["error"]["code"]), ["bad-request"; 2]);
    assert!(!answers[1].to_string().contains("canary"), "an error does not quote the input");
    assert!(answers[2]["hello"].is_object());
}

#[test]
fn silent_and_half_spoken_connections_make_room_for_new_ones() {
    const CAP: usize = 8;
    let agent = TestAgent::with(Box::new(TestStore::default()), CAP);
    let frame = hello();
    let hostile: Vec<_> = (0..4 * CAP)
        .map(|number| {
            let mut stream = agent.connect();
            // Some say nothing, some stop in the middle of a frame.
            stream.write_all(&frame[..number % frame.len()]).expect("the agent reads");
            stream
        })
        .collect();
    for _ in 0..2 * CAP {
        assert!(matches!(agent.ask(&Request::Hello {}), Answer::Hello(_)));
    }
    let Answer::Status(status) = agent.ask(&Request::Status {}) else { panic!("no status") };
    assert!(status.connections <= CAP as u64, "{}", status.connections);
    drop(hostile);
}

/// The agent stops reading a connection whose answers are not taken; so this writes until it would
/// wait.
#[cfg(unix)]
#[test]
fn a_client_that_does_not_read_its_answers_delays_nobody() {
    use interprocess::local_socket::traits::Stream;

    let agent = TestAgent::start();
    let mut deaf = agent.connect();
    deaf.set_nonblocking(true).expect("a socket");
    let many = hello().repeat(200);
    let full = (0..100_000).find_map(|_| deaf.write(&many).err());
    assert_eq!(full.map(|error| error.kind()), Some(std::io::ErrorKind::WouldBlock));
    assert!(matches!(agent.ask(&Request::Hello {}), Answer::Hello(_)));
}

/// Reads until the agent has closed the connection.
fn drain(mut stream: impl Read) {
    while stream.read(&mut [0; 512]).is_ok_and(|count| count > 0) {}
}
