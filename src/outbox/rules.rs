//! What holds for every outbox, however it keeps things: pure, shared by all implementations.

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::messages::Refusal;
use zuil_wire::seal::Sealed;
use zuil_wire::{Cents, ItemOutcome, PaymentRecord, PaymentState, State};

use super::{Approval, Intent, OutboxError, Result};

/// The most sealed bytes (in base64) of one transaction: a batch of one must always fit.
pub(super) const MAX_SEALED: usize = zuil_wire::UploadRequest::MAX_BYTES / 4;

/// How many sequence numbers are reserved in one durable write.
pub(super) const BLOCK: u64 = 64;

/// How many rows one step of tidying takes.
pub(super) const STEP: usize = 64;

/// Of how many transactions it is remembered how often they were tried.
pub(super) const MOST_TRIED: usize = 1024;

/// How many questions without an answer are kept. A pillar of which the hub is away, or too old, for long
/// has the newest of them.
pub(super) const MOST_QUESTIONS: usize = 500;

/// It must fit in an upload.
pub(super) fn check_size(sealed: &Sealed) -> Result<()> {
    let bytes = sealed.encapsulated_key.len() + sealed.ciphertext.len();
    if bytes > MAX_SEALED {
        return Err(OutboxError::TooLarge { id: sealed.header.id, bytes });
    }
    Ok(())
}

/// There must be something to charge, and no more than a database can count.
pub(super) fn check_amount(amount: Cents) -> Result<()> {
    if amount == Cents::ZERO || i64::try_from(amount.0).is_err() {
        return Err(OutboxError::Amount(amount));
    }
    Ok(())
}

/// How far a payment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// The terminal is about to be asked, or was.
    Asked,
    /// The terminal has charged and may still undo it.
    Approved,
    /// It has an outcome.
    Ended(PaymentState),
}

impl Progress {
    /// Whether it still needs settling.
    pub(super) const fn is_open(self) -> bool {
        matches!(self, Self::Asked | Self::Approved | Self::Ended(PaymentState::Unknown))
    }
}

/// What the journal says of a payment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) amount: Cents,
    pub(super) at: Timestamp,
    pub(super) progress: Progress,
    pub(super) receipt_number: Option<u16>,
}

/// What an outcome means for the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Consequence {
    /// It was known already.
    None,
    /// A held transaction is saved from now on.
    Release,
    /// A held transaction is deleted.
    Discard,
    /// Told as unknown and settled now: a new revision to tell. One that was never told simply goes out
    /// settled, and counts as not told even when its upload is on its way.
    TellAgain,
}

impl Known {
    /// The very same intent may be recorded again, as long as the terminal told nothing.
    pub(super) fn expects_intent(&self, intent: &Intent) -> Result<()> {
        if self.progress == Progress::Asked && self.amount == intent.amount && self.at == intent.at {
            return Ok(());
        }
        Err(OutboxError::Taken(intent.payment))
    }

    /// Whether the approval is new.
    pub(super) fn approve(&self, payment: Uuid, approval: &Approval) -> Result<bool> {
        self.expects_amount(payment, approval.amount)?;
        self.expects_receipt(payment, Some(approval.receipt_number))?;
        match self.progress {
            Progress::Asked => Ok(true),
            Progress::Approved => Ok(false),
            Progress::Ended(was) => Err(OutboxError::Settled { payment, was, told: PaymentState::Paid }),
        }
    }

    pub(super) fn settle(&self, payment: Uuid, record: &PaymentRecord) -> Result<Consequence> {
        let (was, told) = (self.progress, record.state);
        if told == PaymentState::Paid {
            self.expects_amount(payment, record.amount)?;
            self.expects_receipt(payment, record.receipt_number)?;
        }
        match (was, told) {
            (Progress::Asked | Progress::Approved, PaymentState::Paid | PaymentState::Unknown) => {
                Ok(Consequence::Release)
            }
            (Progress::Asked | Progress::Approved, PaymentState::NotPaid) => Ok(Consequence::Discard),
            (Progress::Ended(PaymentState::Unknown), PaymentState::Paid | PaymentState::NotPaid) => {
                Ok(Consequence::TellAgain)
            }
            (Progress::Ended(was), told) if was == told => Ok(Consequence::None),
            (Progress::Ended(was), told) => Err(OutboxError::Settled { payment, was, told }),
        }
    }

    fn expects_amount(&self, payment: Uuid, told: Cents) -> Result<()> {
        if told == self.amount {
            return Ok(());
        }
        Err(OutboxError::OtherAmount { payment, asked: self.amount, told })
    }

    /// Two receipts are two payments.
    fn expects_receipt(&self, payment: Uuid, told: Option<u16>) -> Result<()> {
        match self.receipt_number {
            Some(known) if told != Some(known) => Err(OutboxError::OtherReceipt { payment, known, told }),
            _ => Ok(()),
        }
    }
}

/// What the hub said of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Where it is from now on.
    pub(super) state: State,
    pub(super) case_number: Option<String>,
    pub(super) refusal: Option<Refusal>,
}

/// What an outcome makes of a transaction in state `known`.
pub(super) fn answer(known: State, outcome: &ItemOutcome) -> Answer {
    let (told, case_number, refusal) = match outcome {
        ItemOutcome::Accepted { state, case_number, .. } => (*state, case_number.clone(), None),
        ItemOutcome::Refused { reason, .. } => (State::Parked, None, Some(*reason)),
    };
    Answer { state: forward(known, told), case_number, refusal }
}

/// What the hub's word on how it stands makes of a transaction in state `known` that the hub has. What the hub parks on
/// the way into another system, or what its staff are done with, is for them: here it stays received, and goes in its time
/// like everything that the pillar has delivered.
pub(super) const fn standing(known: State, told: State) -> State {
    match (known, told) {
        (State::Received, State::Parked) => State::Received,
        (known, told) => forward(known, told),
    }
}

/// What an outcome is about.
pub(super) const fn id_of(outcome: &ItemOutcome) -> Uuid {
    match outcome {
        ItemOutcome::Accepted { id, .. } | ItemOutcome::Refused { id, .. } => *id,
    }
}

/// What a new answer makes of a known state. The hub's newest word holds, but nothing that was
/// registered or that left the pillar becomes less than that. What was parked for its unknown
/// payment is received once that is settled. What the hub's staff are done with is received here: nothing in an
/// outbox is closed.
const fn forward(known: State, told: State) -> State {
    match (known, told) {
        (State::Registered, _) => State::Registered,
        // It was accepted: it is at the hub, whatever word the hub used.
        (State::Saved, State::Saved) | (_, State::Closed) => State::Received,
        (known, State::Saved) => known,
        (_, told) => told,
    }
}

/// A reason as it is kept.
pub(super) fn shortened(why: &str) -> String {
    why.chars().take(super::Attempts::LONGEST_WHY).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_never_go_back() {
        // Parked is beside received: a payment may be settled, a person may step in.
        let place = |state| match state {
            State::Saved => 0,
            State::Received | State::Parked | State::Closed => 1,
            State::Registered => 2,
        };
        let all = [State::Saved, State::Received, State::Parked, State::Registered];
        for known in all {
            for told in all.into_iter().chain([State::Closed]) {
                let after = forward(known, told);
                assert!(place(after) >= place(known), "{known:?} told {told:?} became {after:?}");
                assert!(place(after) >= place(told), "{known:?} told {told:?} became {after:?}");
                assert_ne!(after, State::Saved, "what the hub accepted is at the hub");
                assert_ne!(after, State::Closed, "no outbox keeps that");
            }
        }
    }
}
