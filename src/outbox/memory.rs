//! An outbox that lasts as long as the program: for tests, simulations, and as the plainest statement of
//! what an outbox does.
//!
//! Invariant: the same as on a disk, but that nothing survives the end of the program and that nothing
//! can fail.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use zuil_wire::messages::{Refusal, SurveyItem};
use zuil_wire::seal::Sealed;
use zuil_wire::{Header, ItemOutcome, PaymentRecord, PaymentState, QuestionItem, State};

use super::rules::{self, Consequence, Known, Progress, STEP};
use super::{
    Acknowledged, Approval, Attempts, Counts, Intent, OpenPayment, Outbox, OutboxError, Pending, Result,
    Sent, Settings, Tidied,
};

/// An outbox in memory.
#[derive(Debug, Default)]
pub struct MemoryOutbox {
    kept: Mutex<Kept>,
    settings: Settings,
}

#[derive(Clone, Debug, Default)]
struct Kept {
    last_sequence: u64,
    /// In the order of their sequence.
    transactions: BTreeMap<u64, Transaction>,
    /// In the order of their intents.
    journal: Vec<Line>,
    surveys: BTreeMap<Uuid, SurveyItem>,
    questions: BTreeMap<Uuid, QuestionItem>,
    tried: HashMap<Uuid, Attempts>,
}

#[derive(Clone, Debug)]
struct Transaction {
    header: Header,
    /// Encapsulated key and ciphertext.
    content: Option<(String, String)>,
    payment: Option<Uuid>,
    /// `None` while it is held.
    state: Option<State>,
    refusal: Option<Refusal>,
    revision: u32,
    answered: u32,
    answered_at: Option<Timestamp>,
}

#[derive(Clone, Debug)]
struct Line {
    intent: Intent,
    progress: Progress,
    /// What the terminal told when it approved.
    approval: Option<Approval>,
    /// What was told last: terminal, receipt, scheme.
    told: (Option<String>, Option<u16>, Option<String>),
    settled_at: Option<Timestamp>,
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

impl Transaction {
    fn is_answered(&self) -> bool {
        self.answered == self.revision
    }

    fn waits(&self) -> bool {
        !self.is_answered() && self.state.is_some()
    }
}

impl Line {
    fn known(&self) -> Known {
        Known {
            amount: self.intent.amount,
            at: self.intent.at,
            progress: self.progress,
            receipt_number: self.told.1,
        }
    }

    fn is_settled(&self) -> bool {
        !self.progress.is_open()
    }

    /// What the hub is told of it.
    fn record(&self) -> Option<PaymentRecord> {
        let Progress::Ended(state) = self.progress else { return None };
        let (terminal_id, receipt_number, card_scheme) = self.told.clone();
        Some(PaymentRecord { state, amount: self.intent.amount, terminal_id, receipt_number, card_scheme })
    }
}

impl Kept {
    fn by_id(&mut self, id: Uuid) -> Option<&mut Transaction> {
        self.transactions.values_mut().find(|it| it.header.id == id)
    }

    fn by_payment(&mut self, payment: Uuid) -> Option<&mut Transaction> {
        self.transactions.values_mut().find(|it| it.payment == Some(payment))
    }

    fn line(&mut self, payment: Uuid) -> Result<&mut Line> {
        let line = self.journal.iter_mut().find(|line| line.intent.payment == payment);
        line.ok_or(OutboxError::UnknownPayment(payment))
    }

    fn is_settled(&self, payment: Option<Uuid>) -> bool {
        payment.is_none_or(|payment| {
            self.journal.iter().any(|line| line.intent.payment == payment && line.is_settled())
        })
    }

    /// Whether this very transaction is here already.
    fn has(&self, sealed: &Sealed, payment: Option<Uuid>) -> Result<bool> {
        rules::check_size(sealed)?;
        let header = &sealed.header;
        let taken = Err(OutboxError::Taken(header.id));
        if header.sequence == 0 || i64::try_from(header.sequence).is_err() {
            return taken;
        }
        let known = self.transactions.values().find(|it| {
            it.header.id == header.id
                || it.header.sequence == header.sequence
                || (payment.is_some() && it.payment == payment)
        });
        match known {
            None => Ok(false),
            Some(known) if known.header == *header && known.payment == payment => Ok(true),
            Some(_) => taken,
        }
    }

    fn insert(&mut self, sealed: &Sealed, payment: Option<Uuid>, state: Option<State>) {
        let Sealed { header, encapsulated_key, ciphertext } = sealed.clone();
        let transaction = Transaction {
            content: Some((encapsulated_key, ciphertext)),
            payment,
            state,
            refusal: None,
            revision: 1,
            answered: 0,
            answered_at: None,
            header,
        };
        self.transactions.insert(transaction.header.sequence, transaction);
    }

    /// The content goes when the hub has all of it, and not while a payment is unknown.
    fn may_forget(&self, it: &Transaction) -> bool {
        it.is_answered() && it.refusal.is_none() && it.content.is_some() && self.is_settled(it.payment)
    }

    fn stamp(&mut self, now: Timestamp) -> usize {
        let unseen = |at: Option<Timestamp>| at.is_none_or(|at| at > now);
        let transactions = self.transactions.values_mut();
        let answered = transactions.filter(|it| it.is_answered() && it.refusal.is_none());
        let answered = answered.map(|it| &mut it.answered_at);
        let settled = self.journal.iter_mut().filter(|line| line.is_settled());
        let settled = settled.map(|line| &mut line.settled_at);
        answered
            .filter(|at| unseen(**at))
            .take(STEP)
            .chain(settled.filter(|at| unseen(**at)).take(STEP))
            .map(|at| *at = Some(now))
            .count()
    }

    fn forget_content(&mut self, before: Timestamp) -> usize {
        let over = |it: &&Transaction| it.answered_at.is_some_and(|at| at <= before) && self.may_forget(it);
        let over = self.transactions.values().filter(over).map(|it| it.header.sequence);
        let over: Vec<u64> = over.take(STEP).collect();
        for sequence in &over {
            if let Some(it) = self.transactions.get_mut(sequence) {
                it.content = None;
            }
        }
        over.len()
    }

    fn prune_transactions(&mut self, before: Timestamp) -> usize {
        let over = |it: &&Transaction| {
            it.is_answered()
                && it.content.is_none()
                && it.answered_at.is_some_and(|at| at <= before)
                && matches!(it.state, Some(State::Received | State::Registered))
        };
        let over = self.transactions.values().filter(over).map(|it| it.header.sequence);
        let over: Vec<u64> = over.take(STEP).collect();
        over.iter().for_each(|sequence| drop(self.transactions.remove(sequence)));
        over.len()
    }

    /// Never the newest line, and none after an open one: those say whether it was superseded.
    fn prune_journal(&mut self, before: Timestamp) -> usize {
        let open = self.journal.iter().position(|line| line.progress.is_open());
        let limit = open.unwrap_or(usize::MAX).min(self.journal.len().saturating_sub(1));
        let transactions = &self.transactions;
        let over = self.journal[..limit].iter().filter(|line| {
            line.is_settled()
                && line.settled_at.is_some_and(|at| at <= before)
                && !transactions.values().any(|it| it.payment == Some(line.intent.payment))
        });
        let over: Vec<Uuid> = over.map(|line| line.intent.payment).take(STEP).collect();
        self.journal.retain(|line| !over.contains(&line.intent.payment));
        over.len()
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
                Some(State::Received) => counts.received += 1,
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
