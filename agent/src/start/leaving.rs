//! Locks the agent when its person leaves.

use std::sync::Arc;
use std::time::Duration;

use log::Level;
use tokio::time::sleep;
use usher_proto::{Code, ProfileName, Refusal};

use crate::broker::Occasion;
use crate::config::LockItself;
use crate::handler::Handler;
use crate::moment::Moment;
use crate::platform::Leaving;
use crate::store::StoreName;

/// Pause before the system is asked again that does not tell.
const PAUSE: Duration = Duration::from_secs(60);

/// Makes sure that an agent that locks itself can be opened again, and that a person is needed for it.
///
/// # Errors
/// It cannot, in words.
pub(super) fn check(lock: &LockItself, store: StoreName, has_passphrase: bool) -> Result<(), Refusal> {
    let (message, hint) = if !lock.is_wanted() {
        return Ok(());
    } else if store == StoreName::Memory {
        ("an agent that keeps its credentials in memory alone cannot lock itself", "choose another store, or")
    } else if store == StoreName::File && has_passphrase {
        ("the agent can read the passphrase of its store, and would not stay locked", "let it ask for it, or")
    } else if !lock.on.is_empty() && !Leaving::IS_TOLD {
        ("this system does not tell usher when somebody leaves", "use `idle` alone, or")
    } else {
        return Ok(());
    };
    Err(Refusal::new(Code::BadRequest, message, format!("{hint} take `lock` out of the config file")))
}

/// Locks the agent, or a profile alone, at these moments, as long as the agent runs.
pub(super) async fn lock_at(on: Vec<Moment>, whose: Option<ProfileName>, handler: Arc<Handler>) {
    let mut level = Level::Error;
    while !on.is_empty() {
        let why = match Leaving::watch(&on).await {
            Ok(leaving) => {
                level = Level::Error;
                lock_while_told(leaving, whose.as_ref(), &handler).await
            }
            Err(why) => why,
        };
        log::log!(level, "the agent does not lock itself when you leave: {why}");
        level = Level::Debug; // once: whoever reads the agent's messages knows it then
        sleep(PAUSE).await;
    }
}

/// Goes on until the system tells no more; says why.
async fn lock_while_told(
    mut leaving: Leaving,
    whose: Option<&ProfileName>,
    handler: &Handler,
) -> &'static str {
    loop {
        match leaving.next().await {
            Ok(moment) => handler.broker.close(whose, || Some(Occasion::Left(moment))).await,
            Err(why) => return why,
        };
        leaving.done();
    }
}
