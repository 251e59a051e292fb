//! What everyone was told: the calls of a pillar, and what must be there after them.
//!
//! Invariant: it follows from the contract alone, not from what the outbox does.

use std::collections::{BTreeMap, BTreeSet};

use zuil_wire::SurveyAnswers;

use super::*;

/// A call on the outbox.
#[derive(Clone, Debug)]
pub(super) enum Call {
    Number,
    Commit(u64),
    Intent(u64),
    Approval(u64),
    Outcome(u64, PaymentState),
    Acknowledge(Vec<(u64, State, Sent)>),
    Survey(u64),
    ForgetSurveys(Vec<u64>),
}

impl Call {
    pub(super) fn make(&self, outbox: &SqliteOutbox) -> Result<Option<u64>> {
        match self {
            Self::Number => return outbox.next_sequence().map(Some),
            Self::Commit(number) => outbox.commit(&content(*number))?,
            Self::Intent(number) => outbox.record_intent(&intent(*number, None), &content(*number))?,
            Self::Approval(number) => {
                outbox.record_approval(payment(*number), &approval(receipt(*number)))?
            }
            Self::Outcome(number, state) => {
                let record = match state {
                    PaymentState::Paid => paid(receipt(*number)),
                    state => without_details(*state),
                };
                outbox.record_outcome(payment(*number), &record)?;
            }
            Self::Acknowledge(items) => {
                let outcomes: Vec<_> =
                    items.iter().map(|(number, state, _)| accepted(*number, *state)).collect();
                let sent: Vec<_> = items.iter().map(|(_, _, sent)| *sent).collect();
                outbox.acknowledge(&outcomes, &sent)?;
            }
            Self::Survey(number) => outbox.keep_survey(&survey(*number))?,
            Self::ForgetSurveys(numbers) => {
                outbox.acknowledge_surveys(&numbers.iter().map(|number| id(*number)).collect::<Vec<_>>())?;
            }
        }
        Ok(None)
    }
}

/// A transaction of very different sizes, so that some need many pages.
fn content(number: u64) -> Sealed {
    let length = usize::try_from(number * 997 % 9_000).unwrap() / 4 * 4;
    Sealed { ciphertext: "QUJD".repeat(length / 4 + 1), ..sealed(number) }
}

fn receipt(number: u64) -> u16 {
    u16::try_from(number % 9_999).unwrap() + 1
}

fn survey(number: u64) -> SurveyItem {
    let answers = SurveyAnswers { clear: Some(5), ..SurveyAnswers::default() };
    SurveyItem { id: id(number), task: "bulky-waste".into(), answers }
}

/// One transaction, as everyone knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    /// `None` while its payment has no outcome.
    state: Option<State>,
    payment: Option<Payment>,
    revision: u32,
    answered: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Payment {
    Asked,
    Approved,
    Ended(PaymentState),
}

/// What everyone was told.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    lines: BTreeMap<u64, Line>,
    surveys: BTreeSet<u64>,
    /// The highest number that was given, and those that wait to be used.
    highest: u64,
    unused: Vec<u64>,
}

/// What an outbox shows of itself.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    states: BTreeMap<u64, Option<State>>,
    pending: BTreeMap<u64, (Sealed, Option<PaymentState>)>,
    /// Open payments: whether approved, and whether recorded as unknown.
    open: BTreeMap<u64, (bool, bool)>,
    surveys: BTreeSet<u64>,
}

impl Ledger {
    /// Draws what a pillar would do next. An error is one of reading: the power is gone.
    pub(super) fn next_call(&self, outbox: &SqliteOutbox, dice: &mut fastrand::Rng) -> Result<Option<Call>> {
        let in_state = |wanted: fn(&Payment) -> bool| -> Vec<u64> {
            let fits = |line: &&Line| line.payment.as_ref().is_some_and(wanted);
            self.lines.iter().filter(|(_, line)| fits(line)).map(|(number, _)| *number).collect()
        };
        let ends = [PaymentState::Paid, PaymentState::NotPaid, PaymentState::Unknown];
        Ok(match dice.u8(..16) {
            0..3 => Some(Call::Number),
            3..6 => dice.choice(&self.unused).map(|number| Call::Commit(*number)),
            6..8 => dice.choice(&self.unused).map(|number| Call::Intent(*number)),
            8..10 => dice.choice(&in_state(|it| *it == Payment::Asked)).map(|number| Call::Approval(*number)),
            10 | 11 => dice
                .choice(&in_state(|it| matches!(it, Payment::Asked | Payment::Approved)))
                .map(|number| Call::Outcome(*number, ends[dice.usize(..3)])),
            12 => dice
                .choice(&in_state(|it| *it == Payment::Ended(PaymentState::Unknown)))
                .map(|number| Call::Outcome(*number, ends[dice.usize(..2)])),
            13 | 14 => {
                let pending = outbox.pending(dice.usize(1..6))?;
                let states = [State::Received, State::Parked, State::Registered];
                let items: Vec<_> = pending
                    .iter()
                    .map(|item| (item.sealed.header.sequence, states[dice.usize(..3)], item.sent()))
                    .collect();
                (!items.is_empty()).then_some(Call::Acknowledge(items))
            }
            _ if dice.bool() => Some(Call::Survey(self.highest + 1_000 + dice.u64(..1_000))),
            _ => {
                let some: Vec<u64> = self.surveys.iter().copied().filter(|_| dice.bool()).collect();
                (!some.is_empty()).then_some(Call::ForgetSurveys(some))
            }
        })
    }

    /// Notes a call that was answered with `Ok`, and the number that it gave.
    pub(super) fn note(&mut self, call: &Call, given: Option<u64>) -> std::result::Result<(), String> {
        match call {
            Call::Number => {
                let number = given.unwrap();
                if number <= self.highest {
                    return Err(format!("the number {number} was given again, after {}", self.highest));
                }
                self.highest = number;
                self.unused.push(number);
            }
            Call::Commit(number) => self.keep(*number, Some(State::Saved), None),
            Call::Intent(number) => self.keep(*number, None, Some(Payment::Asked)),
            Call::Approval(number) => self.line(*number).payment = Some(Payment::Approved),
            Call::Outcome(number, told) => self.note_outcome(*number, *told),
            Call::Acknowledge(items) => {
                for (number, state, _) in items {
                    let line = self.line(*number);
                    line.answered = line.revision;
                    let registered = line.state == Some(State::Registered);
                    line.state = Some(if registered { State::Registered } else { *state });
                }
            }
            Call::Survey(number) => drop(self.surveys.insert(*number)),
            Call::ForgetSurveys(numbers) => self.surveys.retain(|number| !numbers.contains(number)),
        }
        Ok(())
    }

    fn note_outcome(&mut self, number: u64, told: PaymentState) {
        let line = self.line(number);
        match line.payment {
            Some(Payment::Ended(_)) => line.revision += 1,
            _ if told == PaymentState::NotPaid => {
                self.lines.remove(&number);
                return;
            }
            _ => line.state = Some(State::Saved),
        }
        line.payment = Some(Payment::Ended(told));
    }

    fn keep(&mut self, number: u64, state: Option<State>, payment: Option<Payment>) {
        self.unused.retain(|unused| *unused != number);
        self.lines.insert(number, Line { state, payment, revision: 1, answered: 0 });
    }

    fn line(&mut self, number: u64) -> &mut Line {
        self.lines.get_mut(&number).unwrap()
    }

    /// Compares with the outbox after a cut, and learns whether the interrupted call had happened.
    pub(super) fn meets(
        &mut self,
        outbox: &SqliteOutbox,
        interrupted: Option<Call>,
        seen: &mut Seen,
    ) -> std::result::Result<(), String> {
        let found = self.look(outbox).map_err(|error| format!("it cannot be read: {error:?}"))?;
        if found == self.expected() && !matches!(interrupted, Some(Call::Number)) {
            seen.not_happened += u64::from(interrupted.is_some());
            return Ok(());
        }
        let mut other = self.clone();
        match &interrupted {
            // Whether the number was used up makes no difference that can be seen.
            None | Some(Call::Number) => {}
            Some(call) => other.note(call, None)?,
        }
        if found == other.expected() {
            seen.happened += u64::from(!matches!(interrupted, Some(Call::Number)));
            *self = other;
            return Ok(());
        }
        Err(format!("{found:#?}\nis neither {:#?}\nnor that after {interrupted:?}", self.expected()))
    }

    fn expected(&self) -> Shown {
        let payment_of = |line: &Line| match line.payment {
            Some(Payment::Ended(state)) => Some(state),
            _ => None,
        };
        let waits = |line: &Line| line.state.is_some() && line.answered < line.revision;
        let open = |line: &Line| match line.payment? {
            Payment::Asked => Some((false, false)),
            Payment::Approved => Some((true, false)),
            Payment::Ended(PaymentState::Unknown) => Some((false, true)),
            Payment::Ended(_) => None,
        };
        Shown {
            states: self.lines.iter().map(|(number, line)| (*number, line.state)).collect(),
            pending: (self.lines.iter().filter(|(_, line)| waits(line)))
                .map(|(number, line)| (*number, (content(*number), payment_of(line))))
                .collect(),
            open: self.lines.iter().filter_map(|(number, line)| Some((*number, open(line)?))).collect(),
            surveys: self.surveys.clone(),
        }
    }

    fn look(&self, outbox: &SqliteOutbox) -> Result<Shown> {
        let numbers = 1..=self.highest + 1;
        let open = outbox.open_payments()?;
        let mut states = BTreeMap::new();
        for number in numbers {
            let state = outbox.state(id(number))?;
            let held = open.iter().any(|open| open.transaction == id(number));
            if state.is_some() || held {
                states.insert(number, state);
            }
        }
        let pending = outbox.pending(usize::MAX)?.into_iter();
        let number_of = |uuid: Uuid| u64::try_from(uuid.as_u128()).unwrap();
        Ok(Shown {
            states,
            pending: pending
                .map(|item| {
                    let state = item.payment.map(|payment| payment.state);
                    (item.sealed.header.sequence, (item.sealed, state))
                })
                .collect(),
            open: open
                .into_iter()
                .map(|open| {
                    // What was approved stays known when the outcome becomes unknown.
                    let approved = open.approved.is_some() && !open.recorded_unknown;
                    (number_of(open.transaction), (approved, open.recorded_unknown))
                })
                .collect(),
            surveys: outbox.pending_surveys(usize::MAX)?.iter().map(|item| number_of(item.id)).collect(),
        })
    }
}
