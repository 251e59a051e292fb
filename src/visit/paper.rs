//! The paper receipt of a visit: printed once, and anew when it was interrupted.
//!
//! Invariant: what was on the slip is in memory only as long as it may still be printed in this visit,
//! and is wiped with it. A receipt is printed anew once, and only when the printer said that it is not
//! on paper, or could not print in between.

use std::time::Duration;

use zuil_wire::{PaymentState, State as TransactionState};

use super::state::{Effects, Look};
use super::{CardLines, Effect, Event, ReceiptOutcome, Slip, WhyNotPrinted};

/// How long a printer must be well before a receipt is printed anew: its last word on the interrupted one
/// and its new condition come one after the other.
const WELL: Duration = Duration::from_millis(500);

/// How often a receipt is sent to the printer at most.
const ATTEMPTS: u8 = 2;

/// A paper receipt.
#[derive(Debug)]
pub(super) struct Paper {
    slip: Slip,
    stage: Stage,
    attempts: u8,
}

#[derive(Debug)]
enum Stage {
    /// The printer has it. `interrupted`: it could not print at some moment since.
    Printing { interrupted: bool },
    /// It is on paper.
    Printed,
    /// It is not on paper as far as anyone knows, for this reason, since then.
    Missing { why: ReceiptOutcome, since: Duration, interrupted: bool },
}

impl Paper {
    /// Asks for a slip on paper, if there is a printer; otherwise as soon as there is one.
    pub(super) fn of(slip: Slip, look: &Look<'_>, effects: &mut Effects) -> Self {
        let why = look.offer.printer_trouble.unwrap_or(WhyNotPrinted::Offline);
        let stage = Stage::Missing {
            why: ReceiptOutcome::NotPrinted(why),
            since: look.now.uptime,
            interrupted: true,
        };
        let mut paper = Self { slip, stage, attempts: 0 };
        if look.offer.printer {
            paper.print(effects);
        }
        paper
    }

    /// What became of it; `None` while it prints.
    pub(super) const fn outcome(&self) -> Option<ReceiptOutcome> {
        match self.stage {
            Stage::Printing { .. } => None,
            Stage::Printed => Some(ReceiptOutcome::Printed),
            Stage::Missing { why, .. } => Some(why),
        }
    }

    /// Whether it is printed by itself when the printer is well again.
    pub(super) const fn comes_later(&self) -> bool {
        let hopeful = match self.stage {
            Stage::Printing { .. } | Stage::Printed => false,
            Stage::Missing { why: ReceiptOutcome::Unknown, interrupted, .. } => interrupted,
            Stage::Missing { .. } => true,
        };
        hopeful && self.attempts < ATTEMPTS
    }

    /// Whether it is printing, and not for the first time.
    pub(super) const fn is_anew(&self) -> bool {
        matches!(self.stage, Stage::Printing { .. }) && self.attempts > 1
    }

    /// Takes news of the printer.
    pub(super) fn hear(&mut self, event: &Event, look: &Look<'_>, effects: &mut Effects) {
        match (event, &mut self.stage) {
            (Event::Offer(offer), Stage::Printing { interrupted } | Stage::Missing { interrupted, .. }) => {
                *interrupted |= !offer.printer;
            }
            (Event::Receipt(ReceiptOutcome::Printed), Stage::Printing { .. } | Stage::Missing { .. })
                if self.attempts > 0 =>
            {
                self.stage = Stage::Printed;
            }
            (Event::Receipt(why), Stage::Printing { interrupted }) => {
                self.stage = Stage::Missing { why: *why, since: look.now.uptime, interrupted: *interrupted };
            }
            _ => {}
        }
        let rested = |since| look.since(since) >= WELL;
        if let Stage::Missing { since, .. } = self.stage
            && self.comes_later()
            && look.offer.printer
            && rested(since)
        {
            self.print(effects);
        }
    }

    /// The payment turned out paid or not paid: what was printed is not true any more.
    pub(super) fn settle(
        &mut self,
        state: PaymentState,
        transaction: TransactionState,
        card: Option<&CardLines>,
        look: &Look<'_>,
        effects: &mut Effects,
    ) {
        if let Some(payment) = &mut self.slip.payment {
            payment.state = state;
            payment.card = card.cloned();
        }
        self.slip.state = transaction;
        self.attempts = 0;
        self.stage = Stage::Missing {
            why: self.outcome().unwrap_or(ReceiptOutcome::Unknown),
            since: look.now.uptime,
            interrupted: true,
        };
        if look.offer.printer {
            self.print(effects);
        }
    }

    fn print(&mut self, effects: &mut Effects) {
        self.attempts += 1;
        self.stage = Stage::Printing { interrupted: false };
        effects.push(Effect::Print(self.slip.clone()));
    }
}
