//! A D-Bus session bus of its own, in a home folder that goes with it.

use std::env::var;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::keyring_daemon::INSTALL;
use crate::world::eventually;

/// Names the bus's process for those whom it surrounds.
const PROCESS: &str = "USHER_TEST_BUS";

/// Nothing is started by the bus itself: a daemon that was killed stays away until a test starts it.
const CONFIG: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=SOCKET</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// A bus with a home around it. It ends with the value.
pub struct SessionBus {
    bus: Bus,
    home: TempDir,
}

impl SessionBus {
    /// Starts a bus on which nobody keeps secrets yet.
    pub fn start() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        Self { bus: Bus::start(home.path()), home }
    }

    /// Tells where it is. Without the bus's id, so that it can come back at the same place with another one.
    pub fn address(&self) -> String {
        format!("unix:path={}", socket(self.home.path()).display())
    }

    /// Makes a command find this bus, and a home folder of its own.
    pub fn surround<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let home = self.home.path();
        command
            .env("DBUS_SESSION_BUS_ADDRESS", self.address())
            .env(PROCESS, self.bus.0.id().to_string())
            .env("HOME", home)
            .env("XDG_RUNTIME_DIR", home)
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("GNOME_KEYRING_CONTROL")
    }
}

/// Kills the bus that surrounds this process, as a crash would.
pub fn crash() {
    let id = var(PROCESS).ok().and_then(|id| Pid::from_raw(id.parse().ok()?));
    kill_process(id.expect("a bus surrounds us"), Signal::KILL).expect("it is ours");
    eventually(|| UnixStream::connect(socket(&home())).is_err().then_some(()));
}

/// Starts a bus in the place of the one that surrounded this process.
pub fn come_back() -> Bus {
    Bus::start(&home())
}

/// The bus itself. It ends with the value.
pub struct Bus(Child);

impl Bus {
    fn start(home: &Path) -> Self {
        let config = home.join("bus.conf");
        fs::write(&config, CONFIG.replace("SOCKET", &socket(home).display().to_string())).expect("a file");
        let mut bus = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", config.display()))
            .args(["--nofork", "--nopidfile", "--print-address"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("dbus-daemon: {error}; {INSTALL}"));
        let mut address = String::new();
        let output = bus.stdout.take().expect("a pipe");
        BufReader::new(output).read_line(&mut address).expect("the bus tells its address");
        assert!(!address.trim().is_empty(), "dbus-daemon told no address");
        Self(bus)
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn socket(home: &Path) -> PathBuf {
    home.join("bus")
}

fn home() -> PathBuf {
    var("XDG_RUNTIME_DIR").expect("a bus surrounds us").into()
}
