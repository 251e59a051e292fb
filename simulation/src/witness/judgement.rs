//! What the hub and the pillars hold, held against what was done.
//!
//! Invariant: each rule is said once and named in what it blames.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use uuid::Uuid;
use zuil_hub::store::FoundAnswer;
use zuil_wire::{PaymentState, State};

use super::{Notes, is_backward, pillar_name};
use crate::hub::Row;

impl Notes {
    /// Holds all that the hub has against all that was done.
    pub(crate) fn looks_at_the_hub(&mut self, rows: &[Row]) {
        let mut seen = BTreeSet::new();
        for row in rows {
            if !seen.insert(row.content.id) {
                let what = format!("{} is at the hub twice", self.name(row.content.id));
                self.blame("none twice", what);
            }
            self.looks_at_row(row);
        }
        for (id, state) in self.answered.clone() {
            if !seen.contains(&id) {
                let what = format!("{} was answered as {} and is not there", self.name(id), state.as_str());
                self.blame("what the hub answered to is durable", what);
            }
        }
        self.no_visit_is_served_twice(rows);
    }

    fn looks_at_row(&mut self, row: &Row) {
        let id = row.content.id;
        let Some(attempt) = self.attempts.get_mut(&id) else {
            self.blame("the hub holds nothing that no resident did", "an unknown transaction is at the hub");
            return;
        };
        let name = attempt.name.clone();
        let paid = row.payment.as_ref().map(|payment| payment.state);
        let (before, paid_before) = (attempt.at_hub.replace(row.state), attempt.paid_at_hub);
        attempt.paid_at_hub = paid;
        let same = attempt.content.get_or_insert_with(|| row.content.clone()) == &row.content;
        let mine = attempt.reference == row.content.reference && row.pillar == pillar_name(attempt.pillar);
        let typed = self.visits.get(attempt.visit).cloned();
        let complete = typed.is_some_and(|typed| {
            typed.task == row.content.task
                && typed
                    .values
                    .iter()
                    .all(|value| row.content.answers.iter().any(|line| line.value.contains(value)))
        });
        if !same || !mine || !complete {
            self.blame("contents are equal", format!("{name} is not at the hub as it was typed"));
        }
        if before.is_some_and(|before| is_backward(before, row.state)) {
            self.blame(
                "no state goes backward",
                format!("{name} was {before:?} at the hub and is {:?}", row.state),
            );
        }
        if paid_before.is_some_and(|before| before != PaymentState::Unknown && paid != Some(before)) {
            self.blame(
                "no state goes backward",
                format!("{name}'s payment was {paid_before:?} at the hub, now {paid:?}"),
            );
        }
        if let Some(paid) = paid {
            self.hears_payment(id, paid, "the hub");
        }
    }

    /// What pillars sign and seal is believed and can be read. (`looks_at_row` cannot ask: the hub may not have
    /// looked at it yet.)
    fn all_is_believed(&mut self, rows: &[Row]) {
        if let Some(row) = rows.iter().find(|row| row.trouble.is_some()) {
            let what = format!("{} is {:?} to the hub", self.name(row.content.id), row.trouble);
            self.blame("what pillars sign is believed", what);
        }
    }

    /// One errand is one transaction, unless a try before it could not be kept for sure.
    fn no_visit_is_served_twice(&mut self, rows: &[Row]) {
        let mut served: BTreeMap<usize, &str> = BTreeMap::new();
        let mut twice = None;
        for row in rows {
            let Some(attempt) = self.attempts.get(&row.content.id) else { continue };
            let settled = row.payment.as_ref().is_none_or(|payment| payment.state == PaymentState::Paid);
            if attempt.kept == Some(true)
                && settled
                && let Some(other) = served.insert(attempt.visit, &attempt.name)
            {
                twice = Some(format!("{other} and {} are one errand", attempt.name));
            }
        }
        if let Some(what) = twice {
            self.blame("none twice", what);
        }
    }

    /// What is in someone's hand is at its pillar or at the hub. `is_there` asks the pillar.
    pub(crate) fn looks_at_a_pillar(
        &mut self,
        pillar: usize,
        at_hub: Option<&[Row]>,
        is_there: impl Fn(Uuid) -> bool,
    ) {
        let Some(rows) = at_hub else { return };
        let lost = self.attempts.iter().find(|(id, attempt)| {
            attempt.pillar == pillar
                && attempt.in_hand
                && !is_there(**id)
                && !rows.iter().any(|row| row.content.id == **id)
        });
        if let Some(name) = lost.map(|(_, attempt)| attempt.name.clone()) {
            self.blame(
                "every receipt is durable somewhere",
                format!("{name} is neither at its pillar nor at the hub"),
            );
        }
    }

    /// What residents found arrived, and counts once however often it was sent.
    pub(crate) fn judges_what_was_found(&mut self, at_hub: &[FoundAnswer]) {
        let mut has: BTreeMap<(String, String), u64> = BTreeMap::new();
        for FoundAnswer { pillar, answer, times, .. } in at_hub {
            *has.entry((pillar.clone(), answer.clone())).or_default() += times;
        }
        if has != self.found {
            let what = format!("the hub has {has:?}, and residents found {:?}", self.found);
            self.blame("what was found counts once", what);
        }
    }

    /// When all is mended and has come to rest.
    pub(crate) fn judges_the_end(&mut self, rows: &[Row], surveys: u64) {
        self.looks_at_the_hub(rows);
        self.all_is_believed(rows);
        let mut wrong = String::new();
        for (id, attempt) in &self.attempts {
            let row = rows.iter().find(|row| row.content.id == *id);
            let name = &attempt.name;
            match row {
                None if attempt.in_hand && !attempt.refused => {
                    let _ = write!(wrong, "{name} was promised and is not at the hub; ");
                }
                None if attempt.in_hand && attempt.at_pillar != Some(State::Parked) => {
                    let _ = write!(wrong, "{name} was refused and its pillar says {:?}; ", attempt.at_pillar);
                }
                Some(row) if attempt.at_pillar != Some(row.state) => {
                    let _ = write!(
                        wrong,
                        "{name} is {:?} and its pillar says {:?}; ",
                        row.state, attempt.at_pillar
                    );
                }
                Some(row) if row.payment.as_ref().is_some_and(|paid| paid.state == PaymentState::Unknown) => {
                    let _ = write!(wrong, "{name}'s payment is not settled; ");
                }
                _ => {}
            }
        }
        for (payment, stands) in &self.charges {
            let id = self.payments.get(payment);
            let row = id.and_then(|id| rows.iter().find(|row| row.content.id == *id));
            let refused = id.and_then(|id| self.attempts.get(id)).is_some_and(|attempt| attempt.refused);
            if *stands && row.is_none() && !refused {
                let _ = write!(wrong, "a charge stands for nothing; ");
            }
        }
        if !wrong.is_empty() {
            self.blame("every receipt has exactly one transaction at the hub in the end", wrong);
        }
        let (sure, perhaps) = (&self.surveys.0, &self.surveys.1);
        let range = sure.len() as u64..=(sure.len() + perhaps.len()) as u64;
        if !range.contains(&surveys) {
            self.blame("every survey counts once", format!("{surveys} at the hub, {range:?} were kept"));
        }
    }
}
