//! What is written down of a payment, and what is still open.
//!
//! Invariant: nothing → approved → `unknown` → `paid` or `not_paid`, where the steps between may be
//! left out. A settled payment never changes.

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::{Cents, Reference};

/// A payment that the terminal is about to be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Names the payment.
    pub payment: Uuid,
    /// How much, more than zero.
    pub amount: Cents,
    /// The number of the last receipt that the terminal has given before this payment, 1 to 9999,
    /// as it told itself. 0 when it was asked and remembered none; `None` when it did not tell.
    pub last_receipt: Option<u16>,
    /// The terminal that gave it, eight digits. `None` when it remembered none, or did not tell.
    pub last_terminal: Option<String>,
    /// What the terminal had charged before it; `None` when it did not tell.
    pub turnover: Option<Turnover>,
    /// When, by the pillar's clock.
    pub at: Timestamp,
}

/// What a terminal has charged since its day was last closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turnover {
    /// Which terminal, eight digits.
    pub terminal_id: String,
    /// How many payments.
    pub count: u32,
    /// How much together.
    pub total: Cents,
}

/// What the terminal told of a charge that it has made and may still undo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// How much it has charged.
    pub amount: Cents,
    /// Its id, eight digits.
    pub terminal_id: String,
    /// The receipt number, 1 to 9999.
    pub receipt_number: u16,
    /// The name of the card scheme.
    pub card_scheme: String,
    /// The trace number, six digits, when it told one.
    pub trace: Option<u32>,
}

/// A payment without an outcome, or with an unknown one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenPayment {
    /// The payment.
    pub payment: Uuid,
    /// Its transaction.
    pub transaction: Uuid,
    /// How much was to be charged.
    pub amount: Cents,
    /// The last receipt before it, as in [`Intent::last_receipt`].
    pub last_receipt: Option<u16>,
    /// The terminal that gave that one, as in [`Intent::last_terminal`].
    pub last_terminal: Option<String>,
    /// The turnover before it, as in [`Intent::turnover`].
    pub turnover: Option<Turnover>,
    /// The reference of its transaction.
    pub reference: Reference,
    /// What the terminal told when it had charged; `None` when it never came to that.
    pub approved: Option<Approval>,
    /// When it was intended.
    pub at: Timestamp,
    /// Whether its outcome was recorded as unknown already.
    pub recorded_unknown: bool,
    /// Whether a later payment was or may have been charged, so that what the terminal remembers as
    /// its last payment need not be this one.
    pub superseded: bool,
}
