//! Taking in what pillars upload, in memory. Invariant: as in SQLite, a row is written once; afterwards only
//! its payment with its signature, state, trouble and case number change, and plain content becomes sealed.

use std::collections::btree_map::Entry;

use jiff::Timestamp;
use zuil_wire::messages::SurveyItem;
use zuil_wire::{PaymentState, Refusal, State};

use super::super::rules::{self, Settlement};
use super::super::survey::survey_week;
use super::super::{
    Checked, CheckedAs, Content, Delivery, Incoming, Outcome, REFUSALS_KEPT, Refused, RefusedEnvelope,
    Stored, SurveyCounts, Taken, Trouble, Unchecked,
};
use super::{Memory, Row};

impl Memory {
    pub(super) fn take_in(&mut self, delivery: &Delivery<'_>) -> Taken {
        let Delivery { batch, at, grace } = *delivery;
        let revoked_at = self.pillars.get(&batch.pillar).and_then(|pillar| pillar.revoked_at);
        let revoked_at = self.bound.ended_at(batch.certificate.as_ref()).or(revoked_at);
        if let Some(revoked_at) = revoked_at {
            let delivered = self.after_revocation.get(&batch.pillar).copied().unwrap_or(0);
            let nothing_to_deliver = batch.transactions.is_empty() && batch.refused.is_empty();
            if nothing_to_deliver || !rules::is_admitted(revoked_at, delivered, grace, at) {
                return Taken::NotAdmitted;
            }
        }
        let take = |incoming| self.take_one(incoming, at, revoked_at);
        let outcomes: Vec<Outcome> = batch.transactions.iter().map(take).collect();
        self.note_what_was_told(delivery, &outcomes);
        if revoked_at.is_some() {
            return Taken::WithoutSurveys(outcomes);
        }
        for survey in &batch.surveys {
            self.take_survey(&batch.pillar, survey, at);
        }
        Taken::Outcomes(outcomes)
    }

    fn take_survey(&mut self, pillar: &str, survey: &SurveyItem, at: Timestamp) {
        if let Entry::Vacant(new) = self.surveys.entry(survey.id) {
            new.insert(survey.clone());
            let key = (survey_week(at), pillar.to_owned(), survey.task.clone());
            *self.survey_counts.entry(key).or_default() += SurveyCounts::of(survey.answers);
        }
    }

    fn note_what_was_told(&mut self, delivery: &Delivery<'_>, outcomes: &[Outcome]) {
        let Delivery { batch, at, .. } = *delivery;
        let mut highest = None;
        for (incoming, outcome) in batch.transactions.iter().zip(outcomes) {
            let header = &incoming.sealed.header;
            let refused = |reason| Refused { id: header.id, reference: Some(header.reference), reason };
            match outcome {
                Outcome::Accepted { .. } => {
                    highest = highest.max(Some(header.sequence));
                    if incoming.payment.as_ref().is_some_and(|payment| rules::is_settled(payment.state)) {
                        self.health.close_settled(&batch.pillar, header.reference);
                    }
                }
                Outcome::Conflict => self.note_refusal(&batch.pillar, refused(Refusal::Conflict), at),
                Outcome::KeyTooNew => self.note_refusal(&batch.pillar, refused(Refusal::UnknownKey), at),
                Outcome::NotSigned => self.note_refusal(&batch.pillar, refused(Refusal::BadSignature), at),
            }
        }
        for refused in &batch.refused {
            self.note_refusal(&batch.pillar, *refused, at);
        }
        if let Some(pillar) = self.pillars.get_mut(&batch.pillar) {
            pillar.last_seen_at = Some(at);
            pillar.last_sequence = pillar.last_sequence.max(highest);
        }
    }

    fn take_one(&mut self, incoming: &Incoming, at: Timestamp, revoked_at: Option<Timestamp>) -> Outcome {
        if revoked_at.is_some_and(|revoked_at| incoming.key_made_at >= revoked_at) {
            return Outcome::KeyTooNew;
        }
        let settles = self.health.has_open_payments()
            && incoming.payment.as_ref().is_some_and(|payment| rules::is_settled(payment.state));
        if (revoked_at.is_some() || settles) && !incoming.is_genuine() {
            return Outcome::NotSigned;
        }
        let trouble = revoked_at.map(|_| Trouble::AfterRevocation);
        let header = &incoming.sealed.header;
        if self.transactions.contains_key(&header.id) || self.ids.contains_key(&header.reference) {
            return self.take_again(incoming, at, trouble);
        }
        self.insert(incoming, at, trouble);
        if trouble.is_some() {
            *self.after_revocation.entry(header.pillar.clone()).or_default() += 1;
            if incoming.payment.as_ref().is_some_and(|payment| payment.state == PaymentState::Unknown) {
                self.settle_as_decided(&header.pillar, header.reference);
            }
        }
        let state = rules::first_state(incoming.payment.as_ref(), trouble);
        Outcome::Accepted { state, case_number: None }
    }

    fn insert(&mut self, incoming: &Incoming, at: Timestamp, trouble: Option<Trouble>) {
        let Incoming { sealed, digest, payment, key_made_at: _, signature } = incoming;
        let header = &sealed.header;
        let stored = Stored {
            id: header.id,
            reference: header.reference,
            content: Content::Sealed(sealed.clone()),
            pillar: header.pillar.clone(),
            state: rules::first_state(payment.as_ref(), trouble),
            trouble,
            case_number: None,
            payment: payment.clone(),
            committed_at: header.committed_at,
            received_at: at,
            payment_settled_at: None,
            payment_settled_by: None,
            looked_at: false,
        };
        self.ids.insert(header.reference, header.id);
        self.order.push(header.id);
        let (digest, signature) = (*digest, signature.bytes.clone());
        let row = Row { digest, sequence: header.sequence, signature, stored };
        self.transactions.insert(header.id, row);
    }

    fn take_again(&mut self, incoming: &Incoming, at: Timestamp, new_trouble: Option<Trouble>) -> Outcome {
        let Incoming { sealed, digest, payment, .. } = incoming;
        let id = self.ids.get(&sealed.header.reference).copied().unwrap_or(sealed.header.id);
        let Some(row) = self.transactions.get_mut(&id).filter(|known| known.digest == *digest) else {
            return Outcome::Conflict;
        };
        let known = &mut row.stored;
        let by_staff = known.payment_settled_by.is_some();
        match (rules::settlement(known.payment.as_ref(), payment.as_ref(), by_staff), payment) {
            (Settlement::Nothing, _) => {}
            (Settlement::Settled, Some(_)) if !incoming.is_genuine() => return Outcome::NotSigned,
            (Settlement::Settled, Some(settled)) => {
                row.signature.clone_from(&incoming.signature.bytes);
                known.trouble = known.trouble.or(new_trouble);
                known.state = rules::state_after(known.state, settled.state, known.trouble);
                known.payment = Some(settled.clone());
                known.payment_settled_at = Some(at);
            }
            (Settlement::Conflict, _) | (Settlement::Settled, None) => return Outcome::Conflict,
        }
        Outcome::Accepted { state: known.state, case_number: known.case_number.clone() }
    }

    fn note_refusal(&mut self, pillar: &str, refused: Refused, now: Timestamp) {
        if !self.pillars.contains_key(pillar) {
            return;
        }
        let key = (pillar.to_owned(), refused.id);
        let new = RefusedEnvelope { refused, first_at: now, last_at: now, times: 0 };
        let known = self.refusals.entry(key).or_insert(new);
        known.refused = refused;
        known.last_at = known.last_at.max(now);
        known.times += 1;
        for old in self.refused_of(pillar).into_iter().skip(REFUSALS_KEPT as usize) {
            self.refusals.remove(&(pillar.to_owned(), old.refused.id));
        }
    }

    /// The newest first.
    fn refused_of(&self, pillar: &str) -> Vec<RefusedEnvelope> {
        let of_pillar = self.refusals.iter().filter(|((name, _), _)| name == pillar);
        let mut list: Vec<RefusedEnvelope> = of_pillar.map(|(_, refused)| refused.clone()).collect();
        list.sort_by_key(|refused| std::cmp::Reverse((refused.last_at, refused.refused.id)));
        list
    }

    pub(super) fn refusals(&self, pillar: &str) -> Vec<RefusedEnvelope> {
        let mut list = self.refused_of(pillar);
        list.retain(|RefusedEnvelope { refused, .. }| {
            let stored = self.transactions.get(&refused.id);
            let was_taken_in = stored.is_some_and(|row| row.stored.pillar == pillar);
            matches!(refused.reason, Refusal::Conflict | Refusal::BadSignature) || !was_taken_in
        });
        list
    }

    pub(super) fn unchecked(&self, limit: u32) -> Vec<Unchecked> {
        let numbered = (1..).zip(&self.order).filter(|(number, _)| *number > self.checked_up_to);
        let unchecked = numbered.filter_map(|(number, id)| {
            let row = self.transactions.get(id)?;
            Some(Unchecked {
                number,
                stored: row.stored.clone(),
                sequence: row.sequence,
                signature: Some(row.signature.clone()),
                public_keys: self.bound.public_keys(&row.stored.pillar),
            })
        });
        unchecked.take(limit as usize).collect()
    }

    pub(super) fn note_checked(&mut self, checked: &[Checked]) {
        for Checked { number, finding } in checked {
            self.checked_up_to = self.checked_up_to.max(*number);
            let place = usize::try_from(*number).ok().and_then(|number| number.checked_sub(1));
            let id = place.and_then(|place| self.order.get(place));
            let Some(row) = id.and_then(|id| self.transactions.get_mut(id)) else { continue };
            row.stored.looked_at = true;
            match finding {
                CheckedAs::Sound => {}
                CheckedAs::Troubled(trouble) => {
                    let known = row.stored.trouble.filter(|_| trouble.may_go_on());
                    row.stored.trouble = known.or(Some(*trouble));
                    if row.stored.state == State::Received {
                        row.stored.state = State::Parked;
                    }
                }
                CheckedAs::Sealed(sealed) => row.stored.content = Content::Sealed(sealed.clone()),
            }
        }
    }
}
