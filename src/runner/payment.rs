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
    Charge, Condition, Keep, NotDone, NotRecorded, Outcome, PaymentTerminal, TerminalEvent,
};
use crate::outbox::Outbox;
use crate::visit::{Event, PaymentDone, WhyNotPaid};
use crate::waypoint::{Waypoint, Waypoints};

mod baseline;
mod records;
mod settling;

use baseline::Baseline;
use records::{approval, card_lines, record, step, why_not};

/// How long a terminal may take to boot (it is slower than a pillar), and how often it is asked
/// again as long as something is open.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a resident's payment waits until the terminal has told what it remembers. It takes a few
/// round trips after a refusal.
const SOON: Duration = Duration::from_secs(5);

/// Takes payments through the terminal and keeps the journal. Times are the pillar's uptime.
pub(super) struct Till {
    terminal: Option<Box<dyn PaymentTerminal>>,
    outbox: Arc<dyn Outbox>,
    waypoints: Arc<dyn Waypoints>,
    condition: Condition,
    /// The payment that is going on now.
    current: Option<Current>,
    /// A payment that begins as soon as there is a baseline.
    waiting: Option<Waiting>,
    /// What the terminal remembers; `None` from the beginning of a payment, or the loss of the
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
    /// Since when it is known that nothing is known of the terminal's memory.
    forgetful_since: Option<Duration>,
    /// There is something new to tell the hub.
    changed: bool,
    /// What the visit must know, in order.
    news: Vec<Event>,
}

struct Waiting {
    amount: Cents,
    sealed: Sealed,
    at: Timestamp,
    since: Duration,
}

struct Current {
    payment: Uuid,
    amount: Cents,
    transaction: (Uuid, Reference),
    /// What the terminal told before it was acknowledged.
    told: Arc<OnceLock<Outcome>>,
}

impl Till {
    pub(super) fn new(
        terminal: Option<Box<dyn PaymentTerminal>>,
        outbox: Arc<dyn Outbox>,
        waypoints: Arc<dyn Waypoints>,
    ) -> Self {
        let mut till = Self {
            terminal,
            outbox,
            waypoints,
            condition: Condition::Unknown,
            current: None,
            waiting: None,
            baseline: None,
            unwritten: None,
            blocked: true,
            asked_at: Duration::ZERO,
            forgetful_since: None,
            changed: false,
            news: Vec::new(),
        };
        till.look_for_open_payments();
        match &till.terminal {
            Some(terminal) => terminal.ask_last_payment(),
            None => till.give_up_on_the_terminal(),
        }
        till
    }

    /// Whether a card payment can be begun now or in a moment, or is going on.
    pub(super) fn can_charge(&self, now: Duration) -> bool {
        self.current.is_some() || self.can_begin() || self.can_begin_soon(now)
    }

    /// Whether no payment is going on or about to begin.
    pub(super) const fn is_idle(&self) -> bool {
        self.current.is_none() && self.waiting.is_none()
    }

    /// Whether no card is taken though the terminal is well: because a payment's outcome is not known, or
    /// because for a minute it has not told what it remembers.
    pub(super) fn is_blocked(&self, now: Duration) -> bool {
        self.blocked || self.forgetful_since.is_some_and(|since| now >= since + PATIENCE)
    }

    /// What the visit must know, in order; told once.
    pub(super) fn take_news(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.news)
    }

    /// Whether there is something new to tell the hub; asked once.
    pub(super) const fn take_changed(&mut self) -> bool {
        std::mem::replace(&mut self.changed, false)
    }

    /// Takes a payment, at once or as soon as the terminal has told what it remembers.
    pub(super) fn begin(
        &mut self,
        amount: Cents,
        sealed: Sealed,
        at: Timestamp,
        now: Duration,
    ) -> Result<(), NotKept> {
        if !self.can_begin() && self.waiting.is_none() && self.can_begin_soon(now) {
            self.waiting = Some(Waiting { amount, sealed, at, since: now });
            return Ok(());
        }
        self.charge(amount, &sealed, at)
    }

    /// Makes the intent and the sealed transaction durable, then charges.
    fn charge(&mut self, amount: Cents, sealed: &Sealed, at: Timestamp) -> Result<(), NotKept> {
        let (Some(terminal), Some(baseline), true) = (&self.terminal, &self.baseline, self.can_begin())
        else {
            return Err(NotKept::NoCard);
        };
        let payment = Uuid::new_v4();
        let intent = baseline.intent(payment, amount, at);
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

    pub(super) fn cancel(&mut self) {
        if self.waiting.take().is_some() {
            self.news.push(not_paid(WhyNotPaid::Stopped));
        } else if let Some(terminal) = &self.terminal {
            terminal.cancel();
        }
    }

    /// Closes the terminal's day, unless something is open: the sums and receipts that it then forgets
    /// may be the only witnesses. Tells whether the terminal was asked to.
    pub(super) fn close_day(&mut self) -> bool {
        let Some(terminal) = &self.terminal else { return false };
        if !self.can_begin() {
            return false;
        }
        terminal.end_of_day();
        self.baseline = None;
        true
    }

    /// Has the terminal look at itself, without a charge; whether it was asked to.
    pub(super) fn diagnose(&self) -> bool {
        let Some(terminal) = self.terminal.as_ref().filter(|_| self.is_idle()) else { return false };
        terminal.diagnose();
        true
    }

    /// Takes the terminal's word.
    pub(super) fn terminal_said(&mut self, event: TerminalEvent, now: Duration) {
        match event {
            TerminalEvent::Condition(condition) => {
                self.condition = condition;
                if condition == Condition::Offline {
                    self.lost_the_terminal(now);
                }
            }
            TerminalEvent::Prompt(payment, prompt) => {
                if self.is_current(payment) {
                    self.news.push(Event::Terminal(step(prompt)));
                }
            }
            TerminalEvent::Done(payment, outcome) => {
                if let Some(current) = self.current.take_if(|current| current.payment == payment) {
                    self.waypoints.pass(Waypoint::AfterAcknowledge);
                    let end = self.finish(&current, &outcome, now);
                    self.news.push(end);
                }
            }
            TerminalEvent::Remembers(memory) => {
                // What it remembered before a payment says nothing of it; it is asked again after.
                if self.current.is_none() {
                    self.settle(&memory);
                }
            }
            TerminalEvent::DayEnded(result) => {
                log_end_of_day(result);
                self.ask(now);
            }
            TerminalEvent::Diagnosed(_) => {}
        }
    }

    /// Time passed. As long as something is open, or the terminal has not told its last payment, it
    /// is asked again from time to time, and what could not be written down is tried again.
    pub(super) fn tick(&mut self, now: Duration) {
        if self.waiting.take_if(|waiting| now >= waiting.since + SOON).is_some() {
            self.news.push(not_paid(WhyNotPaid::TerminalGone));
        }
        let forgetful = self.current.is_none() && self.baseline.is_none();
        self.forgetful_since = forgetful.then(|| self.forgetful_since.unwrap_or(now));
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

    /// The terminal was asked a moment ago what it remembers.
    fn can_begin_soon(&self, now: Duration) -> bool {
        self.current.is_none()
            && self.condition == Condition::Ready
            && self.baseline.is_none()
            && !self.blocked
            && now < self.asked_at + SOON
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
        self.ask(now);
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

    fn ask(&mut self, now: Duration) {
        self.asked_at = now;
        if let Some(terminal) = &self.terminal {
            terminal.ask_last_payment();
        }
    }

    fn is_current(&self, payment: Uuid) -> bool {
        self.current.as_ref().is_some_and(|current| current.payment == payment)
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

pub(super) const fn not_paid(why: WhyNotPaid) -> Event {
    Event::PaymentDone(PaymentDone {
        state: PaymentState::NotPaid,
        why_not: Some(why),
        transaction: None,
        card: None,
    })
}

fn log_end_of_day(result: Result<(), NotDone>) {
    match result {
        Ok(()) => tracing::info!("the terminal's day is closed"),
        Err(why) => tracing::warn!(?why, "the terminal's day was not closed; it is tried again"),
    }
}

#[cfg(test)]
mod tests;
