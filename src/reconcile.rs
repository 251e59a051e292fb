//! Settles payments that a power cut, a pulled cable or silence left open.
//!
//! Runs whenever the terminal has told what it remembers, never while a payment is going on, and when
//! staff found out what became of one. Invariant: a payment is called paid or not paid only when the
//! terminal's memory proves it or a person says so; anything else stays unknown, is told to the hub as
//! unknown, and is left to that person. Nothing here charges.

use uuid::Uuid;
use zuil_wire::{PaymentRecord, PaymentState};

use crate::devices::terminal::{Details, Memory};
use crate::outbox::{OpenPayment, Outbox, OutboxError};

mod receipts;
mod turnover;

/// What the terminal's memory says of an open payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It was charged, with these details when the terminal told them.
    Paid(Option<Details>),
    /// It was not charged.
    NotPaid,
    /// It cannot be told.
    StillUnknown,
}

/// What became of one open payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The payment.
    pub payment: Uuid,
    /// Its transaction.
    pub transaction: Uuid,
    /// What was decided and is durable.
    pub decision: Decision,
    /// Whether that was not known before, so that there is something new to tell.
    pub is_new: bool,
}

/// Decides about an open payment from what the terminal remembers: its last receipt ([`receipts`]) and
/// its turnover ([`turnover`]). One of them is enough; when they contradict each other, nothing is
/// decided.
#[must_use]
pub fn decide(open: &OpenPayment, memory: &Memory) -> Decision {
    let by_receipt = receipts::decide(open, &memory.last);
    let by_turnover = turnover::decide(open, memory.turnover.as_ref());
    match (by_receipt, by_turnover) {
        (decision, Decision::StillUnknown) | (Decision::StillUnknown, decision) => decision,
        (decision, other) if state_of(&decision) == state_of(&other) => decision,
        _ => Decision::StillUnknown,
    }
}

/// Decides about every open payment and makes the decisions durable. `memory` is what the terminal
/// answered. Only the newest payment can be the terminal's last one; an older one has its turn when
/// all after it turned out not paid.
///
/// # Errors
/// When a decision cannot be made durable; the payments after it are as they were.
pub fn settle(outbox: &dyn Outbox, memory: &Memory) -> Result<Vec<Settled>, OutboxError> {
    apply(outbox, |open| decide(open, memory))
}

/// For a terminal that does not answer: payments without an outcome become unknown, also those that
/// it approved, so that the hub is told and staff see them. [`settle`] still settles them later.
///
/// # Errors
/// When it cannot be made durable.
pub fn settle_without_terminal(outbox: &dyn Outbox) -> Result<Vec<Settled>, OutboxError> {
    apply(outbox, |_| Decision::StillUnknown)
}

/// Settles a payment as staff found out, for example from the bank's list. It must be open, told to the
/// hub as unknown, and not going on now; otherwise nothing happens and nothing is returned.
///
/// # Errors
/// When it cannot be made durable.
pub fn settle_by_staff(
    outbox: &dyn Outbox,
    payment: Uuid,
    state: PaymentState,
) -> Result<Option<Settled>, OutboxError> {
    let decision = match state {
        PaymentState::Paid => Decision::Paid(None),
        PaymentState::NotPaid => Decision::NotPaid,
        PaymentState::Unknown => return Ok(None),
    };
    let is_it = |open: &OpenPayment| open.payment == payment && open.recorded_unknown;
    let Some(open) = outbox.open_payments()?.into_iter().find(is_it) else { return Ok(None) };
    outbox.record_outcome(payment, &record(&open, &decision))?;
    tracing::info!(%payment, paid = ?state, "staff settled an open payment");
    Ok(Some(Settled { payment, transaction: open.transaction, decision, is_new: true }))
}

fn apply(
    outbox: &dyn Outbox,
    decide: impl Fn(&OpenPayment) -> Decision,
) -> Result<Vec<Settled>, OutboxError> {
    let mut settled = Vec::new();
    // Read anew for each: settling one as not paid may give the one before it its turn.
    for payment in outbox.open_payments()?.iter().rev().map(|open| open.payment) {
        let Some(open) = outbox.open_payments()?.into_iter().find(|open| open.payment == payment) else {
            continue;
        };
        let decision = decide(&open);
        let is_new = !(open.recorded_unknown && decision == Decision::StillUnknown);
        if decision == Decision::NotPaid && !open.recorded_unknown {
            // The program ended before it could write down how this one ended. What the resident read then nobody
            // knows; it may have been that the request is saved. So it is not deleted, but told as not paid.
            outbox.record_outcome(payment, &record(&open, &Decision::StillUnknown))?;
        }
        if is_new {
            outbox.record_outcome(payment, &record(&open, &decision))?;
        }
        tracing::info!(%payment, paid = ?state_of(&decision), "an open payment was looked at");
        settled.push(Settled { payment, transaction: open.transaction, decision, is_new });
    }
    Ok(settled)
}

fn record(open: &OpenPayment, decision: &Decision) -> PaymentRecord {
    let mut record = PaymentRecord {
        state: state_of(decision),
        amount: open.amount,
        terminal_id: None,
        receipt_number: None,
        card_scheme: None,
    };
    // What it told when it approved is good enough for a payment that turned out to stand.
    match (decision, &open.approved) {
        (Decision::Paid(Some(details)), _) => {
            record.terminal_id = Some(details.terminal_id.clone());
            record.receipt_number = Some(details.receipt_number);
            record.card_scheme = Some(details.card_scheme.clone());
        }
        (Decision::Paid(None), Some(approved)) => {
            record.terminal_id = Some(approved.terminal_id.clone());
            record.receipt_number = Some(approved.receipt_number);
            record.card_scheme = Some(approved.card_scheme.clone());
        }
        _ => {}
    }
    record
}

const fn state_of(decision: &Decision) -> PaymentState {
    match decision {
        Decision::Paid(_) => PaymentState::Paid,
        Decision::NotPaid => PaymentState::NotPaid,
        Decision::StillUnknown => PaymentState::Unknown,
    }
}

#[cfg(test)]
mod tests;
