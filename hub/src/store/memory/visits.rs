//! What happens at pillars, in memory.

use std::cmp::Reverse;

use jiff::Timestamp;
use jiff::civil::Date;
use zuil_wire::VisitEntry;

use super::super::visit::{VisitStore, day_of};
use super::super::{Store as _, StoreError};
use super::MemoryStore;

impl VisitStore for MemoryStore {
    fn keep_visits(&self, pillar: &str, entries: &[VisitEntry], now: Timestamp) -> Result<(), StoreError> {
        let mut memory = self.lock();
        for entry in entries {
            let kept = || (pillar.to_owned(), VisitEntry { on: day_of(entry.on, now), ..entry.clone() });
            memory.visits.entry(entry.id).or_insert_with(kept);
        }
        drop(memory);
        self.saw_pillar(pillar, now)
    }

    fn visits(&self, pillar: &str, since: Date) -> Result<Vec<VisitEntry>, StoreError> {
        let memory = self.lock();
        let entries = memory.visits.values().filter(|(at, entry)| at == pillar && entry.on >= since);
        let mut entries: Vec<VisitEntry> = entries.map(|(_, entry)| entry.clone()).collect();
        entries.sort_by_key(|entry| (Reverse(entry.on), entry.id));
        Ok(entries)
    }

    fn forget_visits(&self, before: Date) -> Result<u64, StoreError> {
        let mut memory = self.lock();
        let all = memory.visits.len();
        memory.visits.retain(|_, (_, entry)| entry.on >= before);
        Ok((all - memory.visits.len()) as u64)
    }
}
