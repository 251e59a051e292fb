//! The card payment.
//!
//! Invariant: a charge is asked for only when none is open, and the state that is left by "paid" or
//! "unknown" can never charge again.

use uuid::Uuid;
use zuil_wire::{PaymentState, State as TransactionState};

use super::asking;
use super::finishing::{Kept, Payment, Saving};
use super::form::Form;
use super::state::{Effects, Look, State, WhenStopped};
use super::{Effect, Event, Intent, PayStage, PaymentDone, Screen, TerminalStep, WhyNotPaid};

/// How many changes of state are remembered of transactions that are not known yet.
pub(super) const EARLY: usize = 16;

/// A payment.
#[derive(Debug)]
pub(super) struct Paying {
    form: Form,
    stage: PayStage,
    /// The resident wanted to stop the visit, not only the payment.
    leaving: bool,
    /// States of transactions that came before the payment's own was told.
    early: Vec<(Uuid, TransactionState)>,
}

impl Paying {
    /// What is paid for.
    pub(super) const fn form(&self) -> &Form {
        &self.form
    }

    /// Whether the terminal has not had its last word.
    pub(super) const fn is_open(&self) -> bool {
        matches!(self.stage, PayStage::Busy { .. })
    }

    /// What "stop" does.
    pub(super) const fn when_stopped(&self) -> WhenStopped {
        match self.stage {
            PayStage::Busy { stopping: false, .. } => WhenStopped::CancelsPayment,
            PayStage::Busy { stopping: true, .. } => WhenStopped::Nothing,
            PayStage::NotPaid(_) => WhenStopped::Asks,
        }
    }

    /// Whether the resident wanted to stop the visit before the payment ended; asked once.
    pub(super) const fn take_wish_to_leave(&mut self) -> bool {
        let wish = self.leaving && !self.is_open();
        self.leaving = self.leaving && !wish;
        wish
    }

    /// What it shows.
    pub(super) fn screen(&self, look: &Look<'_>) -> Screen {
        Screen::Pay { amount: self.form.fee(look), stage: self.stage }
    }

    fn not_paid(self, why: WhyNotPaid) -> State {
        State::Paying(Self { stage: PayStage::NotPaid(why), ..self })
    }

    fn cancel(mut self, leaving: bool, effects: &mut Effects) -> State {
        self.leaving |= leaving;
        if let PayStage::Busy { stopping, .. } = &mut self.stage
            && !*stopping
        {
            *stopping = true;
            effects.push(Effect::CancelCharge);
        }
        State::Paying(self)
    }
}

/// Commits a free task, or charges for one that is not.
pub(super) fn begin(form: Form, look: &Look<'_>, effects: &mut Effects) -> State {
    if form.fee(look).is_zero() {
        effects.push(Effect::Commit(form.draft(look)));
        return State::Saving(Saving::waiting(form, look));
    }
    let stage = if look.offer.card {
        effects.push(Effect::Charge(form.draft(look)));
        PayStage::Busy { step: TerminalStep::Connecting, stopping: false }
    } else {
        PayStage::NotPaid(WhyNotPaid::TerminalGone)
    };
    State::Paying(Paying { form, stage, leaving: false, early: Vec::new() })
}

/// The payment.
pub(super) fn on_paying(paying: Paying, event: &Event, look: &Look<'_>, effects: &mut Effects) -> State {
    if paying.is_open() {
        on_open(paying, event, look, effects)
    } else {
        on_not_paid(paying, event, look, effects)
    }
}

fn on_open(mut paying: Paying, event: &Event, look: &Look<'_>, effects: &mut Effects) -> State {
    match event {
        Event::Resident(Intent::CancelPayment) => return paying.cancel(false, effects),
        Event::Resident(Intent::Stop) => return paying.cancel(true, effects),
        Event::Terminal(now) => {
            if let PayStage::Busy { step, .. } = &mut paying.stage {
                *step = *now;
            }
        }
        Event::StateChanged { id, state } if paying.early.len() < EARLY => paying.early.push((*id, *state)),
        Event::PaymentDone(done) => return on_done(paying, done, look, effects),
        Event::NotSaved => return State::NotSaved,
        _ => {}
    }
    State::Paying(paying)
}

/// The terminal's last word. "Paid" or "unknown" without the transaction is no last word: what was
/// charged must not be lost, so the screen stays and waits for the whole of it.
fn on_done(paying: Paying, done: &PaymentDone, look: &Look<'_>, effects: &mut Effects) -> State {
    match (done.state, done.transaction) {
        (PaymentState::NotPaid, _) => paying.not_paid(done.why_not.unwrap_or(WhyNotPaid::TerminalGone)),
        (PaymentState::Paid | PaymentState::Unknown, None) => State::Paying(paying),
        (state @ (PaymentState::Paid | PaymentState::Unknown), Some((id, reference))) => {
            State::tell_used(paying.form.referral(), id, effects);
            let payment = Payment { state, card: done.card.clone() };
            let kept = Kept::new(id, reference, Some(payment), &paying.early, look);
            Saving::kept(paying.form, kept, look, effects)
        }
    }
}

fn on_not_paid(paying: Paying, event: &Event, look: &Look<'_>, effects: &mut Effects) -> State {
    match event {
        Event::Resident(Intent::Next) => asking::submit(paying.form, look, effects),
        Event::Resident(Intent::Back) => State::Review(paying.form),
        _ => State::Paying(paying),
    }
}
