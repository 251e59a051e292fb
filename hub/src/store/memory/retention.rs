//! Deletes content that was handed over long enough ago, in memory.

use jiff::{SignedDuration, Timestamp};
use zuil_wire::State;

use super::super::{Content, RetentionStore, StoreError};
use super::MemoryStore;

impl RetentionStore for MemoryStore {
    fn forget_contents(&self, now: Timestamp, keep: SignedDuration, limit: u32) -> Result<u64, StoreError> {
        let mut memory = self.lock();
        let checked = usize::try_from(memory.checked_up_to).unwrap_or(usize::MAX);
        let ids: Vec<_> = memory.order.iter().take(checked).copied().collect();
        let mut forgotten = 0;
        for id in ids {
            let is_due = |row: &super::Row| {
                row.stored.state == State::Registered && matches!(row.stored.content, Content::Sealed(_))
            };
            if !memory.transactions.get(&id).is_some_and(is_due) {
                continue;
            }
            let since = *memory.handed_over.entry(id).or_insert(now);
            if forgotten < u64::from(limit) && since <= now - keep {
                if let Some(row) = memory.transactions.get_mut(&id) {
                    row.stored.content = Content::Forgotten;
                }
                memory.handed_over.remove(&id);
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }
}
