//! What the terminal says, as the journal and the visit know it.
//!
//! Invariant: nothing here decides; every word of one side has exactly one on the other.

use zuil_wire::{Cents, PaymentRecord, PaymentState};

use crate::devices::terminal::{Details, Outcome, Prompt, Trouble};
use crate::outbox::Approval;
use crate::visit::{CardLines, CardTrouble, TerminalStep, WhyNotPaid};

pub(super) fn approval(details: &Details) -> Approval {
    Approval {
        amount: details.amount,
        terminal_id: details.terminal_id.clone(),
        receipt_number: details.receipt_number,
        card_scheme: details.card_scheme.clone(),
        trace: details.trace,
    }
}

/// What is written down of an outcome. The amount is the one that the terminal told: the outbox
/// refuses another than was asked.
pub(super) fn record(asked: Cents, outcome: &Outcome) -> PaymentRecord {
    let (state, details) = match outcome {
        Outcome::Paid(details) => (PaymentState::Paid, Some(details)),
        Outcome::Unknown => (PaymentState::Unknown, None),
        Outcome::Declined(_)
        | Outcome::Aborted
        | Outcome::TimedOut
        | Outcome::NotAsked
        | Outcome::TakenBack => (PaymentState::NotPaid, None),
    };
    PaymentRecord {
        state,
        amount: details.map_or(asked, |details| details.amount),
        terminal_id: details.map(|details| details.terminal_id.clone()),
        receipt_number: details.map(|details| details.receipt_number),
        card_scheme: details.map(|details| details.card_scheme.clone()),
    }
}

pub(super) fn card_lines(outcome: &Outcome) -> Option<CardLines> {
    let Outcome::Paid(details) = outcome else { return None };
    Some(card_lines_of(details))
}

pub(super) fn card_lines_of(details: &Details) -> CardLines {
    CardLines {
        scheme: details.card_scheme.clone(),
        terminal_id: details.terminal_id.clone(),
        receipt_number: details.receipt_number,
    }
}

pub(super) const fn why_not(outcome: &Outcome) -> WhyNotPaid {
    match outcome {
        Outcome::Declined(_) => WhyNotPaid::Declined,
        Outcome::TimedOut => WhyNotPaid::TimedOut,
        Outcome::NotAsked => WhyNotPaid::TerminalGone,
        Outcome::Aborted | Outcome::TakenBack | Outcome::Paid(_) | Outcome::Unknown => WhyNotPaid::Stopped,
    }
}

pub(super) const fn step(prompt: Prompt) -> TerminalStep {
    match prompt {
        Prompt::Connecting => TerminalStep::Connecting,
        Prompt::ConfirmAmount => TerminalStep::ConfirmAmount,
        Prompt::PresentCard => TerminalStep::PresentCard,
        Prompt::EnterPin => TerminalStep::EnterPin,
        Prompt::PleaseWait => TerminalStep::PleaseWait,
        Prompt::Authorising => TerminalStep::Authorising,
        Prompt::RemoveCard => TerminalStep::RemoveCard,
        Prompt::ChooseOnTerminal => TerminalStep::ChooseOnTerminal,
        Prompt::TypeOnTerminal => TerminalStep::TypeOnTerminal,
        Prompt::Trouble { trouble, remove_card } => {
            TerminalStep::Trouble { trouble: card_trouble(trouble), remove_card }
        }
        Prompt::Stopping => TerminalStep::Stopping,
        Prompt::LookAtTerminal => TerminalStep::LookAtTerminal,
    }
}

const fn card_trouble(trouble: Trouble) -> CardTrouble {
    match trouble {
        Trouble::CardUnreadable => CardTrouble::Unreadable,
        Trouble::CardNotAccepted => CardTrouble::NotAccepted,
        Trouble::WrongPin { tries_left } => CardTrouble::WrongPin { tries_left },
        Trouble::PinBlocked => CardTrouble::PinBlocked,
        Trouble::NotEnoughMoney => CardTrouble::NotEnoughMoney,
        Trouble::Refused => CardTrouble::Refused,
        Trouble::Failed => CardTrouble::Failed,
    }
}
