//! The store in memory, for tests and for trying things out. Invariant: it behaves like the one in
//! SQLite in all but durability.

mod access;
mod alerts;
mod asked;
mod attempts;
mod audit;
mod call_backs;
mod changes;
mod drafts;
mod enrolment;
mod handover;
mod health;
mod intake;
mod orders;
mod progress;
mod questions;
mod referrals;
mod retention;
mod rollouts;
mod service;
mod settling;
mod visits;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;
use zuil_wire::health::SettledByStaff;
use zuil_wire::messages::SurveyItem;
use zuil_wire::{AskedCount, HealthReport, QuestionItem, Reference, VisitEntry};

use self::access::Staff;
use self::alerts::Alerts;
use self::attempts::Attempts;
use self::audit::Log;
use self::call_backs::Call;
use self::changes::Seen;
use self::enrolment::Bound;
use self::handover::Handovers;
use self::health::Health;
use self::progress::Elsewhere;
use self::questions::Asked;
use self::service::Service;
use super::{
    Added, AnswerDraft, Attached, Checked, Content, Decided, Decision, Delivery, Digest, Filter,
    KeptReferral, OpenPaymentKey, Page, Pillar, PlacedOrder, RefusedEnvelope, Reported, Revoked, Rollout,
    Store, StoreError, Stored, SurveyCounts, SurveyWeek, Taken, Tally, Unchecked, Unfound, Unsettled,
    UpdateFailure,
};
use crate::authority::Fingerprint;

/// The store in memory.
#[derive(Default)]
pub struct MemoryStore(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    transactions: BTreeMap<Uuid, Row>,
    ids: HashMap<Reference, Uuid>,
    /// In the order in which they came in.
    order: Vec<Uuid>,
    checked_up_to: u64,
    refusals: BTreeMap<(String, Uuid), RefusedEnvelope>,
    after_revocation: HashMap<String, u64>,
    surveys: BTreeMap<Uuid, SurveyItem>,
    /// By week, pillar and task.
    survey_counts: BTreeMap<(Date, String, String), SurveyCounts>,
    asked: Asked,
    /// What was found, each count with its pillar, by its id.
    found: BTreeMap<Uuid, (String, AskedCount)>,
    referrals: Vec<KeptReferral>,
    pillars: BTreeMap<String, Pillar>,
    bound: Bound,
    health: Health,
    handovers: Handovers,
    /// What each pillar could hear of last.
    seen: HashMap<String, Seen>,
    /// What is to be called back, by its place in the order.
    call_backs: BTreeMap<u64, Call>,
    /// What is asked about elsewhere.
    elsewhere: HashMap<Uuid, Elsewhere>,
    /// Since when they are known to be handed over.
    handed_over: HashMap<Uuid, Timestamp>,
    /// When what nobody settled will be deleted.
    to_forget: HashMap<Uuid, Timestamp>,
    /// By their id.
    drafts: BTreeMap<String, AnswerDraft>,
    /// By their version.
    rollouts: BTreeMap<String, Rollout>,
    /// By version and pillar.
    update_failures: BTreeMap<(String, String), UpdateFailure>,
    service: Service,
    staff: Staff,
    attempts: Attempts,
    alerts: Alerts,
    log: Log,
    orders: Vec<PlacedOrder>,
    attached: BTreeMap<Uuid, Attached>,
    visits: BTreeMap<Uuid, (String, VisitEntry)>,
}

struct Row {
    digest: Digest,
    sequence: u64,
    signature: Vec<u8>,
    stored: Stored,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn take_in_all(&self, deliveries: &[Delivery<'_>]) -> Result<Vec<Result<Taken, StoreError>>, StoreError> {
        let mut memory = self.lock();
        Ok(deliveries.iter().map(|delivery| Ok(memory.take_in(delivery))).collect())
    }

    fn refusals(&self, pillar: &str) -> Result<Vec<RefusedEnvelope>, StoreError> {
        Ok(self.lock().refusals(pillar))
    }

    fn delivered_after_revocation(&self, pillar: &str) -> Result<u64, StoreError> {
        Ok(self.lock().after_revocation.get(pillar).copied().unwrap_or(0))
    }

    fn unchecked(&self, limit: u32) -> Result<Vec<Unchecked>, StoreError> {
        Ok(self.lock().unchecked(limit))
    }

    fn note_checked(&self, checked: &[Checked]) -> Result<(), StoreError> {
        self.lock().note_checked(checked);
        Ok(())
    }

    fn transaction(&self, reference: Reference) -> Result<Option<Stored>, StoreError> {
        let memory = self.lock();
        let id = memory.ids.get(&reference);
        Ok(id.and_then(|id| memory.transactions.get(id)).map(|row| row.stored.clone()))
    }

    fn transactions(&self, filter: Filter, offset: u64, limit: u32) -> Result<Page, StoreError> {
        let memory = self.lock();
        let mut items: Vec<&Stored> = memory
            .transactions
            .values()
            .map(|row| &row.stored)
            .filter(|stored| filter.since.is_none_or(|since| stored.received_at >= since))
            .filter(|stored| !filter.parked || stored.state == zuil_wire::State::Parked)
            .collect();
        items.sort_by_key(|stored| std::cmp::Reverse((stored.received_at, stored.committed_at, stored.id)));
        let total = items.len() as u64;
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let items = items.into_iter().skip(offset).take(limit as usize).cloned().collect();
        Ok(Page { items, total })
    }

    fn tally(&self, since: Timestamp) -> Result<Tally, StoreError> {
        let received = self.transactions(Filter { since: Some(since), parked: false }, 0, 0)?.total;
        let parked = self.transactions(Filter { since: None, parked: true }, 0, 0)?.total;
        let unsettled = self.lock().worklist().iter().filter(|payment| payment.decision.is_none()).count();
        Ok(Tally { received, parked, unsettled: unsettled as u64 })
    }

    fn sealed_to(&self, key_id: &str) -> Result<u64, StoreError> {
        let sealed_to_it = |row: &&Row| match &row.stored.content {
            Content::Sealed(sealed) => sealed.header.key_id == key_id,
            Content::Plain(_) | Content::Forgotten => false,
        };
        Ok(self.lock().transactions.values().filter(sealed_to_it).count() as u64)
    }

    fn survey_count(&self) -> Result<u64, StoreError> {
        Ok(self.lock().surveys.len() as u64)
    }

    fn survey_weeks(&self, since: Date) -> Result<Vec<SurveyWeek>, StoreError> {
        let memory = self.lock();
        let counts = memory.survey_counts.iter().filter(|((week, ..), _)| *week >= since);
        let week = |((week, pillar, task), counts): (&(Date, String, String), &SurveyCounts)| SurveyWeek {
            week: *week,
            pillar: Some(pillar.clone()).filter(|pillar| !pillar.is_empty()),
            task: task.clone(),
            counts: *counts,
        };
        Ok(counts.map(week).collect())
    }

    fn keep_questions(
        &self,
        pillar: &str,
        questions: &[QuestionItem],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.lock().asked.keep(pillar, questions, now);
        self.saw_pillar(pillar, now)
    }

    fn questions(&self, since: Date, limit: u32) -> Result<Unfound, StoreError> {
        Ok(self.lock().asked.most(since, limit))
    }

    fn forget_questions(&self, before: Date) -> Result<u64, StoreError> {
        Ok(self.lock().asked.forget(before))
    }

    fn take_report(
        &self,
        pillar: &str,
        report: &HealthReport,
        now: Timestamp,
    ) -> Result<Vec<SettledByStaff>, StoreError> {
        Ok(self.lock().take_report(pillar, report, now))
    }

    fn reports(&self) -> Result<Vec<Reported>, StoreError> {
        Ok(self.lock().health.reports.values().cloned().collect())
    }

    fn unsettled_payments(&self) -> Result<Vec<Unsettled>, StoreError> {
        Ok(self.lock().worklist())
    }

    fn decide_payment(&self, key: &OpenPaymentKey, decision: Decision) -> Result<Decided, StoreError> {
        Ok(self.lock().decide(key, decision))
    }

    fn add_pillar(&self, pillar: &Pillar) -> Result<Added, StoreError> {
        let mut memory = self.lock();
        if memory.pillars.contains_key(&pillar.name) {
            return Ok(Added::NameTaken);
        }
        memory.bound.add(pillar);
        memory.pillars.insert(pillar.name.clone(), pillar.clone());
        Ok(Added::Yes)
    }

    fn revoke_pillar(&self, name: &str, now: Timestamp) -> Result<Revoked, StoreError> {
        let mut memory = self.lock();
        match memory.pillars.get_mut(name).map(|pillar| &mut pillar.revoked_at) {
            None => Ok(Revoked::NoSuchPillar),
            Some(Some(at)) => Ok(Revoked::Before(*at)),
            Some(revoked_at) => {
                *revoked_at = Some(now);
                memory.settle_for_good(name);
                Ok(Revoked::Yes)
            }
        }
    }

    fn pillar(&self, fingerprint: &Fingerprint) -> Result<Option<Pillar>, StoreError> {
        let memory = self.lock();
        let Some(certificate) = memory.bound.certificates.get(fingerprint) else { return Ok(None) };
        let pillar = memory.pillars.get(&certificate.pillar).map(|pillar| Pillar {
            fingerprint: *fingerprint,
            public_key: certificate.public_key.clone(),
            revoked_at: certificate.ended_at.or(pillar.revoked_at),
            ..pillar.clone()
        });
        Ok(pillar)
    }

    fn pillars(&self) -> Result<Vec<Pillar>, StoreError> {
        Ok(self.lock().pillars.values().cloned().collect())
    }

    fn saw_pillar(&self, name: &str, now: Timestamp) -> Result<(), StoreError> {
        if let Some(pillar) = self.lock().pillars.get_mut(name) {
            pillar.last_seen_at = Some(now);
        }
        Ok(())
    }

    fn pulse(&self, _now: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::conformance;
    use super::*;

    #[test]
    fn it_keeps_the_contract() {
        conformance::run(&|| (Box::new(MemoryStore::new()), None));
    }
}
