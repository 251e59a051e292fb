//! Payments whose outcome is not known yet: settled by what the terminal remembers, given up on when it
//! does not tell, or settled as staff found out.
//!
//! Invariant: what the terminal said last is written down before anything is concluded from its memory,
//! and as long as one payment is open no other begins.

use std::time::Duration;

use uuid::Uuid;
use zuil_wire::{PaymentRecord, PaymentState};

use super::records::card_lines_of;
use super::{Baseline, PATIENCE, Till, Waiting};
use crate::devices::terminal::Memory;
use crate::outbox::{Outbox, OutboxError};
use crate::reconcile::{self, Decision, Settled};
use crate::visit::Event;

impl Till {
    /// Staff found out what became of a payment.
    pub(in crate::runner) fn settled_by_staff(&mut self, payment: Uuid, state: PaymentState) {
        if self.is_current(payment) {
            return;
        }
        self.settle_by(|outbox| {
            Ok(reconcile::settle_by_staff(outbox, payment, state)?.into_iter().collect())
        });
    }

    /// Another terminal may come back. After the time that it needs to boot, what is open is told to
    /// the municipality as unknown.
    pub(super) fn lost_the_terminal(&mut self, now: Duration) {
        self.baseline = None;
        if let Some(terminal) = &self.terminal {
            terminal.ask_last_payment();
        }
        if self.current.is_none() && now >= PATIENCE {
            self.give_up_on_the_terminal();
        }
    }

    pub(super) fn settle(&mut self, memory: &Memory) {
        self.baseline = Baseline::of(memory);
        self.settle_by(|outbox| reconcile::settle(outbox, memory));
        if self.baseline.is_some()
            && let Some(Waiting { amount, sealed, at, .. }) = self.waiting.take()
            && let Err(error) = self.charge(amount, &sealed, at)
        {
            self.news.push(error.as_event());
        }
    }

    /// The terminal is not there or does not tell: what has no outcome becomes unknown, so that the
    /// municipality is told and staff see it. It is settled all the same when the terminal tells.
    pub(super) fn give_up_on_the_terminal(&mut self) {
        self.settle_by(reconcile::settle_without_terminal);
    }

    pub(super) fn settle_by(
        &mut self,
        settle: impl FnOnce(&dyn Outbox) -> Result<Vec<Settled>, OutboxError>,
    ) {
        if self.catch_up() {
            match settle(&*self.outbox) {
                Ok(settled) => {
                    self.changed |= settled.iter().any(|settled| settled.is_new);
                    self.news.extend(settled.iter().filter_map(settled_event));
                }
                Err(error) => {
                    tracing::error!(%error, "open payments could not be settled");
                    // Those before the one that failed were.
                    self.changed = true;
                }
            }
        }
        self.look_for_open_payments();
    }

    /// Writes down what the terminal said when it could not be written; tells whether nothing of
    /// that kind is left.
    pub(super) fn catch_up(&mut self) -> bool {
        if let Some((payment, record)) = self.unwritten.take() {
            // What failed again is in `unwritten` again.
            let _ = self.write_down(payment, record);
        }
        self.unwritten.is_none()
    }

    pub(super) fn write_down(&mut self, payment: Uuid, record: PaymentRecord) -> Result<(), OutboxError> {
        let result = self.outbox.record_outcome(payment, &record);
        match &result {
            Ok(()) => self.changed = true,
            Err(error) => {
                tracing::error!(%error, %payment, "an outcome was not kept");
                if !error.is_contradiction() {
                    self.unwritten = Some((payment, record));
                }
            }
        }
        result
    }

    pub(super) fn look_for_open_payments(&mut self) {
        self.blocked = match self.outbox.open_payments() {
            // One that cannot be read any more may be open, too.
            Ok(_) if self.outbox.is_in_doubt() => true,
            Ok(open) => open.iter().any(|open| !self.is_current(open.payment)),
            Err(error) => {
                tracing::error!(%error, "the journal cannot be read; no card is taken");
                true
            }
        };
    }
}

/// What the visit must know of a payment that has an outcome now.
fn settled_event(settled: &Settled) -> Option<Event> {
    let (state, card) = match &settled.decision {
        Decision::Paid(details) => (PaymentState::Paid, details.as_ref().map(card_lines_of)),
        Decision::NotPaid => (PaymentState::NotPaid, None),
        Decision::StillUnknown => return None,
    };
    Some(Event::PaymentSettled { id: settled.transaction, state, card })
}
