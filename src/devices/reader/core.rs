//! What one reader has sent since the last silence, and what becomes of it.
//!
//! Invariant: at most [`ROOM`] bytes are kept, only while somebody listens, and they are overwritten
//! as soon as they were read, turn out unreadable, or stop coming.

use std::time::Duration;

use jiff::civil::Date;
use zeroize::{Zeroize, Zeroizing};

use super::{ReaderEvent, Reading};

/// The most bytes of one message: three lines of thirty with line ends, a prefix and a suffix.
pub(super) const ROOM: usize = 160;
/// After so long without a byte a message is over, whole or not.
pub(super) const SILENCE: Duration = Duration::from_millis(500);

/// What the bytes so far are. They may be overwritten in the working out.
#[derive(Debug, PartialEq)]
pub enum Progress {
    /// Nothing yet but noise between two messages.
    Noise,
    /// The beginning of a message.
    More,
    /// A whole message.
    Done(Reading),
    /// No message, whatever comes.
    Never,
}

/// The language that a reader speaks.
pub trait Format: Send {
    /// What the bytes since the last silence are. `today` decides the century of a year.
    fn progress(&self, received: &mut [u8], today: Date) -> Progress;
}

/// Whether anybody listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ear {
    /// Nobody; everything is dropped.
    Closed,
    /// Somebody, but the message that is on its way began before or is unreadable.
    UntilSilence,
    /// Somebody.
    Open,
}

/// One reader, without its port.
pub(super) struct Core {
    format: Box<dyn Format>,
    received: Zeroizing<[u8; ROOM]>,
    length: usize,
    ear: Ear,
    heard_at: Option<Duration>,
}

impl Core {
    /// A reader to which nobody listens.
    pub(super) fn new(format: Box<dyn Format>) -> Self {
        Self { format, received: Zeroizing::new([0; ROOM]), length: 0, ear: Ear::Closed, heard_at: None }
    }

    /// Listens for one reading.
    pub(super) fn listen(&mut self, now: Duration) {
        if self.ear == Ear::Closed {
            self.ear = if self.is_silent(now) { Ear::Open } else { Ear::UntilSilence };
        }
    }

    /// Does not listen any more.
    pub(super) fn ignore(&mut self) {
        self.ear = Ear::Closed;
        self.wipe();
    }

    /// The port is gone: nothing of what was on its way will come.
    pub(super) fn lost(&mut self) {
        self.wipe();
        self.heard_at = None;
        if self.ear == Ear::UntilSilence {
            self.ear = Ear::Open;
        }
    }

    /// Time has passed.
    pub(super) fn time(&mut self, now: Duration) -> Option<ReaderEvent> {
        if self.heard_at.is_none() || !self.is_silent(now) {
            return None;
        }
        let half = self.length > 0;
        self.lost();
        half.then_some(ReaderEvent::Unreadable)
    }

    /// Bytes have come.
    pub(super) fn receive(&mut self, bytes: &[u8], now: Duration, today: Date) -> Vec<ReaderEvent> {
        let mut events: Vec<ReaderEvent> = self.time(now).into_iter().collect();
        self.heard_at = Some(now);
        for byte in bytes {
            if self.ear == Ear::Open {
                events.extend(self.add(*byte, today));
            }
        }
        events
    }

    fn add(&mut self, byte: u8, today: Date) -> Option<ReaderEvent> {
        let Some(place) = self.received.get_mut(self.length) else { return Some(self.unreadable()) };
        *place = byte;
        self.length += 1;
        match self.format.progress(&mut self.received[..self.length], today) {
            Progress::More => None,
            Progress::Noise => {
                self.wipe();
                None
            }
            Progress::Done(reading) => {
                self.ignore();
                Some(ReaderEvent::Read(reading))
            }
            Progress::Never => Some(self.unreadable()),
        }
    }

    fn unreadable(&mut self) -> ReaderEvent {
        self.wipe();
        self.ear = Ear::UntilSilence;
        ReaderEvent::Unreadable
    }

    fn is_silent(&self, now: Duration) -> bool {
        self.heard_at.is_none_or(|heard| now.saturating_sub(heard) >= SILENCE)
    }

    fn wipe(&mut self) {
        self.received.zeroize();
        self.length = 0;
    }

    /// All that it keeps of what was sent.
    #[cfg(test)]
    pub(super) fn kept(&self) -> &[u8] {
        &*self.received
    }
}

/// All readings in a stream of bytes, as a reader would tell them to somebody who always listens.
pub(super) fn read_all(format: impl Format + 'static, bytes: &[u8], today: Date) -> Vec<Reading> {
    let mut core = Core::new(Box::new(format));
    let mut readings = Vec::new();
    core.listen(Duration::ZERO);
    for byte in bytes {
        for event in core.receive(&[*byte], Duration::ZERO, today) {
            if let ReaderEvent::Read(reading) = event {
                readings.push(reading);
            }
            core.lost();
            core.listen(Duration::ZERO);
        }
    }
    readings
}
