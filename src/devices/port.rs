//! A serial port by its name, as every driver sees it.
//!
//! Hides three traps of serial ports: a write larger than the buffer ignores its time-out, a
//! hang-up looks like an ordinary error, and a port that was pulled must be opened anew by name.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serialport::{ClearBuffer, SerialPort, StopBits};

use super::recorder::Tap;

/// How long one read waits for a byte before it says [`Received::Nothing`].
pub const READ_PATIENCE: Duration = Duration::from_millis(50);
/// The most bytes in one write; larger ones would ignore the time-out.
const WRITE_CHUNK: usize = 64;

/// How a port is to be opened.
#[derive(Clone, Debug)]
pub struct PortName {
    /// The device file, best from `/dev/serial/by-id`.
    pub path: PathBuf,
    /// Bits per second.
    pub baud: u32,
    /// One or two stop bits.
    pub stop_bits: StopBits,
    /// Hears all that goes over the line, when it is recorded.
    pub tap: Option<Tap>,
}

impl PortName {
    /// A port with one stop bit.
    #[must_use]
    pub fn new(path: &Path, baud: u32) -> Self {
        Self { path: path.to_owned(), baud, stop_bits: StopBits::One, tap: None }
    }

    /// Opens the port.
    ///
    /// # Errors
    /// When it is not there or belongs to someone else.
    pub fn open(&self) -> io::Result<Port> {
        let line = serialport::new(self.path.to_string_lossy(), self.baud)
            .stop_bits(self.stop_bits)
            .timeout(READ_PATIENCE)
            .open()?;
        if let Some(tap) = &self.tap {
            tap.opened();
        }
        Ok(Port { line, tap: self.tap.clone() })
    }
}

/// Two ends of a cable without a device: a simulator's own end, and that of its host.
///
/// # Errors
/// When the system has no pseudo-terminal to give.
#[cfg(feature = "simulators")]
pub fn pseudo_terminal() -> io::Result<(serialport::TTYPort, serialport::TTYPort)> {
    let (own, host) = serialport::TTYPort::pair()?;
    // `pair` lets programs that are started meanwhile inherit it; one that holds it never sees the
    // cable pulled. A clone is not inherited.
    let kept = own.try_clone_native()?;
    Ok((kept, host))
}

/// An open port. Any error means: close it, wait, open it anew.
pub struct Port {
    line: Box<dyn SerialPort>,
    tap: Option<Tap>,
}

/// What a read brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// So many bytes at the start of the buffer, at least one.
    Bytes(usize),
    /// Nothing within [`READ_PATIENCE`].
    Nothing,
}

impl Port {
    /// Reads what is there.
    ///
    /// # Errors
    /// When the cable was pulled or the port failed.
    pub fn receive(&mut self, buffer: &mut [u8]) -> io::Result<Received> {
        match self.line.read(buffer) {
            Ok(0) => Err(io::ErrorKind::BrokenPipe.into()),
            Ok(count) => {
                if let Some(tap) = &self.tap {
                    tap.received(&buffer[..count]);
                }
                Ok(Received::Bytes(count))
            }
            Err(error) if error.kind() == io::ErrorKind::TimedOut => Ok(Received::Nothing),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(Received::Nothing),
            Err(error) => Err(error),
        }
    }

    /// Sends the first of the bytes and says how many; 0 when the other side takes nothing now. So a
    /// long transmission can be read in between, and given up.
    ///
    /// # Errors
    /// When the cable was pulled or the port failed.
    pub fn send_some(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let chunk = &bytes[..bytes.len().min(WRITE_CHUNK)];
        match self.line.write(chunk) {
            Err(error) if matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::Interrupted) => {
                Ok(0)
            }
            Ok(count) => {
                self.tell_sent(&chunk[..count]);
                Ok(count)
            }
            error => error,
        }
    }

    /// Forgets what was sent and has not left this machine yet.
    ///
    /// # Errors
    /// When the cable was pulled or the port failed.
    pub fn discard_unsent(&mut self) -> io::Result<()> {
        Ok(self.line.clear(ClearBuffer::Output)?)
    }

    /// How many bytes have come that [`Port::receive`] can take without waiting.
    ///
    /// # Errors
    /// When the cable was pulled or the port failed.
    pub fn waiting(&self) -> io::Result<u32> {
        Ok(self.line.bytes_to_read()?)
    }

    /// Sends all bytes.
    ///
    /// # Errors
    /// When the cable was pulled, the port failed, or the other side takes nothing any more
    /// ([`io::ErrorKind::TimedOut`]).
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        for chunk in bytes.chunks(WRITE_CHUNK) {
            self.line.write_all(chunk)?;
            self.tell_sent(chunk);
        }
        Ok(())
    }

    fn tell_sent(&self, bytes: &[u8]) {
        if let Some(tap) = &self.tap {
            tap.sent(bytes);
        }
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        if let Some(tap) = &self.tap {
            tap.lost();
        }
    }
}

#[cfg(test)]
#[cfg(feature = "simulators")]
mod tests {
    use std::process::Command;
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_program_that_was_started_meanwhile_does_not_hold_a_cable_that_is_pulled() {
        let (own, host) = pseudo_terminal().unwrap();
        let mut port = PortName::new(Path::new(&host.name().unwrap()), 9_600).open().unwrap();
        drop(host);
        let mut other = Command::new("sleep").arg("60").spawn().unwrap();
        drop(own);
        let until = Instant::now() + Duration::from_secs(10);
        let mut pulled = false;
        while !pulled && Instant::now() < until {
            pulled = port.receive(&mut [0; 8]).is_err();
        }
        other.kill().unwrap();
        other.wait().unwrap();
        assert!(pulled, "the port is still there");
    }
}
