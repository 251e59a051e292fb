//! The receipt printer.
//!
//! Invariant: [`PrinterEvent::Printed`] is said only after the printer confirmed that the whole job
//! is on paper; an interrupted job is cleared from the printer before anyone else can get it.

mod commands;
pub(crate) mod core;
mod driver;
mod pace;
pub mod paper;
mod patience;
mod pieces;
#[cfg(feature = "simulators")]
pub mod simulator;
pub(super) mod status;
#[cfg(test)]
#[cfg(feature = "simulators")]
mod tests;

use uuid::Uuid;
use zeroize::Zeroizing;

pub use driver::{EscPosPrinter, Options};

/// Something that prints receipts. Returns at once; what happens comes through the sink that it was
/// made with. Dropping it ends its thread.
pub trait ReceiptPrinter: Send {
    /// Prints a job: ESC/POS bytes of one receipt, without cut and without status requests, which
    /// the driver adds. Every job gets exactly one [`PrinterEvent::Printed`],
    /// [`PrinterEvent::NotPrinted`] or [`PrinterEvent::Unknown`], within half a minute.
    fn print(&self, job: Job);

    /// Forgets the job that is being printed, if any, and clears it from the printer: its visit is
    /// over. No event follows for it.
    fn forget(&self);
}

/// Something to print.
pub struct Job {
    /// Names it in the events.
    pub id: Uuid,
    /// ESC/POS bytes; wiped when dropped.
    pub bytes: Zeroizing<Vec<u8>>,
    /// How much paper it takes, without feed and cut, in millimetres.
    pub millimetres: u32,
}

/// What a printer tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrinterEvent {
    /// Its condition changed. Also told once at the start.
    Condition(Condition),
    /// The printer confirmed that the job was printed.
    Printed(Uuid),
    /// The job is not on paper (at most a part of it) and will not come out later.
    NotPrinted(Uuid, Condition),
    /// Nobody knows, because the printer lost its power or its cable in between, or its confirmation
    /// was lost on a bad line.
    Unknown(Uuid),
    /// So much paper was used, by a job that ended (for one that was interrupted: probably) or by a
    /// cut that cleaned up after one. See [`paper::PaperCounter`].
    Used {
        /// Including feed and cut.
        millimetres: u32,
    },
}

/// The condition of a printer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Condition {
    /// Not asked yet.
    #[default]
    Unknown,
    /// Ready.
    Ready,
    /// Ready, but the roll is nearly empty.
    NearEnd,
    /// The roll is empty.
    PaperOut,
    /// The cover is open.
    CoverOpen,
    /// The cutter is stuck.
    CutterError,
    /// No port, no answer.
    Offline,
    /// It prints a job: from the job's first byte to its end, which tells the real condition again.
    Printing,
}

impl Condition {
    /// Whether a receipt can be printed now.
    #[must_use]
    pub const fn can_print(self) -> bool {
        matches!(self, Self::Ready | Self::NearEnd | Self::Printing)
    }
}
