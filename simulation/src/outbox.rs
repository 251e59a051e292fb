//! The outbox as the town sees it: the real one, with someone who writes down what was asked and answered,
//! and perhaps a planted bug in between.
//!
//! Invariant: without a planted bug, every call reaches the real outbox unchanged.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;
use zuil::outbox::{
    Acknowledged, Approval, Attempts, Counts, Intent, MadeHere, OpenPayment, Outbox, Pending, Result, Sent,
    Tidied,
};
use zuil_wire::messages::SurveyItem;
use zuil_wire::seal::Sealed;
use zuil_wire::{ItemOutcome, PaymentRecord, QuestionItem, Reference, RequestStanding, State};

use crate::planted::Saboteur;
use crate::witness::Witness;

/// An outbox that is watched.
pub(crate) struct Watched {
    pub(crate) inner: Arc<dyn Outbox>,
    pub(crate) pillar: usize,
    pub(crate) witness: Witness,
    pub(crate) saboteur: Arc<Saboteur>,
}

impl Outbox for Watched {
    fn next_sequence(&self) -> Result<u64> {
        let sequence = self.saboteur.next_sequence(&*self.inner)?;
        self.witness.notes().gives(self.pillar, sequence);
        Ok(sequence)
    }

    fn commit(&self, sealed: &Sealed) -> Result<()> {
        self.witness.notes().tries_to_keep(self.pillar, &sealed.header, None);
        let done = self.saboteur.commit(&*self.inner, sealed);
        self.witness.notes().kept(sealed.header.id, done.is_ok());
        done
    }

    fn pending(&self, limit: usize) -> Result<Vec<Pending>> {
        self.saboteur.pending(&*self.inner, limit)
    }

    fn pending_after(&self, after: u64, limit: usize) -> Result<Vec<Pending>> {
        self.saboteur.pending_after(&*self.inner, after, limit)
    }

    fn note_failure(&self, sent: &[Sent], at: Timestamp, why: &str) -> Result<()> {
        self.inner.note_failure(sent, at, why)
    }

    fn attempts(&self) -> Result<Option<Attempts>> {
        self.inner.attempts()
    }

    fn acknowledge(&self, outcomes: &[ItemOutcome], sent: &[Sent]) -> Result<Vec<Acknowledged>> {
        let acknowledged = self.saboteur.acknowledge(&*self.inner, outcomes, sent)?;
        for item in &acknowledged {
            self.witness.notes().pillar_says(item.id, item.state);
        }
        Ok(acknowledged)
    }

    fn to_follow(&self, after: u64, limit: usize) -> Result<Vec<(u64, Uuid)>> {
        self.inner.to_follow(after, limit)
    }

    fn keep_standings(&self, standings: &[RequestStanding]) -> Result<Vec<Acknowledged>> {
        let changed = self.inner.keep_standings(standings)?;
        for item in &changed {
            self.witness.notes().pillar_says(item.id, item.state);
        }
        Ok(changed)
    }

    fn case_number(&self, id: Uuid) -> Result<Option<String>> {
        self.inner.case_number(id)
    }

    fn made_here(&self, reference: Reference) -> Result<Option<MadeHere>> {
        self.inner.made_here(reference)
    }

    fn state(&self, id: Uuid) -> Result<Option<State>> {
        self.saboteur.state(&*self.inner, id)
    }

    fn counts(&self) -> Result<Counts> {
        self.inner.counts()
    }

    fn record_intent(&self, intent: &Intent, sealed: &Sealed) -> Result<()> {
        self.witness.notes().tries_to_keep(self.pillar, &sealed.header, Some(intent.payment));
        let done = self.saboteur.record_intent(&*self.inner, intent, sealed);
        self.witness.notes().kept(sealed.header.id, done.is_ok());
        done
    }

    fn record_approval(&self, payment: Uuid, approval: &Approval) -> Result<()> {
        self.inner.record_approval(payment, approval)
    }

    fn record_outcome(&self, payment: Uuid, record: &PaymentRecord) -> Result<()> {
        let record = self.saboteur.outcome(record);
        self.inner.record_outcome(payment, &record)?;
        let mut notes = self.witness.notes();
        if let Some(id) = notes.transaction_of(payment) {
            let line =
                format!("{}: its journal says {}", notes.name(id), crate::witness::words(Some(record.state)));
            notes.say(line);
            notes.hears_payment(id, record.state, "the journal");
        }
        Ok(())
    }

    fn open_payments(&self) -> Result<Vec<OpenPayment>> {
        self.inner.open_payments()
    }

    fn keep_survey(&self, survey: &SurveyItem) -> Result<()> {
        self.witness.notes().surveys.1.insert(survey.id);
        self.inner.keep_survey(survey)?;
        let mut notes = self.witness.notes();
        notes.surveys.1.remove(&survey.id);
        notes.surveys.0.insert(survey.id);
        Ok(())
    }

    fn pending_surveys(&self, limit: usize) -> Result<Vec<SurveyItem>> {
        self.inner.pending_surveys(limit)
    }

    fn acknowledge_surveys(&self, ids: &[Uuid]) -> Result<()> {
        self.inner.acknowledge_surveys(ids)
    }

    fn keep_question(&self, question: &QuestionItem) -> Result<()> {
        self.inner.keep_question(question)
    }

    fn pending_questions(&self, limit: usize) -> Result<Vec<QuestionItem>> {
        self.inner.pending_questions(limit)
    }

    fn acknowledge_questions(&self, ids: &[Uuid]) -> Result<()> {
        self.inner.acknowledge_questions(ids)
    }

    fn room(&self) -> Result<u32> {
        self.inner.room()
    }

    fn tidy(&self, now: Timestamp) -> Result<Tidied> {
        self.inner.tidy(now)
    }
}
