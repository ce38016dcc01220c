//! The API's client before the simulated API, both in this process.

mod access;
mod faults;
mod lost;
mod pages;
mod refused;
mod sessions;
mod tokens;
mod tunnels;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use usher_agent::cloudflare::api::Api;
use usher_agent::cloudflare::edge::Region;
use usher_agent::cloudflare::{self, api};
use usher_proto::Secret;
use usher_tests::clock::TestClock;
use usher_tests::edge::hosts::ACME;
use usher_tests::edge::{Edge, Log, Permission};
use usher_tests::token::secret;

/// Longer than any call may take.
const TOO_LONG: Duration = Duration::from_secs(16);

/// How often the log is looked at while a call hangs.
const GLANCE: Duration = Duration::from_millis(2);

/// A client and what it takes for Cloudflare.
struct Bench {
    edge: Edge,
    clock: Arc<TestClock>,
    /// The id of Acme's account.
    account: String,
    client: cloudflare::Edge,
    runtime: Runtime,
}

impl Bench {
    fn start() -> Self {
        let clock = Arc::new(TestClock::new());
        let edge = Edge::with_clock(Arc::clone(&clock) as _);
        let client = cloudflare::Edge::new(edge.network(), Arc::clone(&clock) as _);
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { account: edge.account(ACME), edge, clock, client, runtime }
    }

    /// Makes a token that may do some things in Acme's account.
    fn token(&self, permissions: &[Permission]) -> Secret {
        secret(&self.edge.add_api_token(permissions))
    }

    fn api<'a>(&'a self, token: &'a Secret) -> Api<'a> {
        self.client.api(Region::Commercial, token)
    }

    fn run<F: Future>(&self, call: F) -> F::Output {
        self.runtime.block_on(call)
    }

    /// Makes a call of which a request hangs once the log is as told: then time passes, and no sooner.
    fn run_out_of_time<F: Future>(&self, hangs: impl Fn(&Log) -> bool, call: F) -> F::Output {
        self.run(async {
            let mut call = pin!(call);
            while !hangs(&self.edge.log()) {
                tokio::select! {
                    biased;
                    _ = &mut call => panic!("it was to hang"),
                    () = tokio::time::sleep(GLANCE) => {}
                }
            }
            tokio::time::pause();
            tokio::time::advance(TOO_LONG).await;
            tokio::time::resume();
            call.await
        })
    }
}

/// Shows a secret as text.
fn text(secret: &Secret) -> &str {
    std::str::from_utf8(secret.expose()).expect("text")
}

/// Makes another secret for a tunnel, with the letters of base64 that others have not.
fn new_secret() -> Secret {
    secret("+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/8=")
}

/// Tells how a call went: that it did, or why it did not.
fn outcome<T>(done: Result<T, api::ApiError>) -> Result<(), api::ApiError> {
    done.map(|_| ())
}
