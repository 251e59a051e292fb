//! Recordings of what goes over a device's line, for the one who looks for a fault.
//!
//! Invariant: a recording holds nothing plain but its header. What was on the line (receipts of
//! residents, perhaps card data) is sealed to the municipality, piece by piece, before it is written.
//!
//! The file has lines. The first is the [`Header`] as JSON; each further line is one sealed piece in
//! base64, which holds a batch of [`Entry`]s. The pieces are one HPKE stream ([`crate::seal`]), each
//! bound to the header line: a piece that was changed, left out, moved, or taken from another
//! recording does not open. Only the end may be missing, because power cuts happen: a whole recording
//! ends with [`Event::End`], and a last line without a line break is ignored.

mod text;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::seal::{OpenKey, SealError, SealKey, StreamSealer};

pub use text::to_text;

/// The version of the form that this build writes and reads.
pub const RECORDING_VERSION: u16 = 1;
/// In place of a device: what was recorded is the pillar's log, as a text.
pub const LOGS: &str = "log";
/// Binds what is sealed to its purpose (RFC 9180, `info`).
const INFO: &[u8] = b"zuil recording v1";
/// The longest run of bytes that is taken from a piece; a longer one is none of ours.
const MOST_BYTES: usize = 1 << 24;

/// The first line of a recording. All of it can be seen by anyone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`RECORDING_VERSION`].
    pub recording: u16,
    /// Names this recording.
    pub id: Uuid,
    /// The pillar's name.
    pub pillar: String,
    /// Which device, such as `printer`.
    pub device: String,
    /// When it began, by the pillar's clock.
    pub started_at: Timestamp,
    /// The id of the sealing key.
    pub key_id: String,
    /// The encapsulated key of the stream, base64.
    pub encapsulated_key: String,
}

/// What happened on a line, and when.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Entry {
    /// Microseconds since the recording began.
    pub at_us: u64,
    /// What.
    pub event: Event,
}

/// What happened on a line. It cannot be shown for debugging, because it holds what residents sent.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub enum Event {
    /// The device sent these bytes.
    In(Vec<u8>),
    /// The pillar sent these bytes.
    Out(Vec<u8>),
    /// The port was opened.
    Opened,
    /// The port was closed or lost.
    Lost,
    /// So many bytes could not be kept, because the disk was too slow.
    Missed(u64),
    /// The recording ended.
    End(Ending),
}

/// Why a recording ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Zeroize)]
pub enum Ending {
    /// The pillar was stopped.
    Stopped,
    /// Its last day was over.
    LastDay,
    /// The file was full.
    Full,
}

/// Why a recording cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// It is none.
    #[error("this is no recording of a Zuil pillar")]
    NoRecording,
    /// Another version wrote it.
    #[error(
        "this recording has version {0}, and this program reads {RECORDING_VERSION}; update the older one"
    )]
    Version(u16),
    /// A piece is not the one that belongs there.
    #[error(
        "line {0} does not open: the file was changed, a line is missing, or it was sealed to another key"
    )]
    Piece(usize),
    /// Sealing failed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// Makes the lines of a recording.
pub struct Writer {
    sealer: StreamSealer,
    header_line: String,
}

impl Writer {
    /// Begins a recording that the owner of `key` can open.
    ///
    /// # Errors
    /// [`RecordingError::Seal`] when the cryptographic library fails.
    pub fn begin(
        key: &SealKey,
        id: Uuid,
        pillar: &str,
        device: &str,
        started_at: Timestamp,
    ) -> Result<Self, RecordingError> {
        let (encapsulated_key, sealer) = key.stream(INFO)?;
        let header = Header {
            recording: RECORDING_VERSION,
            id,
            pillar: pillar.to_owned(),
            device: device.to_owned(),
            started_at,
            key_id: key.id().to_owned(),
            encapsulated_key,
        };
        let header_line = serde_json::to_string(&header).map_err(|_| SealError::Seal)?;
        Ok(Self { sealer, header_line })
    }

    /// The first line, without its line break.
    #[must_use]
    pub fn header_line(&self) -> &str {
        &self.header_line
    }

    /// The next line for a batch, with its line break.
    ///
    /// # Errors
    /// [`RecordingError::Seal`] when the cryptographic library fails.
    pub fn line(&mut self, batch: &Batch) -> Result<String, RecordingError> {
        let sealed = self.sealer.seal(self.header_line.as_bytes(), &batch.plain)?;
        Ok(BASE64.encode(sealed) + "\n")
    }
}

/// What is to become one piece. It is wiped when it is cleared or dropped.
pub struct Batch {
    plain: Zeroizing<Vec<u8>>,
    room: usize,
}

impl Batch {
    /// An empty batch for about `room` bytes.
    #[must_use]
    pub fn new(room: usize) -> Self {
        // Room for the entry that fills it: what a growing vector leaves behind would not be wiped.
        Self { plain: Zeroizing::new(Vec::with_capacity(2 * room)), room }
    }

    /// Whether it ought to be sealed before more is added.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.plain.len() >= self.room
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.plain.is_empty()
    }

    /// Adds what happened; of more than `room` bytes at once, the first.
    pub fn add(&mut self, entry: &Entry) {
        let (kind, number, bytes): (u8, u64, &[u8]) = match &entry.event {
            Event::In(bytes) => (0, 0, bytes),
            Event::Out(bytes) => (1, 0, bytes),
            Event::Opened => (2, 0, &[]),
            Event::Lost => (3, 0, &[]),
            Event::Missed(count) => (4, *count, &[]),
            Event::End(Ending::Stopped) => (5, 0, &[]),
            Event::End(Ending::LastDay) => (5, 1, &[]),
            Event::End(Ending::Full) => (5, 2, &[]),
        };
        let room = (2 * self.room).saturating_sub(self.plain.len() + FIXED);
        let bytes = &bytes[..bytes.len().min(room)];
        self.plain.extend_from_slice(&entry.at_us.to_le_bytes());
        self.plain.push(kind);
        self.plain.extend_from_slice(&number.to_le_bytes());
        self.plain.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
        self.plain.extend_from_slice(bytes);
    }

    /// Wipes it, so that it can be filled anew.
    pub fn clear(&mut self) {
        self.plain.zeroize();
    }
}

/// How many bytes an entry takes besides its own.
const FIXED: usize = 8 + 1 + 8 + 4;

/// A recording that was opened.
pub struct Recording {
    /// Its header.
    pub header: Header,
    /// What happened, in order.
    pub entries: Vec<Entry>,
}

impl Recording {
    /// The header of a recording, to find the key that opens it.
    ///
    /// # Errors
    /// [`RecordingError::NoRecording`] and [`RecordingError::Version`].
    pub fn header(file: &str) -> Result<Header, RecordingError> {
        #[derive(Deserialize)]
        struct Version {
            recording: u16,
        }
        let (first, _) = file.split_once('\n').ok_or(RecordingError::NoRecording)?;
        let version: Version = serde_json::from_str(first).map_err(|_| RecordingError::NoRecording)?;
        if version.recording != RECORDING_VERSION {
            return Err(RecordingError::Version(version.recording));
        }
        serde_json::from_str(first).map_err(|_| RecordingError::NoRecording)
    }

    /// Opens a whole recording. A torn last line is left out.
    ///
    /// # Errors
    /// As [`Recording::header`], and [`RecordingError::Piece`] for the first line that is not what
    /// the pillar wrote at that place, or when the key is not the right one.
    pub fn open(file: &str, key: &OpenKey) -> Result<Self, RecordingError> {
        let header = Self::header(file)?;
        let mut opener =
            key.stream(INFO, &header.encapsulated_key).map_err(|_| RecordingError::NoRecording)?;
        let whole = file.rfind('\n').map_or("", |end| &file[..end]);
        let mut lines = whole.split('\n');
        let header_line = lines.next().unwrap_or_default();
        let mut entries = Vec::new();
        for (line, number) in lines.zip(2..) {
            let wrong = || RecordingError::Piece(number);
            let sealed = BASE64.decode(line).map_err(|_| wrong())?;
            let plain = opener.open(header_line.as_bytes(), &sealed).map_err(|_| wrong())?;
            let mut rest = plain.as_slice();
            while !rest.is_empty() {
                let (entry, after) = read_entry(rest).ok_or_else(wrong)?;
                entries.push(entry);
                rest = after;
            }
        }
        Ok(Self { header, entries })
    }

    /// Why it ended; `None` when its end is missing.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        match self.entries.last()?.event {
            Event::End(ending) => Some(ending),
            _ => None,
        }
    }
}

fn read_entry(bytes: &[u8]) -> Option<(Entry, &[u8])> {
    let (at_us, rest) = bytes.split_first_chunk()?;
    let (kind, rest) = rest.split_first()?;
    let (number, rest) = rest.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok().filter(|length| *length <= MOST_BYTES)?;
    let (bytes, rest) = rest.split_at_checked(length)?;
    let event = match (kind, u64::from_le_bytes(*number)) {
        (0, _) => Event::In(bytes.to_vec()),
        (1, _) => Event::Out(bytes.to_vec()),
        (2, _) => Event::Opened,
        (3, _) => Event::Lost,
        (4, count) => Event::Missed(count),
        (5, 0) => Event::End(Ending::Stopped),
        (5, 1) => Event::End(Ending::LastDay),
        (5, 2) => Event::End(Ending::Full),
        _ => return None,
    };
    Some((Entry { at_us: u64::from_le_bytes(*at_us), event }, rest))
}

#[cfg(test)]
mod tests;
