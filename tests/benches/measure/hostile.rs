//! What a good client notices of bad ones, beside the same without them.

use std::io::Write;
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use usher_proto::request::DEFAULT_MIN_VALID;
use usher_proto::{Answer, ProfileName, Request, Secret, frame};
use usher_tests::wire;

use super::servers::Agent;
use super::times::{Times, in_turns};
use super::{cpu, table};

/// Names on the command line who tries a wrong passphrase.
pub(super) const TRY: &str = "try-a-wrong-passphrase";

const ROUNDS: usize = 15;
/// Enough for a 99th percentile.
const CALLS: usize = 500;
/// Connections of a client that is slow, or whose logins hang.
const MANY: usize = 64;
/// Requests that a flood sends before it reads an answer.
const BURST: usize = 1_000;
/// Milliseconds by which a good client's lookup may take longer.
const TARGETS: [(&str, f64, f64); 2] = [("p50", 0.5, 1.0), ("p99", 0.99, 10.0)];
/// How long who is to do nothing does so, and who sends bytes waits before the next.
const PAUSE: Duration = Duration::from_millis(1);

pub(super) fn measure() {
    let (server, client) = cpu::two();
    let start = |home| cpu::on(server, || Agent::holding_in(home, 1));
    let agent = start(Agent::home());
    cpu::on(client, || {
        let slow: Vec<_> = (0..MANY).map(|_| agent.connect()).collect();
        beside("a byte a millisecond", &agent, || trickle(&slow));
        let mut flood = agent.lookup(0);
        beside("a flood", &agent, || flood.burst(BURST));
        let (hanging, other) = (start(Agent::home_online()), start(Agent::home_online()));
        let edge = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let logins: Vec<_> = (0..MANY).map(|number| log_in(&hanging, &edge, number)).collect();
        let (mut disturbed, mut alone) = (hanging.lookup(0), other.lookup(0));
        let (ours, reference) = in_turns(ROUNDS, CALLS, || disturbed.call(), || alone.call());
        print("hanging logins", &ours, &reference);
        drop(logins);
        let lock = Request::Lock { passphrase: Secret::new(b"right".to_vec()).expect("not empty") };
        assert!(matches!(wire::ask(&mut agent.connect(), &lock), Answer::Locked {}));
        beside("wrong passphrases", &agent, || try_in_a_process(agent.socket()));
    });
}

/// Asks while somebody is at work, and while nobody is.
fn beside(what: &str, agent: &Agent, mut work: impl FnMut() + Send) {
    let (at_work, at_rest, over) = (AtomicBool::new(false), AtomicBool::new(false), AtomicBool::new(false));
    let (mut disturbed, mut alone) = (agent.asks_for(0), agent.asks_for(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                if at_work.load(Ordering::SeqCst) {
                    work();
                } else {
                    at_rest.store(true, Ordering::SeqCst);
                    thread::sleep(PAUSE);
                }
            }
        });
        let disturbed = || {
            at_rest.store(false, Ordering::SeqCst);
            at_work.store(true, Ordering::SeqCst);
            disturbed.call();
        };
        let alone = || {
            at_work.store(false, Ordering::SeqCst);
            while !at_rest.load(Ordering::SeqCst) {
                thread::yield_now();
            }
            alone.call();
        };
        let (ours, reference) = in_turns(ROUNDS, CALLS, disturbed, alone);
        over.store(true, Ordering::SeqCst);
        print(what, &ours, &reference);
    });
}

/// Sends the first byte of many messages, and one more of each at a time.
fn trickle(slow: &[UnixStream]) {
    for mut stream in slow {
        // One that is too slow finds its connection closed.
        let _ = stream.write_all(b"{");
    }
    thread::sleep(PAUSE);
}

/// Asks for a login at an edge that takes the connection and never says anything.
fn log_in(agent: &Agent, edge: &TcpListener, number: usize) -> UnixStream {
    let port = edge.local_addr().expect("a port").port();
    let login = Request::Login {
        app: format!("https://localhost:{port}/{number}").parse().expect("a URL"),
        profile: ProfileName::default(),
        min_valid: DEFAULT_MIN_VALID,
        fedramp: false,
        auto_close: false,
    };
    let mut stream = agent.connect();
    stream.write_all(&frame::encode(&login).expect("small")).expect("the agent reads");
    stream
}

/// Tries in a process of its own, as a peer that was wrong before would wait.
fn try_in_a_process(socket: &Path) {
    let own = std::env::current_exe().expect("this program");
    let tried = Command::new(own).arg(TRY).arg(socket).status().expect("it starts");
    assert!(tried.success());
}

/// Is that process.
pub(super) fn try_once(socket: &Path) {
    let unlock = Request::Unlock { passphrase: Secret::new(b"wrong".to_vec()).ok() };
    let mut stream = UnixStream::connect(socket).expect("the agent listens");
    assert!(matches!(wire::ask(&mut stream, &unlock), Answer::Error(_)));
}

fn print(what: &str, ours: &Times, reference: &Times) {
    for (name, quantile, most) in TARGETS {
        let (disturbed, alone) = (ours.quantile(quantile), reference.quantile(quantile));
        table::figure(
            &format!("{what}, {name}"),
            &table::time(disturbed),
            &table::time(alone),
            "the same without",
            ours.ratio(reference, quantile),
            &table::verdict(&format!("< +{most} ms"), disturbed - alone < most * 1e6),
        );
    }
}
