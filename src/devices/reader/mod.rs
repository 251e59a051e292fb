//! Readers: something that a resident holds against the pillar instead of typing.
//!
//! Invariant: what is read while nobody asked for it is dropped, and of an identity document nothing
//! leaves a driver but its kind, its number and the day on which it expires.

mod core;
mod driver;
mod framing;
pub mod mrz;
pub mod rfid;
#[cfg(feature = "simulators")]
pub mod simulator;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use zeroize::{Zeroize, ZeroizeOnDrop};

pub use driver::{Options, SerialReader};
pub use framing::LineEnd;
pub use rfid::Checksum;

/// Something that reads. Returns at once; what happens comes through the sink that it was made with.
/// Dropping it ends its thread.
pub trait Reader: Send {
    /// Listens for one reading. It is told once, with [`ReaderEvent::Read`]; [`ReaderEvent::Unreadable`]
    /// may come before it any number of times.
    fn listen(&self);

    /// Does not listen any more. What is read afterwards is dropped.
    fn ignore(&self);
}

/// What a reader tells.
#[derive(Clone, Debug, PartialEq)]
pub enum ReaderEvent {
    /// Its condition changed. Also told once at the start.
    Condition(Condition),
    /// Something was read while it listened.
    Read(Reading),
    /// Something was held against it and could not be read: crooked, too short, or something else.
    Unreadable,
}

/// The condition of a reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Condition {
    /// Not opened yet.
    #[default]
    Unknown,
    /// Its port is open.
    Ready,
    /// No port.
    Offline,
}

/// What was read. It is personal, so it is wiped when dropped and shows nothing.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub enum Reading {
    /// The machine-readable zone of an identity document (ICAO 9303).
    Document(Document),
    /// The number of a waste pass: its UID (ISO 14443) in capital hexadecimal, 14 or 20 digits.
    WastePass(String),
}

/// What the pillar takes from an identity document, and nothing else: no name, no date of birth, no
/// BSN.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Document {
    /// What it is.
    #[zeroize(skip)]
    pub kind: DocumentKind,
    /// Its number, without fillers.
    pub number: String,
    /// The day on which it expires.
    #[zeroize(skip)]
    pub expires: Date,
}

/// The kind of an identity document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// A passport (TD3).
    Passport,
    /// An identity card (TD1).
    IdentityCard,
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Document(_) => "Document(..)",
            Self::WastePass(_) => "WastePass(..)",
        })
    }
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Document({:?}, ..)", self.kind)
    }
}
