//! What the terminal remembered before a payment, against which its memory afterwards is held.
//!
//! Invariant: without a baseline that can prove something, there is none.

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::Cents;

use crate::devices::terminal::{self, Last, Memory};
use crate::outbox::{Intent, Turnover};

/// What the terminal remembered.
pub(super) struct Baseline {
    /// The last receipt, 0 when it remembered none; `None` when it did not tell.
    receipt: Option<u16>,
    /// The terminal that gave it.
    terminal: Option<String>,
    turnover: Option<Turnover>,
}

impl Baseline {
    /// `None` for a terminal that tells neither its last payment nor its turnover.
    pub(super) fn of(memory: &Memory) -> Option<Self> {
        let turnover = memory.turnover.as_ref().map(turnover);
        match &memory.last {
            Last::Payment(last) => Some(Self {
                receipt: Some(last.details.receipt_number),
                terminal: Some(last.details.terminal_id.clone()),
                turnover,
            }),
            Last::None => {
                let terminal = turnover.as_ref().map(|turnover| turnover.terminal_id.clone());
                Some(Self { receipt: Some(0), terminal, turnover })
            }
            Last::NotTold => {
                turnover.map(|turnover| Self { receipt: None, terminal: None, turnover: Some(turnover) })
            }
        }
    }

    pub(super) fn intent(&self, payment: Uuid, amount: Cents, at: Timestamp) -> Intent {
        Intent {
            payment,
            amount,
            last_receipt: self.receipt,
            last_terminal: self.terminal.clone(),
            turnover: self.turnover.clone(),
            at,
        }
    }
}

fn turnover(told: &terminal::Turnover) -> Turnover {
    Turnover { terminal_id: told.terminal_id.clone(), count: told.count, total: told.total }
}
