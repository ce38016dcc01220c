//! A stand-in for systemd's logind: as much of `org.freedesktop.login1(5)` as an agent listens to.

use std::collections::HashMap;
use std::io::{PipeReader, Read, pipe};
use std::os::fd::OwnedFd as Descriptor;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use zbus::blocking::Connection;
use zbus::blocking::connection::Builder;
use zbus::interface;
use zbus::zvariant::{ObjectPath, OwnedFd, OwnedObjectPath, Value};

use crate::session_bus::SessionBus;

/// A test that waits longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(60);
const MANAGER: &str = "org.freedesktop.login1.Manager";
const SESSION: &str = "org.freedesktop.login1.Session";
const TOP: &str = "/org/freedesktop/login1";

/// Tells of suspends and sessions on a bus.
pub struct Logind {
    bus: Connection,
    delays: Receiver<Delay>,
}

/// Somebody who wants a suspend to wait.
pub struct Delay(PipeReader);

impl Delay {
    /// Waits until the suspend may go on.
    pub fn end(mut self) {
        assert_eq!(self.0.read(&mut [0]).expect("a pipe"), 0);
    }
}

struct Manager(Sender<Delay>);

#[interface(name = "org.freedesktop.login1.Manager")]
impl Manager {
    fn inhibit(&self, what: &str, who: &str, _why: &str, mode: &str) -> OwnedFd {
        assert_eq!((what, who, mode), ("sleep", "usher", "delay"));
        let (reader, writer) = pipe().expect("a pipe");
        let _ = self.0.send(Delay(reader)); // the test may have ended
        Descriptor::from(writer).into()
    }
}

struct Session {
    uid: u32,
}

#[interface(name = "org.freedesktop.login1.Session")]
impl Session {
    #[zbus(property)]
    fn user(&self) -> (u32, OwnedObjectPath) {
        let path = format!("{TOP}/user/_{}", self.uid);
        (self.uid, ObjectPath::try_from(path).expect("a path").into())
    }
}

impl Logind {
    /// Takes its name on a bus, with a session of this user and one of another.
    pub fn start(bus: &SessionBus) -> Self {
        let (sender, delays) = channel();
        let ours = rustix::process::geteuid().as_raw();
        let session = |own| Session { uid: if own { ours } else { ours + 1 } };
        let build = || -> zbus::Result<Connection> {
            Builder::address(&*bus.address())?
                .serve_at(TOP, Manager(sender))?
                .serve_at(path(true), session(true))?
                .serve_at(path(false), session(false))?
                .name("org.freedesktop.login1")?
                .build()
        };
        Self { bus: build().expect("the bus takes it"), delays }
    }

    /// Waits until somebody wants the next suspend to wait.
    pub fn delay(&self) -> Delay {
        self.delays.recv_timeout(PATIENCE).expect("somebody asks for it")
    }

    /// Tells that the machine is about to sleep, or awake again.
    pub fn prepare_for_sleep(&self, is_near: bool) {
        self.tell(TOP, MANAGER, "PrepareForSleep", &is_near);
    }

    /// Tells a session, the user's own or another one's, that its screen is to be locked.
    pub fn lock(&self, own: bool) {
        self.tell(path(own), SESSION, "Lock", &());
    }

    /// Tells that a property of a session changed.
    pub fn change(&self, own: bool, property: &str, value: bool) {
        let changed = HashMap::from([(property, Value::from(value))]);
        let body = (SESSION, changed, Vec::<&str>::new());
        self.tell(path(own), "org.freedesktop.DBus.Properties", "PropertiesChanged", &body);
    }

    fn tell<B>(&self, path: &str, interface: &str, signal: &str, body: &B)
    where
        B: serde::Serialize + zbus::zvariant::DynamicType,
    {
        self.bus.emit_signal(None::<&str>, path, interface, signal, body).expect("the bus takes it");
    }
}

fn path(own: bool) -> &'static str {
    if own { "/org/freedesktop/login1/session/_31" } else { "/org/freedesktop/login1/session/_32" }
}
