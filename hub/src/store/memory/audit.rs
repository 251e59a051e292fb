//! The audit log, in memory.

use jiff::Timestamp;

use super::super::StoreError;
use super::super::audit::{AuditFilter, AuditStore, Ends, Entry, Mark, Noted};
use super::MemoryStore;

#[derive(Default)]
pub(super) struct Log {
    entries: Vec<Noted>,
    ends: Ends,
}

impl Log {
    pub(super) fn append(&mut self, entry: &Entry) {
        let Mark { number, hash } = self.ends.end;
        let (number, hash) = (number + 1, entry.hash(number + 1, &hash));
        self.entries.push(Noted { number, entry: entry.clone(), hash });
        self.ends.end = Mark { number, hash };
    }
}

impl AuditStore for MemoryStore {
    fn note(&self, entry: &Entry) -> Result<(), StoreError> {
        self.lock().log.append(entry);
        Ok(())
    }

    fn audit(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<Noted>, StoreError> {
        let memory = self.lock();
        let wanted = memory.log.entries.iter().rev().filter(|noted| filter.admits(noted));
        Ok(wanted.take(limit as usize).cloned().collect())
    }

    fn audit_after(&self, number: u64, limit: u32) -> Result<Vec<Noted>, StoreError> {
        let memory = self.lock();
        let after = memory.log.entries.iter().filter(|noted| noted.number > number);
        Ok(after.take(limit as usize).cloned().collect())
    }

    fn audit_ends(&self) -> Result<Ends, StoreError> {
        Ok(self.lock().log.ends)
    }

    fn forget_audit(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut memory = self.lock();
        let log = &mut memory.log;
        let kept = log.entries.iter().position(|noted| noted.entry.at >= before);
        let forgotten: Vec<Noted> = log.entries.drain(..kept.unwrap_or(log.entries.len())).collect();
        if let Some(last) = forgotten.last() {
            log.ends.begin = Mark { number: last.number, hash: last.hash };
        }
        Ok(forgotten.len() as u64)
    }
}
