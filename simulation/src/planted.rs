//! Bugs planted on purpose, one at a time, to show that the simulation finds them.
//!
//! Invariant: each is a mistake that a reasonable change could make, sits at a seam (outbox, line, hub), and
//! is there from the beginning of a schedule to its end. Without one, a [`Saboteur`] only passes things on.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;
use zuil::outbox::{Acknowledged, Intent, Outbox, Pending, Result, Sent};
use zuil::sync::SyncError;
use zuil_wire::seal::{Sealed, SigningKey};
use zuil_wire::{
    Envelope, ItemOutcome, PaymentRecord, PaymentState, Reference, State, UploadRequest, UploadResponse,
};

use crate::grounds::Grounds;
use crate::hub::Row;
use crate::witness::Witness;

/// A bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Planted {
    /// The hub's disk says that it synced and did not.
    HubAnswersBeforeItsDiskHasSynced,
    /// The hub answers first and writes a moment later.
    HubAnswersThenWrites,
    /// The hub takes the first half of a batch and answers for all of it.
    HubCommitsHalfABatch,
    /// The hub stores what comes again as something new.
    HubStoresWhatComesAgainAsNew,
    /// The hub believes an upload that comes late, though a newer one had settled the payment.
    HubBelievesALateUpload,
    /// When the hub refuses one, it answers for the whole batch that it was taken.
    BatchIsAnsweredAsAWhole,
    /// The pillar says "saved" before its disk has synced.
    PillarSaysSavedBeforeItsDiskHasSynced,
    /// The pillar says "saved" and writes when there is time.
    PillarSavesLater,
    /// What is sent again gets a new id.
    RetryWithANewId,
    /// What was rejected with a 4xx is taken for done.
    DropOn4xx,
    /// An answer to the first revision is taken for one to the second.
    AnswerIsTakenForAnotherRevision,
    /// An earlier answer is believed after a later one.
    EarlierAnswerIsBelievedLater,
    /// After a restart, sequence numbers begin again.
    SequenceBeginsAnew,
    /// A payment of which nothing is known is called not paid.
    UnknownIsToldAsNotPaid,
    /// The terminal is asked before the intent is durable.
    ChargesBeforeTheIntentIsDurable,
    /// An answer of a resident is written to the pillar's disk.
    PlainOnDisk,
    /// An answer of a resident is written to the hub's disk.
    PlainOnTheHubsDisk,
    /// What is sent again is not signed by its pillar.
    RetryIsNotSigned,
    /// An answer of a resident is written to the log.
    PlainInTheLog,
    /// One that the hub cannot take blocks those behind it.
    RejectedBlocksTheOthers,
    /// One that was set aside is forgotten.
    SetAsideIsForgotten,
}

impl Planted {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::HubAnswersBeforeItsDiskHasSynced,
        Self::HubAnswersThenWrites,
        Self::HubCommitsHalfABatch,
        Self::HubStoresWhatComesAgainAsNew,
        Self::HubBelievesALateUpload,
        Self::BatchIsAnsweredAsAWhole,
        Self::PillarSaysSavedBeforeItsDiskHasSynced,
        Self::PillarSavesLater,
        Self::RetryWithANewId,
        Self::DropOn4xx,
        Self::AnswerIsTakenForAnotherRevision,
        Self::EarlierAnswerIsBelievedLater,
        Self::SequenceBeginsAnew,
        Self::UnknownIsToldAsNotPaid,
        Self::ChargesBeforeTheIntentIsDurable,
        Self::PlainOnDisk,
        Self::PlainOnTheHubsDisk,
        Self::RetryIsNotSigned,
        Self::PlainInTheLog,
        Self::RejectedBlocksTheOthers,
        Self::SetAsideIsForgotten,
    ];
}

/// Who carries a planted bug out: at one pillar from one start to the next, or at the hub.
pub(crate) struct Saboteur {
    bug: Option<Planted>,
    pillar: usize,
    signing_key: String,
    witness: Witness,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    sequence: u64,
    unwritten: Vec<Sealed>,
    sent: BTreeSet<Uuid>,
    renamed: BTreeMap<Uuid, Uuid>,
    forgotten: BTreeSet<Uuid>,
    first_answers: BTreeMap<Uuid, State>,
    late: BTreeMap<Uuid, PaymentRecord>,
}

impl Saboteur {
    pub(crate) fn new(bug: Option<Planted>, pillar: usize, signing_key: &str, witness: &Witness) -> Self {
        Self {
            bug,
            pillar,
            signing_key: signing_key.to_owned(),
            witness: witness.clone(),
            memory: Mutex::default(),
        }
    }

    fn has(&self, bug: Planted) -> bool {
        self.bug == Some(bug)
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the resident before the pillar typed.
    fn overheard(&self) -> String {
        let notes = self.witness.notes();
        let visit = notes.visitor.get(&self.pillar).copied().unwrap_or_default();
        notes.visits.get(visit).and_then(|typed| typed.values.first().cloned()).unwrap_or_default()
    }

    pub(crate) fn next_sequence(&self, outbox: &dyn Outbox) -> Result<u64> {
        if self.has(Planted::SequenceBeginsAnew) {
            let mut memory = self.memory();
            memory.sequence += 1;
            return Ok(memory.sequence);
        }
        outbox.next_sequence()
    }

    pub(crate) fn commit(&self, outbox: &dyn Outbox, sealed: &Sealed) -> Result<()> {
        if self.has(Planted::PillarSavesLater) {
            self.memory().unwritten.push(sealed.clone());
            return Ok(());
        }
        if self.has(Planted::PlainInTheLog) {
            tracing::debug!(name = self.overheard(), "a transaction is kept");
        }
        if self.has(Planted::PlainOnDisk) {
            let answers = zuil_wire::SurveyAnswers::default();
            let note =
                zuil_wire::messages::SurveyItem { id: Uuid::new_v4(), task: self.overheard(), answers };
            outbox.keep_survey(&note)?;
            outbox.commit(sealed)?;
            return outbox.acknowledge_surveys(&[note.id]);
        }
        outbox.commit(sealed)
    }

    pub(crate) fn pending(&self, outbox: &dyn Outbox, limit: usize) -> Result<Vec<Pending>> {
        self.pending_after(outbox, 0, limit)
    }

    pub(crate) fn pending_after(
        &self,
        outbox: &dyn Outbox,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Pending>> {
        let unwritten = std::mem::take(&mut self.memory().unwritten);
        unwritten.iter().try_for_each(|sealed| outbox.commit(sealed))?;
        let mut pending = if self.has(Planted::RejectedBlocksTheOthers) {
            outbox.pending(1)?
        } else {
            outbox.pending_after(after, limit)?
        };
        let memory = self.memory();
        pending.retain(|item| !memory.forgotten.contains(&item.sealed.header.id));
        Ok(pending)
    }

    pub(crate) fn acknowledge(
        &self,
        outbox: &dyn Outbox,
        outcomes: &[ItemOutcome],
        sent: &[Sent],
    ) -> Result<Vec<Acknowledged>> {
        if self.has(Planted::AnswerIsTakenForAnotherRevision) {
            let newest: Vec<Sent> = outbox.pending(1_000)?.iter().map(Pending::sent).collect();
            let about =
                |item: &Sent| newest.iter().find(|other| other.id == item.id).unwrap_or(item).to_owned();
            return outbox.acknowledge(outcomes, &sent.iter().map(about).collect::<Vec<_>>());
        }
        let mut acknowledged = outbox.acknowledge(outcomes, sent)?;
        if self.has(Planted::EarlierAnswerIsBelievedLater) {
            for item in &mut acknowledged {
                item.state = *self.memory().first_answers.entry(item.id).or_insert(item.state);
            }
        }
        Ok(acknowledged)
    }

    pub(crate) fn state(&self, outbox: &dyn Outbox, id: Uuid) -> Result<Option<State>> {
        let state = outbox.state(id)?;
        let before = self.memory().first_answers.get(&id).copied();
        Ok(if self.has(Planted::EarlierAnswerIsBelievedLater) { before.or(state) } else { state })
    }

    pub(crate) fn record_intent(&self, outbox: &dyn Outbox, intent: &Intent, sealed: &Sealed) -> Result<()> {
        if self.has(Planted::ChargesBeforeTheIntentIsDurable) {
            return Ok(());
        }
        outbox.record_intent(intent, sealed)
    }

    pub(crate) fn outcome(&self, record: &PaymentRecord) -> PaymentRecord {
        let mut record = record.clone();
        if self.has(Planted::UnknownIsToldAsNotPaid) && record.state == PaymentState::Unknown {
            record.state = PaymentState::NotPaid;
        }
        record
    }

    /// What goes out instead of an upload.
    pub(crate) fn sends<'a>(&self, request: &'a UploadRequest) -> Cow<'a, UploadRequest> {
        if self.has(Planted::RetryIsNotSigned) {
            return Cow::Owned(self.not_signed(request));
        }
        if !self.has(Planted::RetryWithANewId) {
            return Cow::Borrowed(request);
        }
        let mut request = request.clone();
        let mut memory = self.memory();
        for envelope in &mut request.envelopes {
            let id = envelope.header.id;
            if !memory.sent.insert(id)
                && let Some(other) = self.renamed(envelope, Uuid::now_v7(), envelope.header.reference)
            {
                memory.renamed.insert(other.header.id, id);
                *envelope = other;
            }
        }
        Cow::Owned(request)
    }

    /// What the sync hears instead of an answer.
    pub(crate) fn hears(
        &self,
        request: &UploadRequest,
        answer: std::result::Result<UploadResponse, SyncError>,
    ) -> std::result::Result<UploadResponse, SyncError> {
        let rejected = matches!(answer, Err(SyncError::Rejected(_)));
        if rejected && self.has(Planted::DropOn4xx) {
            let done = |id| ItemOutcome::Accepted { id, state: State::Received, case_number: None };
            return Ok(UploadResponse {
                now: jiff::Timestamp::UNIX_EPOCH,
                outcomes: request.envelopes.iter().map(|envelope| done(envelope.header.id)).collect(),
                surveys: request.surveys.iter().map(|survey| survey.id).collect(),
                later: Vec::new(),
            });
        }
        if let (true, true, [alone]) =
            (rejected, self.has(Planted::SetAsideIsForgotten), request.envelopes.as_slice())
        {
            self.memory().forgotten.insert(alone.header.id);
        }
        let mut answer = answer?;
        let memory = self.memory();
        for outcome in &mut answer.outcomes {
            let (ItemOutcome::Accepted { id, .. } | ItemOutcome::Refused { id, .. }) = outcome;
            if let Some(known) = memory.renamed.get(id) {
                *id = *known;
            }
        }
        Ok(answer)
    }

    /// What the hub takes in instead of an upload, and for whom else it answers.
    pub(crate) fn hub_takes(&self, body: &[u8], known: &[Row]) -> (Vec<u8>, Vec<Uuid>) {
        let unchanged = || (body.to_vec(), Vec::new());
        let Ok(mut request) = serde_json::from_slice::<UploadRequest>(body) else { return unchanged() };
        match self.bug {
            Some(Planted::HubCommitsHalfABatch) if request.envelopes.len() > 1 => {
                let half = request.envelopes.len().div_ceil(2);
                let left_out = request.envelopes.split_off(half);
                let ids = left_out.iter().map(|envelope| envelope.header.id).collect();
                (serde_json::to_vec(&request).unwrap_or_default(), ids)
            }
            Some(Planted::HubStoresWhatComesAgainAsNew) => {
                for envelope in &mut request.envelopes {
                    let again = known.iter().any(|row| row.content.id == envelope.header.id);
                    let bits = envelope.header.sequence | 1 << 40;
                    if again
                        && let Some(other) =
                            self.renamed(envelope, Uuid::now_v7(), Reference::from_bits(bits))
                    {
                        *envelope = other;
                    }
                }
                (serde_json::to_vec(&request).unwrap_or_default(), Vec::new())
            }
            Some(Planted::HubBelievesALateUpload) => {
                let mut memory = self.memory();
                for envelope in &request.envelopes {
                    if let Some(payment) = &envelope.payment {
                        memory.late.insert(envelope.header.id, payment.clone());
                    }
                }
                unchanged()
            }
            _ => unchanged(),
        }
    }

    /// What the hub writes down of an upload.
    pub(crate) fn hub_notes_down(&self, body: &[u8]) -> Option<String> {
        if !self.has(Planted::PlainOnTheHubsDisk) {
            return None;
        }
        let request = serde_json::from_slice::<UploadRequest>(body).ok()?;
        let envelope = request.envelopes.first()?;
        let open = Grounds::get().ok()?.keys.get(&envelope.header.key_id).ok()??;
        Some(open.open(envelope).ok()?.answers.iter().map(|line| line.value.as_str()).collect())
    }

    /// What the hub answers instead.
    pub(crate) fn hub_answers(&self, body: Vec<u8>, left_out: &[Uuid]) -> Vec<u8> {
        let Ok(mut answer) = serde_json::from_slice::<UploadResponse>(&body) else { return body };
        let done = |id| ItemOutcome::Accepted { id, state: State::Received, case_number: None };
        answer.outcomes.extend(left_out.iter().map(|id| done(*id)));
        if self.has(Planted::BatchIsAnsweredAsAWhole) {
            for outcome in &mut answer.outcomes {
                if let ItemOutcome::Refused { id, .. } = outcome {
                    *outcome = done(*id);
                }
            }
        }
        serde_json::to_vec(&answer).unwrap_or(body)
    }

    /// What the hub shows instead of what it holds.
    pub(crate) fn hub_shows(&self, rows: &mut [Row]) {
        let memory = self.memory();
        for row in rows {
            if let Some(late) = memory.late.get(&row.content.id) {
                row.payment = Some(late.clone());
            }
        }
    }

    fn not_signed(&self, request: &UploadRequest) -> UploadRequest {
        let mut request = request.clone();
        let mut memory = self.memory();
        for envelope in &mut request.envelopes {
            if !memory.sent.insert(envelope.header.id) {
                // 64 bytes, in base64.
                envelope.signature = "A".repeat(86) + "==";
            }
        }
        request
    }

    /// The same content under another id.
    fn renamed(&self, envelope: &Envelope, id: Uuid, reference: Reference) -> Option<Envelope> {
        let grounds = Grounds::get().ok()?;
        let open = grounds.keys.get(&envelope.header.key_id).ok()??;
        let mut content = open.open(envelope).ok()?;
        (content.id, content.reference) = (id, reference);
        let seal = grounds.seal.iter().find(|key| key.id() == envelope.header.key_id)?;
        let header = zuil_wire::Header { id, reference, ..envelope.header.clone() };
        let sealed = seal.seal(header, &content).ok()?;
        SigningKey::from_base64(&self.signing_key).ok()?.sign(sealed, envelope.payment.clone()).ok()
    }
}
