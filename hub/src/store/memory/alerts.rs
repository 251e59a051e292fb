//! Alerts and their messages, in memory.

use std::cmp::Reverse;

use jiff::Timestamp;
use uuid::Uuid;

use super::super::StoreError;
use super::super::alerts::{Alert, AlertChanges, AlertStore, DueMessage, NewMessage};
use super::{Memory, MemoryStore};

/// Alerts, and what is to be told of them.
#[derive(Default)]
pub(super) struct Alerts {
    /// In the order in which they were told.
    all: Vec<Alert>,
    /// In their order, and when each is due.
    messages: Vec<(Timestamp, DueMessage)>,
    /// Who watches, and until when.
    watch: Option<(Uuid, Timestamp)>,
}

impl AlertStore for MemoryStore {
    fn claim_watch(&self, hub: Uuid, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
        let mut memory = self.lock();
        let watch = &mut memory.alerts.watch;
        let is_free = watch.is_none_or(|(by, ends)| by == hub || ends <= now);
        if is_free {
            *watch = Some((hub, until));
        }
        Ok(is_free)
    }

    fn keep_alerts(&self, hub: Uuid, changes: &AlertChanges, now: Timestamp) -> Result<bool, StoreError> {
        let mut memory = self.lock();
        let Memory { alerts, rollouts, told_stops, .. } = &mut *memory;
        if !alerts.watch.is_some_and(|(by, until)| by == hub && until > now) {
            return Ok(false);
        }
        for (pillar, kind, at) in &changes.ended {
            let is_it = |alert: &&mut Alert| alert.is_open_for(pillar, *kind);
            if let Some(alert) = alerts.all.iter_mut().find(is_it) {
                alert.ended_at = Some(*at);
            }
        }
        for new in &changes.raised {
            if !alerts.all.iter().any(|alert| alert.is_open_for(&new.pillar, new.kind)) {
                alerts.all.push(Alert { ended_at: None, ..new.clone() });
            }
        }
        for (version, stop) in &changes.stops {
            let version = version.to_string();
            match stop.filter(|_| rollouts.contains_key(&version)) {
                Some(stop) => told_stops.insert(version, stop),
                None => told_stops.remove(&version),
            };
        }
        let due = |message: &NewMessage| DueMessage { message: message.clone(), tries: 0, since: now };
        alerts.messages.extend(changes.messages.iter().map(|message| (now, due(message))));
        Ok(true)
    }

    fn alerts(&self, since: Timestamp) -> Result<Vec<Alert>, StoreError> {
        let memory = self.lock();
        let told = memory.alerts.all.iter().rev();
        let mut told: Vec<Alert> =
            told.filter(|alert| alert.ended_at.is_none() || alert.raised_at >= since).cloned().collect();
        told.sort_by_key(|alert| Reverse(alert.raised_at));
        Ok(told)
    }

    fn alerts_of(&self, pillar: &str, limit: u32) -> Result<Vec<Alert>, StoreError> {
        let memory = self.lock();
        let told = memory.alerts.all.iter().rev().filter(|alert| alert.pillar == pillar);
        let mut told: Vec<Alert> = told.cloned().collect();
        told.sort_by_key(|alert| (alert.ended_at.is_some(), Reverse(alert.raised_at)));
        told.truncate(limit as usize);
        Ok(told)
    }

    fn claim_messages(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<DueMessage>, StoreError> {
        let mut memory = self.lock();
        let due = memory.alerts.messages.iter_mut().filter(|(at, _)| *at <= now).take(limit as usize);
        let claimed = due.map(|(at, due)| {
            *at = until;
            due.clone()
        });
        Ok(claimed.collect())
    }

    fn end_message(&self, id: Uuid) -> Result<(), StoreError> {
        self.lock().alerts.messages.retain(|(_, due)| due.message.id != id);
        Ok(())
    }

    fn retry_message(&self, id: Uuid, next: Timestamp) -> Result<(), StoreError> {
        let mut memory = self.lock();
        let found = memory.alerts.messages.iter_mut().find(|(_, due)| due.message.id == id);
        if let Some((at, due)) = found {
            *at = next;
            due.tries += 1;
        }
        Ok(())
    }

    fn forget_alerts(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut memory = self.lock();
        let all = &mut memory.alerts.all;
        let were = all.len();
        all.retain(|alert| alert.ended_at.is_none_or(|at| at >= before));
        Ok((were - all.len()) as u64)
    }
}
