//! Moments at which a person leaves, as systemd's logind tells them on the system bus
//! (`org.freedesktop.login1(5)`).

use std::collections::HashMap;

use futures_util::StreamExt;
use zbus::message::Type;
use zbus::zvariant::{OwnedFd, OwnedObjectPath, OwnedValue};
use zbus::{Connection, MatchRule, Message, MessageStream};

use super::uid;
use crate::moment::Moment;

const LOGIND: &str = "org.freedesktop.login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const SESSION: &str = "org.freedesktop.login1.Session";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const TOP: &str = "/org/freedesktop/login1";

/// Waits for a person to leave.
pub struct Leaving {
    on: Vec<Moment>,
    bus: Connection,
    signals: MessageStream,
    /// The machine does not go to sleep as long as this is open; logind waits some seconds at most.
    delay: Option<OwnedFd>,
}

impl Leaving {
    /// The system may tell of it.
    pub const IS_TOLD: bool = true;

    /// Begins to listen for these moments.
    ///
    /// # Errors
    /// There is no system bus, or no logind on it; says which.
    pub async fn watch(on: &[Moment]) -> Result<Self, &'static str> {
        let bus = Connection::system().await.map_err(|_| "no system bus answers")?;
        let signals = listen(&bus).await.map_err(|_| "the system bus does not let signals through")?;
        let mut leaving = Self { on: on.to_vec(), bus, signals, delay: None };
        if on.contains(&Moment::Suspend) {
            leaving.delay = Some(leaving.delay_sleep().await.map_err(|_| "logind does not answer")?);
        }
        Ok(leaving)
    }

    /// Waits for the next such moment. Until [`done`](Self::done) is called the machine stays awake.
    ///
    /// # Errors
    /// The connection to the bus ended.
    pub async fn next(&mut self) -> Result<Moment, &'static str> {
        while let Some(Ok(signal)) = self.signals.next().await {
            if let Ok(Some(moment)) = self.meant(&signal).await {
                return Ok(moment);
            }
        }
        Err("the system bus has ended")
    }

    /// Lets the machine go to sleep.
    pub fn done(&mut self) {
        self.delay = None;
    }

    /// Tells which moment a signal means, if it is one of ours.
    async fn meant(&mut self, signal: &Message) -> zbus::Result<Option<Moment>> {
        let (header, body) = (signal.header(), signal.body());
        let (Some(path), Some(member)) = (header.path(), header.member()) else { return Ok(None) };
        let moment = match (header.interface().map(|name| name.as_str()), member.as_str()) {
            (Some(MANAGER), "PrepareForSleep") if self.on.contains(&Moment::Suspend) => {
                let is_near = body.deserialize::<bool>()?;
                if !is_near {
                    self.delay = Some(self.delay_sleep().await?); // it is awake again
                }
                return Ok(is_near.then_some(Moment::Suspend));
            }
            (Some(SESSION), "Lock") => Moment::ScreenLock,
            (Some(PROPERTIES), "PropertiesChanged") => match changed(signal)? {
                Some(moment) => moment,
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        let is_meant = self.on.contains(&moment) && self.is_ours(path.as_str()).await?;
        Ok(is_meant.then_some(moment))
    }

    /// Asks logind to wait with a suspend until we are ready.
    async fn delay_sleep(&self) -> zbus::Result<OwnedFd> {
        let what = ("sleep", "usher", "locks itself first", "delay");
        let answer = self.bus.call_method(Some(LOGIND), TOP, Some(MANAGER), "Inhibit", &what).await?;
        answer.body().deserialize()
    }

    /// Tells whether a session is of this user.
    async fn is_ours(&self, session: &str) -> zbus::Result<bool> {
        let what = (SESSION, "User");
        let answer = self.bus.call_method(Some(LOGIND), session, Some(PROPERTIES), "Get", &what).await?;
        let (user, _): (u32, OwnedObjectPath) = answer.body().deserialize::<OwnedValue>()?.try_into()?;
        Ok(Some(user) == uid())
    }
}

async fn listen(bus: &Connection) -> zbus::Result<MessageStream> {
    let rule = MatchRule::builder().msg_type(Type::Signal).sender(LOGIND)?.path_namespace(TOP)?.build();
    MessageStream::for_match_rule(rule, bus, None).await
}

/// Tells what a session's change means, if it is one of those that we know.
fn changed(signal: &Message) -> zbus::Result<Option<Moment>> {
    let body = signal.body();
    let (interface, values, _): (String, HashMap<String, OwnedValue>, Vec<String>) = body.deserialize()?;
    let is = |name: &str, wanted: bool| {
        values.get(name).is_some_and(|value| bool::try_from(value).is_ok_and(|value| value == wanted))
    };
    Ok(match interface.as_str() {
        SESSION if is("LockedHint", true) => Some(Moment::ScreenLock),
        SESSION if is("Active", false) => Some(Moment::Switch),
        _ => None,
    })
}
