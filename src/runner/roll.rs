//! The paper roll: counted in memory, kept in a file.
//!
//! Invariant: the count on the disk is never newer than what was used; that it cannot be written is no
//! reason to stop.

use std::path::PathBuf;

use jiff::civil::Date;
use zuil_wire::health::Paper;

use crate::devices::printer::paper::{PaperCounter, PaperSettings};
use crate::devices::printer::{Condition, PrinterEvent};

/// The roll of a pillar's printer.
pub(super) struct Roll {
    counter: PaperCounter,
    file: PathBuf,
}

impl Roll {
    /// The roll as it was left.
    pub(super) fn kept_in(file: PathBuf, settings: PaperSettings) -> Self {
        Self { counter: PaperCounter::load(&file, settings), file }
    }

    /// Takes what the printer says.
    pub(super) fn hear(&mut self, event: &PrinterEvent, today: Date) {
        let before = self.counter.clone();
        match event {
            PrinterEvent::Used { millimetres } => self.counter.used(*millimetres, today),
            PrinterEvent::Condition(Condition::Printing) => {}
            PrinterEvent::Condition(condition) => self.counter.condition(*condition),
            _ => {}
        }
        if self.counter != before {
            self.keep();
        }
    }

    /// A technician says that there is a new roll.
    pub(super) fn is_new(&mut self) {
        self.counter.roll_changed();
        self.keep();
    }

    fn keep(&self) {
        if let Err(error) = self.counter.save(&self.file) {
            tracing::warn!(%error, "the count of the paper was not kept; look at the data folder");
        }
    }

    pub(super) fn paper(&self, today: Date) -> Paper {
        self.counter.paper(today)
    }
}
