//! An outbox that lasts as long as the program: for tests, simulations, and as the plainest statement of
//! what an outbox does.
//!
//! Invariant: the same as on a disk, but that nothing survives the end of the program and that nothing
//! can fail.

mod kept;
mod tidying;

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use zuil_wire::messages::SurveyItem;
use zuil_wire::seal::Sealed;
use zuil_wire::{ItemOutcome, PaymentRecord, PaymentState, QuestionItem, Reference, RequestStanding, State};

use super::rules::{self, Consequence, Progress};
use super::{
    Acknowledged, Approval, Attempts, Counts, Intent, MadeHere, OpenPayment, Outbox, Pending, Result, Sent,
    Settings, Tidied,
};

use kept::{Kept, Line};

/// An outbox in memory.
#[derive(Debug, Default)]
pub struct MemoryOutbox {
    kept: Mutex<Kept>,
    settings: Settings,
}

impl MemoryOutbox {
    /// An empty one.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { kept: Mutex::default(), settings }
    }

    /// What a program that begins anew would find, if memory lasted.
    #[cfg(test)]
    pub(super) fn as_found_later(&self) -> Self {
        Self { kept: Mutex::new(self.kept().clone()), settings: self.settings }
    }

    /// A panic elsewhere leaves nothing half done here: everything is checked before anything is changed.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outbox for MemoryOutbox {
    fn next_sequence(&self) -> Result<u64> {
        let mut kept = self.kept();
        kept.last_sequence += 1;
        Ok(kept.last_sequence)
    }

    fn commit(&self, sealed: &Sealed) -> Result<()> {
        let mut kept = self.kept();
        if !kept.has(sealed, None)? {
            kept.insert(sealed, None, Some(State::Saved));
        }
        Ok(())
    }

    fn pending(&self, limit: usize) -> Result<Vec<Pending>> {
        let kept = self.kept();
        let waiting = kept.transactions.values().filter(|it| it.waits());
        let pending = waiting.filter_map(|it| {
            let (encapsulated_key, ciphertext) = it.content.clone()?;
            let payment = it.payment.and_then(|payment| {
                kept.journal.iter().find(|line| line.intent.payment == payment)?.record()
            });
            let sealed = Sealed { header: it.header.clone(), encapsulated_key, ciphertext };
            Some(Pending { sealed, payment, revision: it.revision })
        });
        Ok(pending.take(limit).collect())
    }

    fn note_failure(&self, sent: &[Sent], at: Timestamp, why: &str) -> Result<()> {
        let mut kept = self.kept();
        for Sent { id, revision } in sent {
            let waits = kept.by_id(*id).is_some_and(|it| it.waits() && it.revision == *revision);
            let remembers = kept.tried.len() < rules::MOST_TRIED || kept.tried.contains_key(id);
            if waits && remembers {
                let known = kept.tried.entry(*id);
                let known = known.or_insert(Attempts { id: *id, tries: 0, last: at, why: String::new() });
                known.tries = known.tries.saturating_add(1);
                (known.last, known.why) = (at, rules::shortened(why));
            }
        }
        Ok(())
    }

    fn attempts(&self) -> Result<Option<Attempts>> {
        let kept = self.kept();
        Ok(kept.tried.values().max_by_key(|it| (it.tries, std::cmp::Reverse(it.last))).cloned())
    }

    fn acknowledge(&self, outcomes: &[ItemOutcome], sent: &[Sent]) -> Result<Vec<Acknowledged>> {
        let mut kept = self.kept();
        let mut acknowledged = Vec::new();
        for Sent { id, revision } in sent {
            let outcome = outcomes.iter().find(|outcome| rules::id_of(outcome) == *id);
            let (Some(outcome), Some(it)) = (outcome, kept.by_id(*id)) else { continue };
            let Some(mut state) = it.state else { continue };
            if *revision > it.answered {
                let answer = rules::answer(state, outcome);
                state = answer.state;
                (it.state, it.refusal) = (Some(state), answer.refusal);
                it.case_number = answer.case_number.or_else(|| it.case_number.take());
                (it.answered, it.answered_at) = (*revision, None);
                let sequence = it.header.sequence;
                kept.tried.remove(id);
                if self.settings.keep_sealed.is_zero()
                    && kept.may_forget(&kept.transactions[&sequence])
                    && let Some(it) = kept.transactions.get_mut(&sequence)
                {
                    it.content = None;
                }
            }
            acknowledged.push(Acknowledged { id: *id, state });
        }
        Ok(acknowledged)
    }

    fn to_follow(&self, after: u64, limit: usize) -> Result<Vec<(u64, Uuid)>> {
        let kept = self.kept();
        let later = kept.transactions.iter().filter(|(sequence, _)| **sequence > after);
        let followed =
            later.filter(|(_, it)| it.is_followed()).map(|(sequence, it)| (*sequence, it.header.id));
        Ok(followed.take(limit).collect())
    }

    fn keep_standings(&self, standings: &[RequestStanding]) -> Result<Vec<Acknowledged>> {
        let mut kept = self.kept();
        let mut changed = Vec::new();
        for RequestStanding { id, state, case_number } in standings {
            let Some(it) = kept.by_id(*id).filter(|it| it.is_followed()) else { continue };
            let Some(known) = it.state else { continue };
            let state = rules::standing(known, *state);
            (it.state, it.case_number) = (Some(state), case_number.clone().or_else(|| it.case_number.take()));
            if state != known {
                changed.push(Acknowledged { id: *id, state });
            }
        }
        Ok(changed)
    }

    fn case_number(&self, id: Uuid) -> Result<Option<String>> {
        Ok(self.kept().by_id(id).and_then(|it| it.case_number.clone()))
    }

    fn made_here(&self, reference: Reference) -> Result<Option<MadeHere>> {
        let kept = self.kept();
        let made = kept.transactions.values().find(|it| it.header.reference == reference);
        Ok(made.and_then(|it| {
            let (committed_at, case_number) = (it.header.committed_at, it.case_number.clone());
            let payment = it.payment.and_then(|payment| kept.outcome(payment));
            Some(MadeHere { state: it.state?, committed_at, case_number, payment })
        }))
    }

    fn state(&self, id: Uuid) -> Result<Option<State>> {
        Ok(self.kept().by_id(id).and_then(|it| it.state))
    }

    fn counts(&self) -> Result<Counts> {
        let kept = self.kept();
        let mut counts = Counts::default();
        for it in kept.transactions.values() {
            match it.state {
                None => counts.held += 1,
                Some(State::Saved) => counts.saved += 1,
                // Nothing in an outbox is closed.
                Some(State::Received | State::Closed) => counts.received += 1,
                Some(State::Registered) => counts.registered += 1,
                Some(State::Parked) => counts.parked += 1,
            }
        }
        counts.open_payments = kept.journal.iter().filter(|line| line.progress.is_open()).map(|_| 1).sum();
        counts.surveys = kept.surveys.values().map(|_| 1).sum();
        Ok(counts)
    }

    fn record_intent(&self, intent: &Intent, sealed: &Sealed) -> Result<()> {
        rules::check_amount(intent.amount)?;
        let mut kept = self.kept();
        let is_new = match kept.line(intent.payment) {
            Ok(line) => line.known().expects_intent(intent).map(|()| false)?,
            Err(_) => true,
        };
        if !kept.has(sealed, Some(intent.payment))? {
            kept.insert(sealed, Some(intent.payment), None);
        }
        if is_new {
            let intent = intent.clone();
            let told = (None, None, None);
            kept.journal.push(Line {
                intent,
                progress: Progress::Asked,
                approval: None,
                told,
                settled_at: None,
            });
        }
        Ok(())
    }

    fn record_approval(&self, payment: Uuid, approval: &Approval) -> Result<()> {
        let mut kept = self.kept();
        let line = kept.line(payment)?;
        if line.known().approve(payment, approval)? {
            let Approval { terminal_id, receipt_number, card_scheme, .. } = approval.clone();
            line.told = (Some(terminal_id), Some(receipt_number), Some(card_scheme));
            (line.progress, line.approval) = (Progress::Approved, Some(approval.clone()));
        }
        Ok(())
    }

    fn record_outcome(&self, payment: Uuid, record: &PaymentRecord) -> Result<()> {
        let mut kept = self.kept();
        let line = kept.line(payment)?;
        let consequence = line.known().settle(payment, record)?;
        if consequence != Consequence::None {
            line.progress = Progress::Ended(record.state);
            if record.state != PaymentState::Unknown {
                let told = (record.terminal_id.clone(), record.receipt_number, record.card_scheme.clone());
                line.told.0 = told.0.or(line.told.0.take());
                line.told.1 = told.1.or(line.told.1);
                line.told.2 = told.2.or(line.told.2.take());
            }
        }
        let Some(it) = kept.by_payment(payment) else { return Ok(()) };
        match consequence {
            Consequence::None => {}
            Consequence::Release => it.state = it.state.or(Some(State::Saved)),
            Consequence::TellAgain => it.revision += 1,
            Consequence::Discard => {
                let sequence = it.header.sequence;
                kept.transactions.remove(&sequence);
            }
        }
        Ok(())
    }

    fn open_payments(&self) -> Result<Vec<OpenPayment>> {
        let kept = self.kept();
        let open = kept.journal.iter().enumerate().filter(|(_, line)| line.progress.is_open());
        let open = open.filter_map(|(at, line)| {
            let intent = line.intent.clone();
            let transaction = kept.transactions.values().find(|it| it.payment == Some(intent.payment))?;
            let may_have_charged = |later: &Line| later.progress != Progress::Ended(PaymentState::NotPaid);
            Some(OpenPayment {
                payment: intent.payment,
                transaction: transaction.header.id,
                amount: intent.amount,
                last_receipt: intent.last_receipt,
                last_terminal: intent.last_terminal,
                turnover: intent.turnover,
                reference: transaction.header.reference,
                approved: line.approval.clone(),
                at: intent.at,
                recorded_unknown: matches!(line.progress, Progress::Ended(_)),
                superseded: kept.journal[at + 1..].iter().any(may_have_charged),
            })
        });
        Ok(open.collect())
    }

    fn keep_survey(&self, survey: &SurveyItem) -> Result<()> {
        self.kept().surveys.entry(survey.id).or_insert_with(|| survey.clone());
        Ok(())
    }

    fn pending_surveys(&self, limit: usize) -> Result<Vec<SurveyItem>> {
        Ok(self.kept().surveys.values().take(limit).cloned().collect())
    }

    fn acknowledge_surveys(&self, ids: &[Uuid]) -> Result<()> {
        let mut kept = self.kept();
        ids.iter().for_each(|id| drop(kept.surveys.remove(id)));
        Ok(())
    }

    fn keep_question(&self, question: &QuestionItem) -> Result<()> {
        let mut kept = self.kept();
        kept.questions.entry(question.id).or_insert_with(|| question.clone());
        while kept.questions.len() > rules::MOST_QUESTIONS {
            let oldest = kept.questions.values().min_by_key(|it| (it.on, std::cmp::Reverse(it.id)));
            let Some(oldest) = oldest.map(|it| it.id) else { break };
            kept.questions.remove(&oldest);
        }
        Ok(())
    }

    fn pending_questions(&self, limit: usize) -> Result<Vec<QuestionItem>> {
        Ok(self.kept().questions.values().take(limit).cloned().collect())
    }

    fn acknowledge_questions(&self, ids: &[Uuid]) -> Result<()> {
        let mut kept = self.kept();
        ids.iter().for_each(|id| drop(kept.questions.remove(id)));
        Ok(())
    }

    fn room(&self) -> Result<u32> {
        Ok(u32::MAX)
    }

    fn tidy(&self, now: Timestamp) -> Result<Tidied> {
        let before = |keep: std::time::Duration| {
            let keep = SignedDuration::try_from(keep).unwrap_or(SignedDuration::MAX);
            now.checked_sub(keep).unwrap_or(Timestamp::MIN)
        };
        let (content, records) = (before(self.settings.keep_sealed), before(self.settings.keep_records));
        let mut kept = self.kept();
        let steps: [&dyn Fn(&mut Kept) -> usize; 4] = [
            &|kept| kept.stamp(now),
            &|kept| kept.forget_content(content),
            &|kept| kept.prune_transactions(records),
            &|kept| kept.prune_journal(records),
        ];
        let did = steps.iter().any(|step| step(&mut kept) > 0);
        Ok(if did { Tidied::Some } else { Tidied::Nothing })
    }
}
