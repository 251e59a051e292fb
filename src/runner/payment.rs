//! The till: one card payment from intent to outcome, and the payments that an earlier power cut
//! left open.
//!
//! Invariant: a charge is begun only when no other is open, and only after its intent is durable;
//! "paid" and "not paid" are said only when the terminal said so.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::seal::Sealed;
use zuil_wire::{Cents, PaymentRecord, PaymentState, Reference};

use crate::devices::terminal::{
    Charge, Condition, LastPayment, NotRecorded, Outcome, PaymentTerminal, Prompt, TerminalEvent,
};
use crate::outbox::{Intent, Outbox};
use crate::reconcile;
use crate::visit::{CardLines, Event, PaymentDone, TerminalStep, WhyNotPaid};
use crate::waypoint::{Waypoint, Waypoints};

/// Takes payments through the terminal and keeps the journal.
pub(super) struct Till {
    terminal: Option<Box<dyn PaymentTerminal>>,
    outbox: Arc<Outbox>,
    waypoints: Arc<dyn Waypoints>,
    condition: Condition,
    /// The payment that is going on now.
    current: Option<Current>,
    /// The last receipt that the terminal remembers, 0 when it remembers none; `None` until it told.
    /// No card is taken before that: without it a payment could not be settled after a power cut.
    remembered: Option<u16>,
    /// A payment is open whose outcome nobody knows: no card is taken until that is settled.
    blocked: bool,
}

struct Current {
    payment: Uuid,
    amount: Cents,
    transaction: (Uuid, Reference),
}

impl Till {
    pub(super) fn new(
        terminal: Option<Box<dyn PaymentTerminal>>,
        outbox: Arc<Outbox>,
        waypoints: Arc<dyn Waypoints>,
    ) -> Self {
        let mut till = Self {
            terminal,
            outbox,
            waypoints,
            condition: Condition::Unknown,
            current: None,
            remembered: None,
            blocked: true,
        };
        till.look_for_open_payments();
        match &till.terminal {
            Some(terminal) => terminal.ask_last_payment(),
            None => till.give_up_on_the_terminal(),
        }
        till
    }

    /// Whether a card payment can be begun now.
    pub(super) fn can_charge(&self) -> bool {
        self.current.is_some()
            || self.condition == Condition::Ready && self.remembered.is_some() && !self.blocked
    }

    /// Makes the intent and the sealed transaction durable, then charges.
    pub(super) fn begin(
        &mut self,
        amount: Cents,
        sealed: &Sealed,
        at: Timestamp,
    ) -> Result<(), super::NotKept> {
        let payment = Uuid::new_v4();
        let intent = Intent { payment, amount, last_receipt: self.remembered, at };
        self.outbox.record_intent(&intent, sealed)?;
        self.waypoints.pass(Waypoint::AfterIntent);
        self.current =
            Some(Current { payment, amount, transaction: (sealed.header.id, sealed.header.reference) });
        if let Some(terminal) = &self.terminal {
            let (outbox, waypoints) = (self.outbox.clone(), self.waypoints.clone());
            let before_acknowledge = Box::new(move |outcome: &Outcome| {
                waypoints.pass(Waypoint::BeforeOutcome);
                outbox.record_outcome(payment, &record(amount, outcome)).map_err(|error| {
                    tracing::error!(%error, %payment, "an outcome was not kept; the terminal takes it back");
                    NotRecorded
                })?;
                waypoints.pass(Waypoint::AfterOutcome);
                Ok(())
            });
            terminal.charge(Charge { payment, amount, before_acknowledge });
            self.waypoints.pass(Waypoint::Charging);
        }
        Ok(())
    }

    pub(super) fn cancel(&self) {
        if let Some(terminal) = &self.terminal {
            terminal.cancel();
        }
    }

    /// Takes the terminal's word; returns what the visit must know of it.
    pub(super) fn terminal_said(&mut self, event: TerminalEvent) -> Option<Event> {
        match event {
            TerminalEvent::Condition(condition) => {
                self.condition = condition;
                if condition == Condition::Offline && self.current.is_none() {
                    self.give_up_on_the_terminal();
                }
                None
            }
            TerminalEvent::Prompt(payment, prompt) => {
                self.is_current(payment).then(|| Event::Terminal(step(prompt)))
            }
            TerminalEvent::Done(payment, outcome) => {
                let current = self.current.take_if(|current| current.payment == payment)?;
                self.waypoints.pass(Waypoint::AfterAcknowledge);
                Some(self.finish(&current, &outcome))
            }
            TerminalEvent::LastPayment(last) => {
                self.settle(last.as_ref());
                None
            }
        }
    }

    /// Settles what an earlier power cut left open. Not while a payment is going on: the terminal's
    /// memory may be older than it, and it is asked again afterwards.
    fn settle(&mut self, last: Option<&LastPayment>) {
        if self.current.is_some() {
            return;
        }
        self.remembered = Some(last.map_or(0, |last| last.details.receipt_number));
        if let Err(error) = reconcile::settle(&self.outbox, last) {
            tracing::error!(%error, "open payments could not be settled");
        }
        self.look_for_open_payments();
    }

    /// The terminal is not there: what is open becomes unknown, so that the municipality is told and
    /// staff see it. It is settled all the same when the terminal comes back.
    fn give_up_on_the_terminal(&self) {
        if let Err(error) = reconcile::settle_without_terminal(&self.outbox) {
            tracing::error!(%error, "open payments could not be told to the municipality");
        }
    }

    fn is_current(&self, payment: Uuid) -> bool {
        self.current.as_ref().is_some_and(|current| current.payment == payment)
    }

    /// Writes down how the payment ended, where the terminal's thread has not done so already.
    fn finish(&mut self, current: &Current, outcome: &Outcome) -> Event {
        if matches!(outcome, Outcome::TakenBack) {
            // Nothing could be written when it mattered; try again, and leave it open if not.
            self.write_down(current, outcome);
            return Event::NotSaved;
        }
        let written = self.write_down(current, outcome);
        let state = if written { record(current.amount, outcome).state } else { PaymentState::Unknown };
        if let Outcome::Paid(details) = outcome {
            self.remembered = Some(details.receipt_number);
        }
        if state == PaymentState::Unknown {
            self.blocked = true;
        }
        if let Some(terminal) = &self.terminal
            && self.blocked
        {
            terminal.ask_last_payment();
        }
        Event::PaymentDone(PaymentDone {
            state,
            why_not: (state == PaymentState::NotPaid).then(|| why_not(outcome)),
            transaction: (state != PaymentState::NotPaid).then_some(current.transaction),
            card: card_lines(outcome),
        })
    }

    fn write_down(&mut self, current: &Current, outcome: &Outcome) -> bool {
        let kept = self.outbox.record_outcome(current.payment, &record(current.amount, outcome));
        if let Err(error) = &kept {
            tracing::error!(%error, payment = %current.payment, "an outcome was not kept");
        }
        self.look_for_open_payments();
        kept.is_ok()
    }

    fn look_for_open_payments(&mut self) {
        self.blocked = match self.outbox.open_payments() {
            Ok(open) => open.iter().any(|open| !self.is_current(open.payment)),
            Err(error) => {
                tracing::error!(%error, "the journal cannot be read; no card is taken");
                true
            }
        };
    }
}

/// What is written down of an outcome. The amount is the one that the terminal told: the outbox
/// refuses another than was asked, and then the terminal takes it back.
fn record(asked: Cents, outcome: &Outcome) -> PaymentRecord {
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

fn card_lines(outcome: &Outcome) -> Option<CardLines> {
    let Outcome::Paid(details) = outcome else { return None };
    Some(CardLines {
        scheme: details.card_scheme.clone(),
        terminal_id: details.terminal_id.clone(),
        receipt_number: details.receipt_number,
    })
}

const fn why_not(outcome: &Outcome) -> WhyNotPaid {
    match outcome {
        Outcome::Declined(_) => WhyNotPaid::Declined,
        Outcome::TimedOut => WhyNotPaid::TimedOut,
        Outcome::NotAsked => WhyNotPaid::TerminalGone,
        Outcome::Aborted | Outcome::TakenBack | Outcome::Paid(_) | Outcome::Unknown => WhyNotPaid::Stopped,
    }
}

const fn step(prompt: Prompt) -> TerminalStep {
    match prompt {
        Prompt::Connecting => TerminalStep::Connecting,
        Prompt::PresentCard => TerminalStep::PresentCard,
        Prompt::EnterPin => TerminalStep::EnterPin,
        Prompt::Authorising => TerminalStep::Authorising,
        Prompt::RemoveCard => TerminalStep::RemoveCard,
        Prompt::Stopping => TerminalStep::Stopping,
        Prompt::LookAtTerminal => TerminalStep::LookAtTerminal,
    }
}
