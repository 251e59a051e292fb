//! The till: one card payment from intent to outcome, and the payments that an earlier power cut
//! left open.
//!
//! Invariant: a charge is begun only when no other is open, and only after its intent is durable;
//! "paid" and "not paid" are said only when the terminal said so; what the terminal said last is
//! written down before anything is concluded from its memory.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::seal::Sealed;
use zuil_wire::{Cents, PaymentRecord, PaymentState, Reference};

use super::NotKept;
use crate::devices::terminal::{
    Charge, Condition, Details, Keep, Last, Memory, NotRecorded, Outcome, PaymentTerminal, Prompt,
    TerminalEvent, Trouble,
};
use crate::outbox::{Approval, Intent, Outbox, OutboxError};
use crate::reconcile::{self, Settled};
use crate::visit::{CardLines, CardTrouble, Event, PaymentDone, TerminalStep, WhyNotPaid};
use crate::waypoint::{Waypoint, Waypoints};

/// How long a terminal may take to boot (it is slower than a pillar), and how often it is asked
/// again as long as something is open.
const PATIENCE: Duration = Duration::from_secs(60);

/// Takes payments through the terminal and keeps the journal. Times are the pillar's uptime.
pub(super) struct Till {
    terminal: Option<Box<dyn PaymentTerminal>>,
    outbox: Arc<Outbox>,
    waypoints: Arc<dyn Waypoints>,
    condition: Condition,
    /// The payment that is going on now.
    current: Option<Current>,
    /// The terminal's last payment; `None` from the beginning of a payment, or the loss of the
    /// terminal, until it told again. No card is taken before that: without it a payment could not
    /// be settled after a power cut.
    baseline: Option<Baseline>,
    /// What the terminal said of a payment and could not be written down. It is tried again; until
    /// then the payment stays open, so that there is never a second one.
    unwritten: Option<(Uuid, PaymentRecord)>,
    /// A payment is open whose outcome nobody knows: no card is taken until that is settled.
    blocked: bool,
    /// When the terminal was last asked for its last payment because one is open.
    asked_at: Duration,
    /// There is something new to tell the hub.
    changed: bool,
}

struct Current {
    payment: Uuid,
    amount: Cents,
    transaction: (Uuid, Reference),
    /// What the terminal told before it was acknowledged.
    told: Arc<OnceLock<Outcome>>,
}

/// What the terminal remembered before a payment.
#[derive(Clone)]
struct Baseline {
    /// 0 when it remembered none.
    receipt: u16,
    terminal: Option<String>,
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
            baseline: None,
            unwritten: None,
            blocked: true,
            asked_at: Duration::ZERO,
            changed: false,
        };
        till.look_for_open_payments();
        match &till.terminal {
            Some(terminal) => terminal.ask_last_payment(),
            None => till.give_up_on_the_terminal(),
        }
        till
    }

    /// Whether a card payment can be begun now, or is going on.
    pub(super) fn can_charge(&self) -> bool {
        self.current.is_some() || self.can_begin()
    }

    /// Whether there is something new to tell the hub; asked once.
    pub(super) const fn take_changed(&mut self) -> bool {
        std::mem::replace(&mut self.changed, false)
    }

    /// Makes the intent and the sealed transaction durable, then charges.
    pub(super) fn begin(&mut self, amount: Cents, sealed: &Sealed, at: Timestamp) -> Result<(), NotKept> {
        let (Some(terminal), Some(baseline), true) = (&self.terminal, &self.baseline, self.can_begin())
        else {
            return Err(NotKept::NoCard);
        };
        let payment = Uuid::new_v4();
        let intent = Intent {
            payment,
            amount,
            last_receipt: Some(baseline.receipt),
            last_terminal: baseline.terminal.clone(),
            at,
        };
        self.outbox.record_intent(&intent, sealed)?;
        self.waypoints.pass(Waypoint::AfterIntent);
        let told = Arc::new(OnceLock::new());
        let before_acknowledge = self.keep(payment, amount, told.clone());
        terminal.charge(Charge { payment, amount, before_acknowledge });
        let transaction = (sealed.header.id, sealed.header.reference);
        self.current = Some(Current { payment, amount, transaction, told });
        self.baseline = None;
        self.waypoints.pass(Waypoint::Charging);
        Ok(())
    }

    pub(super) fn cancel(&self) {
        if let Some(terminal) = &self.terminal {
            terminal.cancel();
        }
    }

    /// Takes the terminal's word; returns what the visit must know of it.
    pub(super) fn terminal_said(&mut self, event: TerminalEvent, now: Duration) -> Option<Event> {
        match event {
            TerminalEvent::Condition(condition) => {
                self.condition = condition;
                if condition == Condition::Offline {
                    self.lost_the_terminal(now);
                }
                None
            }
            TerminalEvent::Prompt(payment, prompt) => {
                self.is_current(payment).then(|| Event::Terminal(step(prompt)))
            }
            TerminalEvent::Done(payment, outcome) => {
                let current = self.current.take_if(|current| current.payment == payment)?;
                self.waypoints.pass(Waypoint::AfterAcknowledge);
                Some(self.finish(&current, &outcome, now))
            }
            TerminalEvent::Remembers(memory) => {
                // What it remembered before a payment says nothing of it; it is asked again after.
                if self.current.is_none() {
                    self.settle(memory);
                }
                None
            }
            TerminalEvent::DayEnded(_) | TerminalEvent::Diagnosed(_) => None,
        }
    }

    /// Time passed. As long as something is open, or the terminal has not told its last payment, it
    /// is asked again from time to time, and what could not be written down is tried again.
    pub(super) fn tick(&mut self, now: Duration) {
        let is_waiting = self.blocked || self.baseline.is_none();
        if self.current.is_some() || !is_waiting || now.saturating_sub(self.asked_at) < PATIENCE {
            return;
        }
        self.give_up_on_the_terminal();
        self.ask(now);
    }

    fn can_begin(&self) -> bool {
        self.current.is_none()
            && self.condition == Condition::Ready
            && self.baseline.is_some()
            && !self.blocked
    }

    /// What is done on the terminal's thread before it is acknowledged. "Paid" is not the outcome
    /// yet: until the terminal has its answer, it may undo the charge.
    fn keep(&self, payment: Uuid, amount: Cents, told: Arc<OnceLock<Outcome>>) -> Keep {
        let (outbox, waypoints) = (self.outbox.clone(), self.waypoints.clone());
        Box::new(move |outcome| {
            waypoints.pass(Waypoint::BeforeOutcome);
            let told = told.get_or_init(|| outcome.clone());
            let kept = match told {
                Outcome::Paid(details) => outbox.record_approval(payment, &approval(details)),
                Outcome::Unknown => Ok(()),
                refusal => outbox.record_outcome(payment, &record(amount, refusal)),
            };
            kept.map_err(|error| {
                tracing::error!(%error, %payment, "what the terminal told was not kept");
                NotRecorded
            })?;
            waypoints.pass(Waypoint::AfterOutcome);
            Ok(())
        })
    }

    /// Writes down how the payment ended. What the terminal said is told to the resident whether or
    /// not that can be written now: a charge was made durable before it was acknowledged, and a
    /// refusal leaves nothing that could be lost.
    fn finish(&mut self, current: &Current, outcome: &Outcome, now: Duration) -> Event {
        let outcome = current.last_word(outcome);
        let record = record(current.amount, outcome);
        let result = self.write_down(current.payment, record.clone());
        self.look_for_open_payments();
        match outcome {
            Outcome::Paid(details) if !self.blocked => self.baseline = Some(Baseline::of(details)),
            _ => self.ask(now),
        }
        let state = match result {
            // Something else was charged than was asked for or approved: nobody knows what holds.
            Err(error) if record.state == PaymentState::Paid && error.is_contradiction() => {
                PaymentState::Unknown
            }
            _ => record.state,
        };
        if matches!(outcome, Outcome::TakenBack) {
            return Event::NotSaved;
        }
        Event::PaymentDone(PaymentDone {
            state,
            why_not: (state == PaymentState::NotPaid).then(|| why_not(outcome)),
            transaction: (state != PaymentState::NotPaid).then_some(current.transaction),
            card: if state == PaymentState::Paid { card_lines(outcome) } else { None },
        })
    }

    /// Another terminal may come back. After the time that it needs to boot, what is open is told to
    /// the municipality as unknown.
    fn lost_the_terminal(&mut self, now: Duration) {
        self.baseline = None;
        if let Some(terminal) = &self.terminal {
            terminal.ask_last_payment();
        }
        if self.current.is_none() && now >= PATIENCE {
            self.give_up_on_the_terminal();
        }
    }

    fn settle(&mut self, memory: Memory) {
        let last = match memory.last {
            Last::Payment(last) => Some(last),
            Last::None => None,
            Last::NotTold => return,
        };
        self.baseline = Some(last.as_ref().map_or(Baseline::NONE, |last| Baseline::of(&last.details)));
        self.settle_by(|outbox| reconcile::settle(outbox, last.as_ref()));
    }

    /// The terminal is not there or does not tell: what has no outcome becomes unknown, so that the
    /// municipality is told and staff see it. It is settled all the same when the terminal tells.
    fn give_up_on_the_terminal(&mut self) {
        self.settle_by(reconcile::settle_without_terminal);
    }

    fn settle_by(&mut self, settle: impl FnOnce(&Outbox) -> Result<Vec<Settled>, OutboxError>) {
        if self.catch_up() {
            match settle(&self.outbox) {
                Ok(settled) => self.changed |= settled.iter().any(|settled| settled.is_new),
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
    fn catch_up(&mut self) -> bool {
        if let Some((payment, record)) = self.unwritten.take() {
            // What failed again is in `unwritten` again.
            let _ = self.write_down(payment, record);
        }
        self.unwritten.is_none()
    }

    fn write_down(&mut self, payment: Uuid, record: PaymentRecord) -> Result<(), OutboxError> {
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

    fn ask(&mut self, now: Duration) {
        self.asked_at = now;
        if let Some(terminal) = &self.terminal {
            terminal.ask_last_payment();
        }
    }

    fn is_current(&self, payment: Uuid) -> bool {
        self.current.as_ref().is_some_and(|current| current.payment == payment)
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

impl Current {
    /// How it ended. Once the terminal has said no, a line that is lost before it has its answer
    /// does not make that unknown.
    fn last_word<'a>(&'a self, outcome: &'a Outcome) -> &'a Outcome {
        match (outcome, self.told.get()) {
            (Outcome::Unknown, Some(told)) if !matches!(told, Outcome::Paid(_)) => told,
            _ => outcome,
        }
    }
}

impl Baseline {
    const NONE: Self = Self { receipt: 0, terminal: None };

    fn of(details: &Details) -> Self {
        Self { receipt: details.receipt_number, terminal: Some(details.terminal_id.clone()) }
    }
}

fn approval(details: &Details) -> Approval {
    Approval {
        amount: details.amount,
        terminal_id: details.terminal_id.clone(),
        receipt_number: details.receipt_number,
        card_scheme: details.card_scheme.clone(),
    }
}

/// What is written down of an outcome. The amount is the one that the terminal told: the outbox
/// refuses another than was asked.
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

#[cfg(test)]
mod tests;
