//! All that happened, as nobody in the town but we know it, and what must never happen.
//!
//! Invariant: it believes neither pillar nor hub: it knows what residents did and saw, what the terminals
//! charged, and what went over the wire. The first thing that is wrong is kept; the rest is noise.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use uuid::Uuid;
use zuil_wire::{PaymentState, Reference, State};

use crate::coverage::Coverage;

mod judgement;

/// Something that must never happen, happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which rule was broken.
    pub rule: &'static str,
    /// By what.
    pub what: String,
}

/// What was written down of a transaction.
#[derive(Debug)]
pub(crate) struct Attempt {
    /// Short, and the same in every run from one seed: the pillar's letter and a number.
    pub(crate) name: String,
    pub(crate) reference: Reference,
    pub(crate) pillar: usize,
    pub(crate) visit: usize,
    /// What the outbox said when it was to keep it; `None` when it said nothing any more.
    pub(crate) kept: Option<bool>,
    pub(crate) payment: Option<Uuid>,
    /// Someone has the reference in their hand, or before their eyes.
    pub(crate) in_hand: bool,
    /// The hub cannot open it and says so.
    pub(crate) refused: bool,
    at_pillar: Option<State>,
    at_hub: Option<State>,
    told: Option<State>,
    told_paid: Option<PaymentState>,
    paid_at_hub: Option<PaymentState>,
    content: Option<zuil_wire::Transaction>,
}

/// What someone typed.
#[derive(Clone, Debug)]
pub(crate) struct Typed {
    pub(crate) task: &'static str,
    pub(crate) values: Vec<String>,
}

/// What was written down.
#[derive(Default)]
pub(crate) struct Notes {
    pub(crate) now: Duration,
    pub(crate) attempts: BTreeMap<Uuid, Attempt>,
    references: BTreeMap<Reference, Uuid>,
    payments: BTreeMap<Uuid, Uuid>,
    /// What everyone typed, by visit.
    pub(crate) visits: Vec<Typed>,
    /// Who stands or stood last before each pillar.
    pub(crate) visitor: BTreeMap<usize, usize>,
    given: BTreeMap<usize, u64>,
    on_the_wire: BTreeMap<(usize, u64), Uuid>,
    /// What the hub has answered to, so that it left its house.
    answered: BTreeMap<Uuid, State>,
    /// Surveys that are kept for sure, and those that may be.
    pub(crate) surveys: (BTreeSet<Uuid>, BTreeSet<Uuid>),
    /// Whether the charge for a payment stands.
    charges: BTreeMap<Uuid, bool>,
    counts: BTreeMap<usize, usize>,
    /// How often residents found which answer, by pillar.
    found: BTreeMap<(String, String), u64>,
    pub(crate) coverage: Coverage,
    pub(crate) trace: Vec<String>,
    pub(crate) violation: Option<Violation>,
}

/// Everyone's handle on the notes of one schedule.
#[derive(Clone, Default)]
pub(crate) struct Witness(Arc<Mutex<Notes>>);

impl Witness {
    pub(crate) fn notes(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Notes {
    /// A line of the trace. It holds nothing that differs between two runs from one seed.
    pub(crate) fn say(&mut self, line: impl AsRef<str>) {
        let (seconds, millis) = (self.now.as_secs(), self.now.subsec_millis());
        self.trace.push(format!("{seconds:5}.{millis:03}  {}", line.as_ref()));
    }

    pub(crate) fn blame(&mut self, rule: &'static str, what: impl Into<String>) {
        let what = what.into();
        if self.violation.is_none() {
            self.say(format!("VIOLATION: {rule}: {what}"));
            self.violation = Some(Violation { rule, what });
        }
    }

    pub(crate) fn hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.trace.iter().for_each(|line| hasher.write(line.as_bytes()));
        hasher.finish()
    }

    /// How a transaction is called in the trace.
    pub(crate) fn name(&self, id: Uuid) -> String {
        self.attempts.get(&id).map_or_else(|| "?".to_owned(), |attempt| attempt.name.clone())
    }

    /// Someone found an answer at a pillar.
    pub(crate) fn finds(&mut self, pillar: usize, count: &zuil_wire::AskedCount) {
        *self.found.entry((pillar_name(pillar), count.answer.clone())).or_default() += u64::from(count.times);
    }

    /// The outbox gives a number.
    pub(crate) fn gives(&mut self, pillar: usize, sequence: u64) {
        let before = self.given.entry(pillar).or_default();
        let again = sequence <= *before;
        *before = sequence.max(*before);
        if again {
            self.blame(
                "sequence numbers never twice",
                format!("pillar {} gave {sequence} again", letter(pillar)),
            );
        }
    }

    /// A pillar is about to keep a transaction.
    pub(crate) fn tries_to_keep(&mut self, pillar: usize, header: &zuil_wire::Header, payment: Option<Uuid>) {
        if self.attempts.contains_key(&header.id) {
            return;
        }
        let number = self.counts.entry(pillar).or_default();
        *number += 1;
        let name = format!("{}{number}", letter(pillar));
        let visit = self.visitor.get(&pillar).copied().unwrap_or_default();
        self.say(format!("{name}: pillar {} keeps it as number {}", letter(pillar), header.sequence));
        self.references.insert(header.reference, header.id);
        if let Some(payment) = payment {
            self.payments.insert(payment, header.id);
        }
        let attempt = Attempt {
            name,
            reference: header.reference,
            pillar,
            visit,
            kept: None,
            payment,
            in_hand: false,
            refused: false,
            at_pillar: None,
            at_hub: None,
            told: None,
            told_paid: None,
            paid_at_hub: None,
            content: None,
        };
        self.attempts.insert(header.id, attempt);
    }

    /// What the outbox said to that.
    pub(crate) fn kept(&mut self, id: Uuid, kept: bool) {
        let name = self.name(id);
        if let Some(attempt) = self.attempts.get_mut(&id) {
            attempt.kept = Some(kept || attempt.kept == Some(true));
        }
        if !kept {
            self.say(format!("{name}: could not be kept"));
        }
    }

    pub(crate) fn transaction_of(&self, payment: Uuid) -> Option<Uuid> {
        self.payments.get(&payment).copied()
    }

    /// The terminal charged, or took that back.
    pub(crate) fn charged(&mut self, payment: Uuid, stands: bool) {
        let name = self.transaction_of(payment).map(|id| self.name(id)).unwrap_or_default();
        self.say(format!("{name}: the charge {}", if stands { "stands" } else { "does not stand" }));
        self.charges.insert(payment, stands);
    }

    /// Whether a charge for a payment stands, as far as the bank knows.
    pub(crate) fn stands(&self, payment: Uuid) -> bool {
        self.charges.get(&payment).copied().unwrap_or_default()
    }

    /// Someone says how a payment went.
    pub(crate) fn hears_payment(&mut self, id: Uuid, state: PaymentState, from: &str) {
        let Some(payment) = self.attempts.get(&id).and_then(|attempt| attempt.payment) else { return };
        let stands = self.stands(payment);
        let lie = matches!((state, stands), (PaymentState::Paid, false) | (PaymentState::NotPaid, true));
        if lie {
            let what = format!("{} is called {state:?} by {from}; charged: {stands}", self.name(id));
            self.blame("payment states are true", what);
        }
    }

    /// A pillar's word on a transaction.
    pub(crate) fn pillar_says(&mut self, id: Uuid, state: State) {
        let Some(attempt) = self.attempts.get_mut(&id) else {
            self.blame("the pillar holds nothing that no resident did", "an unknown transaction");
            return;
        };
        let before = attempt.at_pillar.replace(state);
        let name = attempt.name.clone();
        if before.is_some_and(|before| is_backward(before, state)) {
            let what = format!("{name} was {before:?} at its pillar and is {state:?}");
            self.blame("no state goes backward", what);
        }
    }

    /// What a resident reads on the screen or on paper.
    pub(crate) fn resident_reads(
        &mut self,
        pillar: usize,
        reference: Reference,
        state: State,
        payment: Option<PaymentState>,
    ) -> Option<Uuid> {
        let Some(id) = self.references.get(&reference).copied() else {
            self.blame("every receipt has its transaction", "a receipt that belongs to no transaction");
            return None;
        };
        let visitor = self.visitor.get(&pillar).copied();
        let attempt = self.attempts.get_mut(&id)?;
        let name = attempt.name.clone();
        let (first, mine) = (!attempt.in_hand, visitor == Some(attempt.visit));
        let (told, told_paid) = (attempt.told.replace(state), attempt.told_paid);
        attempt.told_paid = payment;
        attempt.in_hand = true;
        if first || told != Some(state) || told_paid != payment {
            self.say(format!("{name}: the resident reads {} {}", state.as_str(), words(payment)));
        }
        if !mine {
            self.blame("every receipt has its transaction", format!("{name} is shown to someone else"));
        }
        if told.is_some_and(|told| is_backward(told, state)) {
            self.blame(
                "no state goes backward",
                format!("{name} was told as {told:?} and then as {state:?}"),
            );
        }
        if told_paid.is_some_and(|told| told != PaymentState::Unknown && payment != Some(told)) {
            self.blame(
                "no state goes backward",
                format!("{name}'s payment was {told_paid:?}, then {payment:?}"),
            );
        }
        if let Some(payment) = payment {
            self.hears_payment(id, payment, "the receipt");
        }
        Some(id)
    }

    /// An envelope on its way to the hub.
    pub(crate) fn sees_envelope(
        &mut self,
        pillar: usize,
        header: &zuil_wire::Header,
        paid: Option<PaymentState>,
    ) {
        let name = self.name(header.id);
        if !self.attempts.contains_key(&header.id) {
            let what =
                format!("number {} of pillar {} has an id that nobody gave", header.sequence, letter(pillar));
            self.blame("the hub holds nothing that no resident did", what);
        }
        let other = self.on_the_wire.insert((pillar, header.sequence), header.id);
        if other.is_some_and(|other| other != header.id) {
            let what = format!("{name} has number {} of another", header.sequence);
            self.blame("sequence numbers never twice", what);
        }
        if let Some(state) = paid {
            self.hears_payment(header.id, state, "the upload");
        }
    }

    /// The hub's answer leaves its house.
    pub(crate) fn hub_answers(&mut self, id: Uuid, state: Option<State>) {
        match state {
            Some(state) => {
                self.answered.insert(id, state);
            }
            None => {
                if let Some(attempt) = self.attempts.get_mut(&id) {
                    attempt.refused = true;
                }
            }
        }
    }
}

/// How a pillar is called in the trace.
pub(crate) fn letter(pillar: usize) -> char {
    char::from(b'A' + u8::try_from(pillar).unwrap_or_default())
}

/// How the hub knows it.
pub(crate) fn pillar_name(pillar: usize) -> String {
    format!("zuil-{}", letter(pillar).to_ascii_lowercase())
}

pub(crate) const fn words(payment: Option<PaymentState>) -> &'static str {
    match payment {
        None => "",
        Some(PaymentState::Paid) => "(paid)",
        Some(PaymentState::NotPaid) => "(not paid)",
        Some(PaymentState::Unknown) => "(payment unknown)",
    }
}

/// From the pillar to the municipality, and never back. What was parked for its payment is received when
/// that is settled.
const fn is_backward(before: State, after: State) -> bool {
    !matches!(
        (before, after),
        (State::Saved, _)
            | (State::Parked, State::Parked | State::Received | State::Registered)
            | (State::Received, State::Received | State::Registered)
            | (State::Registered, State::Registered)
    )
}
