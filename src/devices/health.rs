//! How all devices of the pillar are, in one place: for the visit, for the technician and for the hub.
//!
//! Invariant: it says what the devices said last, and since when; it decides nothing.

use jiff::Timestamp;

use super::{printer, reader, terminal};

/// How all devices are. One that the pillar does not have is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// The receipt printer.
    pub printer: Option<Since<printer::Condition>>,
    /// The card terminal.
    pub terminal: Option<Since<terminal::Condition>>,
    /// The reader of identity documents.
    pub document_reader: Option<Since<reader::Condition>>,
    /// The reader of waste passes.
    pub pass_reader: Option<Since<reader::Condition>>,
    /// No cards are taken until a payment's outcome is known.
    pub card_blocked: bool,
}

/// A condition and since when, by the pillar's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since<C> {
    /// The condition.
    pub condition: C,
    /// Since when.
    pub since: Timestamp,
}

impl<C: Default + PartialEq> Since<C> {
    /// A device that has not told anything.
    #[must_use]
    pub fn untold(now: Timestamp) -> Self {
        Self { condition: C::default(), since: now }
    }

    /// Takes a condition; the same as before changes nothing.
    pub fn become_condition(&mut self, condition: C, now: Timestamp) {
        if self.condition != condition {
            *self = Self { condition, since: now };
        }
    }
}
