//! systemd as the tests have it: it hears what it is told, and ends who does not say in time that it lives.

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use super::Asked;

/// As the image's unit has it (`WatchdogSec`).
pub const WITHIN: Duration = Duration::from_secs(8);

/// Where systemd would listen.
pub struct Systemd {
    socket: UnixDatagram,
    folder: tempfile::TempDir,
    /// When the last sign of life came.
    last: Duration,
    ended: bool,
}

impl Systemd {
    pub fn listens() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = UnixDatagram::bind(folder.path().join("notify")).unwrap();
        socket.set_nonblocking(true).unwrap();
        Self { socket, folder, last: Duration::ZERO, ended: false }
    }

    pub fn asks(&self) -> Asked {
        Asked {
            socket: Some(self.folder.path().join("notify").into_os_string()),
            within: Some(WITHIN.as_micros().to_string()),
            of: Some(std::process::id().to_string()),
        }
    }

    /// What came in since it was asked last.
    pub fn heard(&self) -> Vec<String> {
        heard(&self.socket)
    }

    /// It is so late, in the story's time: takes in what it was told, unless that comes too late.
    pub fn looks(&mut self, now: Duration) {
        self.ended |= now.saturating_sub(self.last) >= WITHIN;
        if self.heard().iter().any(|words| words == "WATCHDOG=1") {
            self.last = now;
        }
    }

    /// Whether it has ended the program.
    pub const fn has_ended_it(&self) -> bool {
        self.ended
    }
}

/// What came in at a socket that does not wait.
pub fn heard(socket: &UnixDatagram) -> Vec<String> {
    let mut words = Vec::new();
    let mut letter = [0; 64];
    while let Ok(length) = socket.recv(&mut letter) {
        words.push(String::from_utf8(letter[..length].to_vec()).unwrap());
    }
    words
}
