//! How all devices of the pillar are, in one place: for the visit, for the technician and for the hub.
//!
//! Invariant: it says what the devices said last, and since when; it decides nothing.

use jiff::{SignedDuration, Timestamp};

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

impl Health {
    /// The clock was put forward by that much, or back when it is negative: what happened happened as
    /// long ago as before.
    pub fn clock_was_put(&mut self, by: SignedDuration) {
        let since = [
            self.printer.as_mut().map(|it| &mut it.since),
            self.terminal.as_mut().map(|it| &mut it.since),
            self.document_reader.as_mut().map(|it| &mut it.since),
            self.pass_reader.as_mut().map(|it| &mut it.since),
        ];
        for since in since.into_iter().flatten() {
            *since = since.saturating_add(by).unwrap_or(*since);
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_the_clock_is_put_right_a_fault_is_as_old_as_before() {
        let noon: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let mut health = Health { printer: Some(Since::untold(noon)), ..Health::default() };
        health.clock_was_put(SignedDuration::from_hours(-24 * 3653));
        assert_eq!(health.printer.unwrap().since, noon - SignedDuration::from_hours(24 * 3653));
        assert_eq!(health.terminal, None);
    }
}
