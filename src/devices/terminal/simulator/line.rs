//! The cable of a simulated terminal: a pseudo-terminal under a name that stays, as below
//! `/dev/serial/by-id`.
//!
//! Invariant: pulling the cable takes the name away and hangs up; plugging it in gives a new
//! pseudo-terminal under the same name.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serialport::{SerialPort, TTYPort};

use crate::devices::port;

/// How long one read waits.
const PATIENCE: Duration = Duration::from_millis(5);

/// The terminal's end of the cable.
pub struct Line {
    name: PathBuf,
    master: Option<TTYPort>,
}

impl Line {
    /// Plugs the cable in.
    ///
    /// # Errors
    /// When the system gives no pseudo-terminal or the name cannot be made.
    pub fn plugged(name: &Path) -> io::Result<Self> {
        let mut line = Self { name: name.to_owned(), master: None };
        line.plug()?;
        Ok(line)
    }

    /// Plugs the cable in, if it is not.
    ///
    /// # Errors
    /// As [`Line::plugged`].
    pub fn plug(&mut self) -> io::Result<()> {
        if self.master.is_some() {
            return Ok(());
        }
        let (mut master, slave) = port::pseudo_terminal()?;
        master.set_timeout(PATIENCE)?;
        let device = slave.name().ok_or(io::ErrorKind::NotFound)?;
        let fresh = self.name.with_extension("new");
        let _ = fs::remove_file(&fresh);
        symlink(device, &fresh)?;
        fs::rename(&fresh, &self.name)?;
        self.master = Some(master);
        Ok(())
    }

    /// Pulls the cable.
    pub fn unplug(&mut self) {
        if self.master.take().is_some() {
            let _ = fs::remove_file(&self.name);
        }
    }

    /// The bytes that came, after a moment at most; none when nobody has the other end.
    pub fn read(&mut self, buffer: &mut [u8]) -> usize {
        let count = self.master.as_mut().and_then(|master| match master.read(buffer) {
            Ok(count) => Some(count),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => Some(0),
            Err(_) => None,
        });
        count.unwrap_or_else(|| {
            // Without a cable or without an opened port a read returns at once.
            std::thread::sleep(PATIENCE);
            0
        })
    }

    /// Sends bytes; what nobody takes is lost, as on a real line.
    pub fn write(&mut self, bytes: &[u8]) {
        if let Some(master) = &mut self.master {
            for chunk in bytes.chunks(64) {
                let _ = master.write_all(chunk);
            }
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.unplug();
    }
}
