//! From the commit to the goodbye.
//!
//! Invariant: the answers are dropped when the receipt is made; from then on a visit knows only what is
//! on the slip, the reference, and how things are with it.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;
use zuil_wire::{Cents, PaymentState, Reference, State as TransactionState};

use super::form::Form;
use super::paper::Paper;
use super::paying::EARLY;
use super::state::{Effects, Look, State};
use super::survey::Survey;
use super::{CardLines, Event, Intent, ReceiptView, Screen, Slip, SlipPayment};
use zuil_catalogue::Task;

/// How long the receipt of a payment that was found waits for the hub's word on the request, so that it does
/// not say that somebody is looking at what was found.
const HUBS_WORD: Duration = Duration::from_secs(5);

/// What is known of a payment that was made, or may have been.
#[derive(Debug)]
pub(super) struct Payment {
    /// Paid or unknown.
    pub(super) state: PaymentState,
    /// What the terminal told of the card.
    pub(super) card: Option<CardLines>,
}

/// A durable transaction.
#[derive(Debug)]
pub(super) struct Kept {
    id: Uuid,
    reference: Reference,
    state: TransactionState,
    payment: Option<Payment>,
    since: Duration,
}

impl Kept {
    /// A transaction that became durable just now. `early` are states that came before that was told.
    pub(super) fn new(
        id: Uuid,
        reference: Reference,
        payment: Option<Payment>,
        early: &[(Uuid, TransactionState)],
        look: &Look<'_>,
    ) -> Self {
        let mut state = TransactionState::Saved;
        early.iter().filter(|(other, _)| *other == id).for_each(|(_, news)| advance(&mut state, *news));
        Self { id, reference, state, payment, since: look.now.uptime }
    }
}

impl Kept {
    /// A payment whose outcome was not known has one now; tells whether that is news.
    fn settle(&mut self, state: PaymentState, card: Option<&CardLines>) -> bool {
        let unknown = self.payment.as_mut().filter(|payment| payment.state == PaymentState::Unknown);
        match unknown {
            Some(payment) if state != PaymentState::Unknown => {
                *payment = Payment { state, card: card.cloned() };
                // Where the request is, only the hub knows: it may be parked for another reason, too.
                true
            }
            _ => false,
        }
    }
}

/// "We are saving your request."
#[derive(Debug)]
pub(super) struct Saving {
    form: Form,
    since: Duration,
    early: Vec<(Uuid, TransactionState)>,
    kept: Option<Kept>,
}

impl Saving {
    /// What is being kept.
    pub(super) const fn form(&self) -> &Form {
        &self.form
    }

    /// Waits until a transaction is durable.
    pub(super) fn waiting(form: Form, look: &Look<'_>) -> Self {
        Self { form, since: look.now.uptime, early: Vec::new(), kept: None }
    }

    /// Waits until a durable transaction is received, if it is not yet.
    pub(super) fn kept(form: Form, kept: Kept, look: &Look<'_>, effects: &mut Effects) -> State {
        Self { kept: Some(kept), ..Self::waiting(form, look) }.arrived(look, effects)
    }

    /// What it shows.
    pub(super) fn screen(&self, look: &Look<'_>) -> Screen {
        Screen::Saving { slow: look.since(self.since) >= look.settings.slow }
    }

    /// Goes on to the receipt when the transaction was received, or took too long.
    fn arrived(self, look: &Look<'_>, effects: &mut Effects) -> State {
        let long = |kept: &Kept| look.since(kept.since) >= look.settings.wait_for_received;
        match self.kept {
            Some(kept) if kept.state != TransactionState::Saved || long(&kept) => {
                State::Receipt(Done::new(&self.form, kept, look, effects))
            }
            kept => State::Saving(Self { kept, ..self }),
        }
    }
}

/// Waiting for the outbox, and then for the hub.
pub(super) fn on_saving(mut saving: Saving, event: &Event, look: &Look<'_>, effects: &mut Effects) -> State {
    match event {
        Event::Saved { id, reference } if saving.kept.is_none() => {
            State::tell_used(saving.form.referral(), *id, effects);
            saving.kept = Some(Kept::new(*id, *reference, None, &saving.early, look));
        }
        Event::NotSaved if saving.kept.is_none() => return State::NotSaved,
        Event::StateChanged { id, state } => match &mut saving.kept {
            Some(kept) if kept.id == *id => advance(&mut kept.state, *state),
            None if saving.early.len() < EARLY => saving.early.push((*id, *state)),
            _ => {}
        },
        Event::PaymentSettled { id, state, card } => {
            if let Some(kept) = saving.kept.as_mut().filter(|kept| kept.id == *id) {
                kept.settle(*state, card.as_ref());
            }
        }
        _ => {}
    }
    saving.arrived(look, effects)
}

/// The end of the task.
#[derive(Debug)]
pub(super) struct Done {
    task: usize,
    fee: Cents,
    kept: Kept,
    paper: Paper,
    /// The payment was found to be made, and the hub has not said yet where the request is now: since when,
    /// and what the terminal told.
    found: Option<(Duration, Option<CardLines>)>,
}

impl Done {
    /// Makes the receipt and asks for it on paper, if there is a printer.
    fn new(form: &Form, kept: Kept, look: &Look<'_>, effects: &mut Effects) -> Self {
        let paper = Paper::of(slip(form, &kept, look), look, effects);
        Self { task: form.task_index(), fee: form.fee(look), kept, paper, found: None }
    }

    /// The task that was done.
    pub(super) fn task<'a>(&self, look: &Look<'a>) -> &'a Task {
        &look.catalogue().tasks[self.task]
    }

    /// What it shows.
    pub(super) fn screen(&self, look: &Look<'_>) -> Screen {
        let task = self.task(look);
        let view = ReceiptView {
            title: task.title.get(look.language).to_owned(),
            reference: self.kept.reference,
            state: self.kept.state,
            payment: self.kept.payment.as_ref().map(|payment| (self.fee, payment.state)),
            paper: self.paper.outcome(),
            comes_later: self.paper.comes_later(),
            anew: self.paper.is_anew(),
            website: look.catalogue().municipality.website.clone(),
            next_steps: task.what_next(look.language),
        };
        match &self.kept.payment {
            Some(Payment { state: PaymentState::Unknown, .. }) => Screen::PaymentUnknown(view),
            _ => Screen::Receipt(view),
        }
    }

    /// Takes news of the transaction, the payment or the paper.
    pub(super) fn hear(&mut self, event: &Event, look: &Look<'_>, effects: &mut Effects) {
        match event {
            Event::StateChanged { id, state } if *id == self.kept.id => advance(&mut self.kept.state, *state),
            Event::PaymentSettled { id, state, card } if *id == self.kept.id => {
                self.settle(*state, card.as_ref(), look, effects);
            }
            other => self.paper.hear(other, look, effects),
        }
        self.print_what_was_found(look, effects);
    }

    /// Once the hub has said where the request is now, or does not say so in time.
    fn print_what_was_found(&mut self, look: &Look<'_>, effects: &mut Effects) {
        let waits = |since| self.kept.state == TransactionState::Parked && look.since(since) < HUBS_WORD;
        if let Some((_, card)) = self.found.take_if(|(since, _)| !waits(*since)) {
            self.paper.settle(PaymentState::Paid, self.kept.state, card.as_ref(), look, effects);
        }
    }

    /// A payment whose outcome was not known has one now. It is said and printed once.
    fn settle(
        &mut self,
        state: PaymentState,
        card: Option<&CardLines>,
        look: &Look<'_>,
        effects: &mut Effects,
    ) {
        if !self.kept.settle(state, card) {
            return;
        }
        if state == PaymentState::Paid && self.kept.state == TransactionState::Parked {
            self.found = Some((look.now.uptime, card.cloned()));
        } else {
            self.paper.settle(state, self.kept.state, card, look, effects);
        }
    }
}

/// The receipt.
pub(super) fn on_receipt(mut done: Done, event: &Event, look: &Look<'_>, effects: &mut Effects) -> State {
    match event {
        Event::Resident(Intent::Next) => State::Survey(Survey::of(done)),
        other => {
            done.hear(other, look, effects);
            State::Receipt(done)
        }
    }
}

/// The screens after which there is nothing more: out of service, not saved, goodbye.
pub(super) fn on_end(state: State, event: &Event, look: &Look<'_>) -> State {
    match (state, event) {
        (State::NotSaved | State::Goodbye(_), Event::Resident(Intent::Next)) => State::Attract,
        (State::Goodbye(since), Event::Tick) if look.since(since) >= look.settings.goodbye => State::Attract,
        (state, _) => state,
    }
}

/// Takes the news of a state, unless it is older than what is known.
fn advance(state: &mut TransactionState, news: TransactionState) {
    use TransactionState::{Closed, Parked, Received, Registered, Saved};
    let older = match news {
        Saved => true,
        // One that was looked into because of its payment is received when that is settled.
        Received | Closed => matches!(state, Registered),
        Registered | Parked => false,
    };
    if !older {
        *state = news;
    }
}

fn slip(form: &Form, kept: &Kept, look: &Look<'_>) -> Slip {
    let task = form.task(look);
    let municipality = &look.catalogue().municipality;
    let text = |text: &zuil_catalogue::Text| text.get(look.language).to_owned();
    let payment = task.fee.as_ref().zip(kept.payment.as_ref()).map(|(fee, payment)| SlipPayment {
        amount: form.fee(look),
        label: text(&fee.label),
        state: payment.state,
        card: payment.card.clone(),
    });
    Slip {
        language: look.language,
        task_title: text(&task.title),
        at: look.now.wall,
        reference: kept.reference,
        state: kept.state,
        sent: form.sent(look),
        payment,
        next_steps: task.what_next(look.language),
        municipality: municipality.name.clone(),
        phone: municipality.phone.clone(),
        phone_hours: text(&municipality.phone_hours),
        website: municipality.website.clone(),
        branding: Arc::clone(&look.catalogue().branding),
    }
}
