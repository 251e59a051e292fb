//! A simulated reader on a pseudo-terminal: a path that a driver opens like a real one.
//!
//! Invariant: it sends what a real reader would send, no faster than its line, and knows nothing of
//! whoever reads it.

mod specimen;

use std::collections::VecDeque;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use serialport::{SerialPort, TTYPort};

use crate::devices::port;

pub use specimen::{BSN, Specimen};

use super::mrz::MrzFormat;
use super::rfid::{Checksum, RfidFormat};

/// How often the simulator looks at its wire.
const HEARTBEAT: Duration = Duration::from_millis(2);
/// How long a byte may wait for a host that does not read.
const WRITE_PATIENCE: Duration = Duration::from_millis(20);
/// Bits on the wire for one byte: a start bit, eight bits, a stop bit.
const BITS_PER_BYTE: u32 = 10;
/// The speed of a reader's line unless told otherwise, in bits per second.
const USUAL_BAUD: u32 = 9600;

/// A reader of identity documents on a cable. Dropping it pulls the cable and ends its thread.
pub struct DocumentReaderSimulator {
    line: Line,
    format: MrzFormat,
}

impl DocumentReaderSimulator {
    /// Starts a reader that sends zones in a format. It appears at `link`, a symbolic link like those
    /// in `/dev/serial/by-id`; an older link there is replaced.
    ///
    /// # Errors
    /// When there is no pseudo-terminal or thread to be had, or the link cannot be made.
    pub fn start(link: &Path, format: MrzFormat) -> io::Result<Self> {
        Ok(Self { line: Line::start(link)?, format })
    }

    /// Someone holds a document against it.
    pub fn hold_document(&self, document: &Specimen) {
        self.line.send(&self.message(&document.lines()));
    }

    /// Someone holds a document against it crookedly: a digit is misread.
    pub fn hold_crooked(&self, document: &Specimen) {
        self.line.send(&self.message(&document.misread_lines()));
    }

    /// Someone takes a document away while it is read: only the first bytes come.
    pub fn hold_half(&self, document: &Specimen, bytes: usize) {
        let message = self.message(&document.lines());
        self.line.send(&message[..bytes.min(message.len())]);
    }

    /// The line: its cable and its speed.
    #[must_use]
    pub const fn line(&self) -> &Line {
        &self.line
    }

    fn message(&self, lines: &[String]) -> Vec<u8> {
        let end = self.format.line_end.bytes();
        let zone = lines.iter().flat_map(|line| [line.as_bytes(), end].concat());
        [self.format.prefix.clone(), zone.collect(), self.format.suffix.clone()].concat()
    }
}

/// A reader of passes on a cable. Dropping it pulls the cable and ends its thread.
pub struct PassReaderSimulator {
    line: Line,
    format: RfidFormat,
}

impl PassReaderSimulator {
    /// Starts a reader that sends numbers in a format; as [`DocumentReaderSimulator::start`].
    ///
    /// # Errors
    /// When there is no pseudo-terminal or thread to be had, or the link cannot be made.
    pub fn start(link: &Path, format: RfidFormat) -> io::Result<Self> {
        Ok(Self { line: Line::start(link)?, format })
    }

    /// Someone holds a pass with this number against it.
    pub fn hold_pass(&self, uid: &[u8]) {
        let mut digits: String = uid.iter().map(|byte| format!("{byte:02x}")).collect();
        if self.format.checksum == Checksum::Bcc {
            digits += &format!("{:02X}", uid.iter().fold(0, |sum, byte| sum ^ byte));
        }
        self.line.send(&[&self.format.prefix, digits.as_bytes(), &self.format.suffix].concat());
    }

    /// The line: its cable and its speed.
    #[must_use]
    pub const fn line(&self) -> &Line {
        &self.line
    }
}

/// The line between a reader and the pillar.
pub struct Line {
    wire: Arc<Mutex<Wire>>,
}

struct Wire {
    link: PathBuf,
    cable: Option<TTYPort>,
    unsent: VecDeque<u8>,
    /// Bits per second.
    baud: u32,
    /// The power goes after so many bytes.
    breaks_after: Option<usize>,
    free_at: Instant,
}

impl Line {
    fn start(link: &Path) -> io::Result<Self> {
        let mut wire = Wire {
            link: link.to_owned(),
            cable: None,
            unsent: VecDeque::new(),
            baud: USUAL_BAUD,
            breaks_after: None,
            free_at: Instant::now(),
        };
        wire.plug()?;
        let wire = Arc::new(Mutex::new(wire));
        let running = Arc::downgrade(&wire);
        thread::Builder::new().name("reader-simulator".to_owned()).spawn(move || run(&running))?;
        Ok(Self { wire })
    }

    /// Sends bytes as they are: noise, or what a broken reader would say. They are lost when the cable
    /// is out.
    pub fn send(&self, bytes: &[u8]) {
        let mut wire = self.wire();
        if wire.cable.is_some() {
            wire.unsent.extend(bytes);
        }
    }

    /// Sends with so many bits per second from now on.
    pub fn set_baud(&self, baud: u32) {
        self.wire().baud = baud.max(BITS_PER_BYTE);
    }

    /// Breaks off for good after so many more bytes, as when the power goes.
    pub fn break_after(&self, bytes: usize) {
        self.wire().breaks_after = Some(bytes);
    }

    /// Pulls the cable: the path disappears and an open port hangs up. What was not sent is lost.
    pub fn pull_cable(&self) {
        self.wire().pull();
    }

    /// Plugs the cable in again, at the same path.
    ///
    /// # Errors
    /// When there is no pseudo-terminal to be had, or the link cannot be made.
    pub fn plug_cable(&self) -> io::Result<()> {
        self.wire().plug()
    }

    /// Whether everything has been sent or lost.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.wire().unsent.is_empty()
    }

    fn wire(&self) -> MutexGuard<'_, Wire> {
        self.wire.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.wire().pull();
    }
}

/// Runs until the simulator is dropped.
fn run(wire: &Weak<Mutex<Wire>>) {
    while let Some(wire) = wire.upgrade() {
        wire.lock().unwrap_or_else(PoisonError::into_inner).carry(Instant::now());
        drop(wire);
        thread::sleep(HEARTBEAT);
    }
}

impl Wire {
    fn plug(&mut self) -> io::Result<()> {
        self.pull();
        let (mut reader_end, host_end) = port::pseudo_terminal()?;
        reader_end.set_timeout(WRITE_PATIENCE)?;
        let name = host_end.name().ok_or(io::ErrorKind::NotFound)?;
        // The driver opens it by name, alone.
        drop(host_end);
        symlink(name, &self.link)?;
        self.cable = Some(reader_end);
        Ok(())
    }

    fn pull(&mut self) {
        self.cable = None;
        self.unsent.clear();
        if self.link.is_symlink()
            && let Err(error) = fs::remove_file(&self.link)
        {
            tracing::warn!(link = %self.link.display(), %error, "could not remove a reader's link");
        }
    }

    /// Sends as many bytes as the line has had time for.
    fn carry(&mut self, now: Instant) {
        let per_byte = Duration::from_secs(1) * BITS_PER_BYTE / self.baud;
        if self.unsent.is_empty() {
            self.free_at = now;
        }
        while self.free_at <= now {
            let Some(byte) = self.unsent.pop_front() else { return };
            if self.breaks_after == Some(0) {
                self.breaks_after = None;
                self.pull();
                return;
            }
            self.breaks_after = self.breaks_after.map(|left| left - 1);
            if let Some(cable) = &mut self.cable
                && let Err(error) = cable.write_all(&[byte])
            {
                tracing::debug!(%error, "nobody reads what the reader sends");
            }
            self.free_at += per_byte;
        }
    }
}
